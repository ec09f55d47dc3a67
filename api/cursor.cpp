#include "api/cursor.hpp"

#include <cstdint>

namespace api {

namespace {
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char separator = '\x1f';
constexpr std::string_view format = "1";
}  // namespace

std::string base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char byte : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(byte);
    held += 8;
    while (held >= 6) {
      held -= 6;
      text += alphabet[(bits >> held) & 63U];
    }
  }
  if (held > 0) text += alphabet[(bits << (6 - held)) & 63U];
  return text;
}

schemas::Result<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char letter : text) {
    const std::size_t value = alphabet.find(letter);
    if (value == std::string_view::npos) {
      return schemas::fail(schemas::ErrorCode::invalid_argument, "a cursor as `next` gave it",
                           "'" + std::string(text.substr(0, 40)) + "'", "leave it out to start over",
                           "?cursor");
    }
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes += static_cast<char>((bits >> held) & 255U);
    }
  }
  return bytes;
}

std::string cursor_text(std::string_view order, const std::vector<std::string>& fields) {
  std::string bytes(format);
  bytes += separator;
  bytes += order;
  for (const std::string& field : fields) {
    bytes += separator;
    bytes += field;
  }
  return base64url(bytes);
}

schemas::Result<std::vector<std::string>> cursor_fields(std::string_view cursor, std::string_view order,
                                                        std::size_t fields) {
  const auto bytes = from_base64url(cursor);
  if (!bytes) return std::unexpected(bytes.error());
  std::vector<std::string> parts(1);
  for (const char byte : *bytes) {
    if (byte == separator && parts.size() < fields + 2) {
      parts.emplace_back();
    } else {
      parts.back() += byte;
    }
  }
  if (parts.size() == fields + 2 && parts[0] == format && parts[1] == order)
    return std::vector<std::string>(parts.begin() + 2, parts.end());
  return schemas::fail(schemas::ErrorCode::invalid_argument, "a cursor of this list in this order",
                       "one of another", "leave it out to start over", "?cursor");
}

}  // namespace api
