#include "api/problem.hpp"

#include "api/json.hpp"

namespace api {

using schemas::Error;
using schemas::ErrorCode;

unsigned status_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid_argument:
      return 400;
    case ErrorCode::unsupported_media_type:
      return 415;
    case ErrorCode::too_large:
      return error.at == "header" ? 431 : 413;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::gone:
      return 410;
    case ErrorCode::conflict:
      return error.at == "If-Match" ? 412 : 409;
    case ErrorCode::blocked:
    case ErrorCode::needs_confirmation:
      return 409;
    case ErrorCode::cancelled:
      return error.at == "body" ? 408 : 409;
    case ErrorCode::unauthenticated:
      return 401;
    case ErrorCode::forbidden:
      return 403;
    case ErrorCode::busy:
    case ErrorCode::unavailable:
      return 503;
    case ErrorCode::no_space:
      return 507;
    case ErrorCode::io:
    case ErrorCode::corrupt:
    case ErrorCode::unknown_outcome:
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::unsupported_media_type:
      return "unsupported_media_type";
    case ErrorCode::too_large:
      return "too_large";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::gone:
      return "gone";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::blocked:
      return "blocked";
    case ErrorCode::needs_confirmation:
      return "needs_confirmation";
    case ErrorCode::unauthenticated:
      return "unauthenticated";
    case ErrorCode::forbidden:
      return "forbidden";
    case ErrorCode::busy:
      return "busy";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::no_space:
      return "no_space";
    case ErrorCode::io:
      return "io";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::unknown_outcome:
      return "unknown_outcome";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

namespace {
std::string_view title_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "The request is wrong";
    case ErrorCode::unsupported_media_type:
      return "This content type or encoding is not read";
    case ErrorCode::too_large:
      return "Over a limit";
    case ErrorCode::not_found:
      return "Not found";
    case ErrorCode::gone:
      return "Deleted";
    case ErrorCode::conflict:
      return "In conflict with the current state";
    case ErrorCode::blocked:
      return "The step cannot run yet";
    case ErrorCode::needs_confirmation:
      return "This would destroy something";
    case ErrorCode::unauthenticated:
      return "A token is needed";
    case ErrorCode::forbidden:
      return "Not allowed";
    case ErrorCode::busy:
      return "Busy, try again";
    case ErrorCode::unavailable:
      return "Unavailable, try again";
    case ErrorCode::cancelled:
      return "Cancelled";
    case ErrorCode::no_space:
      return "The disk is full";
    case ErrorCode::io:
    case ErrorCode::corrupt:
    case ErrorCode::unknown_outcome:
    case ErrorCode::internal:
      return "The daemon could not do it";
  }
  return "The daemon could not do it";
}
}  // namespace

Reply problem(const Error& error, unsigned status, std::string_view extra) {
  Reply reply;
  reply.status = status != 0 ? status : status_of(error);
  reply.content_type = "application/problem+json";
  Json body;
  body["type"] = "urn:rftd:problem:" + std::string(name_of(error.code));
  body["title"] = title_of(error.code);
  body["status"] = reply.status;
  body["detail"] = error.message();
  body["errors"] = Json::array(
      {{{"at", error.at}, {"wanted", error.wanted}, {"found", error.found}, {"hint", error.hint}}});
  reply.body = to_bytes(body);
  if (!extra.empty()) {
    reply.body.pop_back();
    reply.body += ',';
    reply.body += extra;
    reply.body += '}';
  }
  if (reply.status == 401) reply.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"rftd\"");
  if (error.code == ErrorCode::busy) reply.headers.emplace_back("Retry-After", "1");
  if (error.code == ErrorCode::unavailable) reply.headers.emplace_back("Retry-After", "5");
  return reply;
}

}  // namespace api
