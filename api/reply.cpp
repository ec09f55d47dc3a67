#include "api/reply.hpp"

#include "api/version.hpp"

namespace api {

std::string_view reason_of(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Unknown";
  }
}

namespace {
// Pages of ours run scripts and styles of this origin only; an answer that is no page runs nothing at all. A
// script counts as a page: a worker obeys the policy that its own file came with.
constexpr std::string_view page_policy =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'\r\n";
constexpr std::string_view data_policy =
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
}  // namespace

std::string head_of(const Reply& reply, const Framing& framing) {
  std::string head;
  head.reserve(768);
  head += framing.version == 10 ? "HTTP/1.0 " : "HTTP/1.1 ";
  head += std::to_string(reply.status);
  head += ' ';
  head += reason_of(reply.status);
  head += "\r\nServer: rftd\r\nX-RFT-Build: ";
  head += build_id;
  if (!framing.date.empty()) {
    head += "\r\nDate: ";
    head += framing.date;
  }
  head +=
      "\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
      "Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Resource-Policy: same-origin\r\n";
  const bool runs =
      reply.content_type.starts_with("text/html") || reply.content_type.starts_with("text/javascript");
  head += runs ? page_policy : data_policy;
  if (reply.status != 304 && reply.status != 204) {
    head += "Content-Type: ";
    head += reply.content_type;
    head += "\r\n";
  }
  for (const auto& [name, value] : reply.headers) {
    head += name;
    head += ": ";
    head += value;
    head += "\r\n";
  }
  if (framing.chunked) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (!framing.no_length && reply.status != 304 && reply.status != 204) {
    head += "Content-Length: ";
    head += std::to_string(reply.bytes().size());
    head += "\r\n";
  }
  head += framing.keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

}  // namespace api
