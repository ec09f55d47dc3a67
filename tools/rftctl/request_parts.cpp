#include <fmt/format.h>

#include "tools/rftctl/client.hpp"

namespace rftctl {

namespace {

std::string encoded(std::string_view text) {
  static constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

std::string path_of(std::initializer_list<std::string_view> parts) {
  std::string out = "/datasets";
  for (const std::string_view part : parts) out += "/" + encoded(part);
  return out;
}

std::string trace_path_of(std::string_view call) {
  return "/traces/" + encoded(call);
}

std::string source_path_of(std::string_view source) {
  return "/traces/sources/" + encoded(source) + "/pull";
}

Query& Query::add(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  text_ += text_.empty() ? '?' : '&';
  text_ += encoded(name) + "=" + encoded(value);
  return *this;
}

std::string content_encoding_of(std::string_view first_bytes) {
  if (first_bytes.starts_with("\x1f\x8b")) return "gzip";
  if (first_bytes.starts_with("\x28\xb5\x2f\xfd")) return "zstd";
  return {};
}

}  // namespace rftctl
