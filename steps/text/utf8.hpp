// The few things the text steps need to know about UTF-8 and white space. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace steps::text {

// Bytes of the well-formed UTF-8 sequence that begins at `at` (1..4), or 0 when there is none (Unicode 15,
// table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF). `at` < text.size().
[[nodiscard]] std::size_t utf8_sequence(std::string_view text, std::size_t at);

[[nodiscard]] bool is_utf8(std::string_view text);

// The code point of a well-formed sequence of `length` bytes.
[[nodiscard]] char32_t utf8_decode(std::string_view sequence);
// Writes 1..4 bytes at `to` and gives how many.
std::size_t utf8_write(char32_t code_point, char* to);
void utf8_append(char32_t code_point, std::string& out);

// Characters (code points) of well-formed UTF-8.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

// White_Space of Unicode, and U+FEFF, which draws nothing either.
[[nodiscard]] bool is_space(char32_t code_point);
// True for empty text and for text of nothing but white space; well-formed UTF-8 expected.
[[nodiscard]] bool is_blank_text(std::string_view text);

// `text` with every byte that is not part of a well-formed sequence replaced by U+FFFD.
[[nodiscard]] std::string to_utf8(std::string_view text);

}  // namespace steps::text
