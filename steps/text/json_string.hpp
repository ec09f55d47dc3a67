// Between the text of a JSON string and the text it stands for. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace steps::text {

// Appends the text of a JSON string, escapes undone; `raw` is a checked string without its quotes.
void append_unescaped(std::string_view raw, std::string& out);
// Appends `text` as a JSON string with quotes; bytes that are not UTF-8 become U+FFFD.
void append_quoted(std::string_view text, std::string& out);
// Appends a checked JSON text without the white space between its tokens.
void append_compact(std::string_view json, std::string& out);

[[nodiscard]] constexpr bool is_json_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// The number that four hexadecimal digits at `at` stand for; 0x10000 when there are none before `end`.
[[nodiscard]] unsigned json_hex_unit(const char* at, const char* end);

}  // namespace steps::text
