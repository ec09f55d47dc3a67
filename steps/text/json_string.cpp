#include "steps/text/json_string.hpp"

#include <algorithm>

#include "steps/text/utf8.hpp"

namespace steps::text {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

// 0..15, or 16 for what is no hexadecimal digit.
unsigned hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 16;
}

}  // namespace

unsigned json_hex_unit(const char* at, const char* end) {
  if (end - at < 4) return 0x10000;
  unsigned unit = 0;
  for (int i = 0; i < 4; ++i) {
    const unsigned digit = hex_value(at[i]);
    if (digit > 15) return 0x10000;
    unit = unit << 4U | digit;
  }
  return unit;
}

void append_unescaped(std::string_view raw, std::string& out) {
  while (!raw.empty()) {
    const std::size_t plain = std::min(raw.find('\\'), raw.size());
    out.append(raw.substr(0, plain));
    raw.remove_prefix(plain);
    if (raw.size() < 2) return;
    const char kind = raw[1];
    if (kind != 'u') {
      constexpr std::string_view names = "bfnrt", values = "\b\f\n\r\t";
      const std::size_t which = names.find(kind);
      out += which == std::string_view::npos ? kind : values[which];
      raw.remove_prefix(2);
      continue;
    }
    const char* const end = raw.data() + raw.size();
    char32_t code_point = json_hex_unit(raw.data() + 2, end);
    raw.remove_prefix(6);
    if (code_point >= 0xd800 && code_point < 0xdc00) {
      const unsigned low = json_hex_unit(raw.data() + 2, end);
      code_point = 0x10000 + ((code_point - 0xd800) << 10U) + (low - 0xdc00);
      raw.remove_prefix(6);
    }
    utf8_append(code_point, out);
  }
}

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t length = utf8_sequence(text, at);
    if (length == 0) {
      utf8_append(0xfffd, out);
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view values = "\b\f\n\r\t", names = "bfnrt";
      const std::size_t which = values.find(c);
      if (which != std::string_view::npos) {
        out += '\\';
        out += names[which];
      } else {
        out += "\\u00";
        out += hex_digits[static_cast<unsigned char>(c) >> 4U];
        out += hex_digits[static_cast<unsigned char>(c) & 0xfU];
      }
    } else {
      out.append(text.substr(at, length));
    }
    at += length == 0 ? 1 : length;
  }
  out += '"';
}

void append_compact(std::string_view json, std::string& out) {
  bool is_inside_string = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (is_inside_string) {
      out += c;
      if (c == '\\') out += json[++at];
      if (c == '"') is_inside_string = false;
    } else if (!is_json_space(c)) {
      out += c;
      is_inside_string = c == '"';
    }
  }
}

}  // namespace steps::text
