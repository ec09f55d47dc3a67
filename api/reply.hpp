// One HTTP answer before it is put on a wire. A value, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace api {

struct Reply {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::shared_ptr<const std::string> shared;  // instead of `body`, when several answers have the same bytes
  std::vector<std::pair<std::string, std::string>> headers;

  [[nodiscard]] std::string_view bytes() const {
    return shared ? std::string_view(*shared) : std::string_view(body);
  }
};

std::string_view reason_of(unsigned status);

struct Framing {
  bool keep_alive = true;
  bool chunked = false;  // else Content-Length, except with `no_length`
  bool no_length = false;
  unsigned version = 11;
  std::string_view date;  // as in the Date header; empty leaves it out
};
// Status line and headers, the security headers of every answer included, up to and with the empty line.
std::string head_of(const Reply& reply, const Framing& framing);

}  // namespace api
