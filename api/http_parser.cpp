#include "api/http_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

namespace api {

namespace http = boost::beast::http;
using boost::system::error_code;
using BeastText = boost::beast::string_view;

namespace {
Verb verb_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Verb::get;
    case http::verb::head:
      return Verb::head;
    case http::verb::post:
      return Verb::post;
    case http::verb::put:
      return Verb::put;
    case http::verb::patch:
      return Verb::patch;
    case http::verb::delete_:
      return Verb::delete_;
    default:
      return Verb::other;
  }
}

Error error_of(error_code problem, std::string_view what) {
  if (problem == http::error::header_limit) {
    return {ErrorCode::too_large, "a header within the limit", "a longer one", {}, "header"};
  }
  if (problem == http::error::body_limit) {
    return {ErrorCode::too_large, "a body within the limit", "a longer one", {}, "body"};
  }
  return {ErrorCode::invalid_argument,
          "an HTTP/1.1 " + std::string(what),
          problem.message(),
          {},
          std::string(what)};
}
}  // namespace

class HttpParser::Parser : public http::basic_parser<true> {
 public:
  Request request;
  std::string* body = nullptr;

 private:
  void on_request_impl(http::verb verb, BeastText method, BeastText target, int version,
                       error_code& /*ec*/) override {
    request.verb = verb_of(verb);
    request.method.assign(method.data(), method.size());
    request.target.assign(target.data(), target.size());
    request.version = static_cast<unsigned>(version);
  }
  void on_response_impl(int /*code*/, BeastText /*reason*/, int /*version*/, error_code& /*ec*/) override {}
  void on_field_impl(http::field name, BeastText name_text, BeastText value, error_code& /*ec*/) override {
    if (name == http::field::expect)
      request.expects_continue = equal_ignoring_case({value.data(), value.size()}, "100-continue");
    request.headers.emplace_back(lower_case({name_text.data(), name_text.size()}),
                                 std::string(value.data(), value.size()));
  }
  void on_header_impl(error_code& /*ec*/) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/, error_code& /*ec*/) override {}
  std::size_t on_body_impl(BeastText piece, error_code& /*ec*/) override {
    if (body != nullptr) body->append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t /*size*/, BeastText /*extensions*/, error_code& /*ec*/) override {}
  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, BeastText piece, error_code& /*ec*/) override {
    if (body != nullptr) body->append(piece.data(), piece.size());
    return piece.size();
  }
  void on_finish_impl(error_code& /*ec*/) override {}
};

HttpParser::HttpParser(std::size_t header_bytes_max) : parser_(std::make_unique<Parser>()) {
  parser_->header_limit(static_cast<std::uint32_t>(header_bytes_max));
  parser_->body_limit(boost::none);
}
HttpParser::~HttpParser() = default;

Result<std::size_t> HttpParser::feed_header(std::string_view bytes) {
  error_code problem;
  parser_->eager(false);
  const std::size_t used = parser_->put(boost::asio::buffer(bytes.data(), bytes.size()), problem);
  if (problem && problem != http::error::need_more) return std::unexpected(error_of(problem, "header"));
  if (parser_->is_header_done()) {
    Request& request = parser_->request;
    if (const auto length = parser_->content_length()) request.content_length = *length;
    request.has_body = parser_->chunked() || request.content_length.value_or(0) > 0;
  }
  return used;
}

Result<std::size_t> HttpParser::feed_body(std::string_view bytes, std::string& body) {
  parser_->body = &body;
  parser_->eager(true);
  std::size_t used = 0;
  while (used < bytes.size() && !parser_->is_done()) {
    error_code problem;
    const std::size_t taken =
        parser_->put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), problem);
    used += taken;
    if (problem == http::error::need_more) break;
    if (problem) {
      parser_->body = nullptr;
      return std::unexpected(error_of(problem, "body"));
    }
    if (taken == 0) break;
  }
  parser_->body = nullptr;
  return used;
}

void HttpParser::body_limit(std::uint64_t bytes_max) {
  parser_->body_limit(bytes_max);
}
bool HttpParser::header_done() const {
  return parser_->is_header_done();
}
bool HttpParser::done() const {
  return parser_->is_done();
}
bool HttpParser::keep_alive() const {
  return parser_->keep_alive();
}
Request& HttpParser::request() {
  return parser_->request;
}

}  // namespace api
