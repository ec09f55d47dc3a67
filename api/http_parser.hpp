// Turns the bytes of a connection into requests, piece by piece; the only user of Beast. Lives on the thread
// of its connection. Never reads a socket and never keeps a body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/request.hpp"

namespace api {

// One request. Errors: invalid_argument (malformed), too_large (at = "header" or "body"); after one the
// connection cannot be used for another request.
class HttpParser {
 public:
  explicit HttpParser(std::size_t header_bytes_max);
  ~HttpParser();
  HttpParser(const HttpParser&) = delete;
  HttpParser& operator=(const HttpParser&) = delete;

  // Both give the number of bytes used up. While the header is incomplete, what was not used must be given
  // again together with what follows it.
  Result<std::size_t> feed_header(std::string_view bytes);
  // Appends what belongs to the body to `body`.
  Result<std::size_t> feed_body(std::string_view bytes, std::string& body);
  // Of the body, in bytes after removal of the transfer coding.
  void body_limit(std::uint64_t bytes_max);

  [[nodiscard]] bool header_done() const;
  [[nodiscard]] bool done() const;  // header and body
  [[nodiscard]] bool keep_alive() const;
  // Valid once the header is done; `path` and `query` are not filled in yet.
  [[nodiscard]] Request& request();

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace api
