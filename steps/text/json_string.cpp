#include "steps/text/json_string.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>
#include <cstddef>

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

namespace {

// Copies up to the next backslash, 16 bytes at a time where there are as many; `to` has room for all of
// `from`..`end`. Gives how many bytes were copied.
std::size_t copy_plain(const char* from, const char* end, char* to) {
  const char* at = from;
#if defined(__SSE2__)
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; end - at >= 16; at += 16, to += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, backslash)));
    if (mask != 0)
      return static_cast<std::size_t>(at - from) + static_cast<std::size_t>(std::countr_zero(mask));
  }
#endif
  while (at != end && *at != '\\') *to++ = *at++;
  return static_cast<std::size_t>(at - from);
}

// The code point of the \u escape, or pair of them, that begins at `at`; `length` becomes its bytes.
char32_t unicode_escape(const char* at, const char* end, std::size_t& length) {
  const char32_t unit = json_hex_unit(at + 2, end);
  length = 6;
  if (unit < 0xd800 || unit > 0xdbff) return unit;
  length = 12;
  return 0x10000 + ((unit - 0xd800) << 10U) + (json_hex_unit(at + 8, end) - 0xdc00);
}

// Undoes the escapes of `raw` at `to`, which has room for raw.size() bytes, and gives how many were written:
// no escape is shorter than what it stands for.
std::size_t unescape(std::string_view raw, char* to) {
  char* const begin = to;
  const char* at = raw.data();
  const char* const end = at + raw.size();
  while (at != end) {
    const std::size_t plain = copy_plain(at, end, to);
    at += plain;
    to += plain;
    if (end - at < 2) break;
    if (at[1] == 'u') {
      std::size_t length = 0;
      to += utf8_write(unicode_escape(at, end, length), to);
      at += length;
    } else {
      constexpr std::string_view names = "bfnrt", values = "\b\f\n\r\t";
      const std::size_t which = names.find(at[1]);
      *to++ = which == std::string_view::npos ? at[1] : values[which];
      at += 2;
    }
  }
  return static_cast<std::size_t>(to - begin);
}

}  // namespace

void append_unescaped(std::string_view raw, std::string& out) {
  const std::size_t before = out.size();
  out.resize_and_overwrite(before + raw.size(),
                           [&](char* bytes, std::size_t) { return before + unescape(raw, bytes + before); });
}

namespace {

// How many ASCII characters from `from` on stand for themselves within quotes.
std::size_t plain_length(const char* from, const char* end) {
  const char* at = from;
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i space = _mm_set1_epi8(' ');
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    // Bytes from 0x80 on are below zero, so one comparison finds them and the control characters.
    const __m128i special =
        _mm_or_si128(_mm_cmplt_epi8(bytes, space),
                     _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
    if (mask != 0)
      return static_cast<std::size_t>(at - from) + static_cast<std::size_t>(std::countr_zero(mask));
  }
#endif
  while (at != end && *at >= ' ' && *at != '"' && *at != '\\') ++at;
  return static_cast<std::size_t>(at - from);
}

}  // namespace

void append_quoted(std::string_view text, std::string& out) {
  out.reserve(out.size() + text.size() + 2);
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t plain = plain_length(text.data() + at, text.data() + text.size());
    out.append(text.substr(at, plain));
    at += plain;
    if (at == text.size()) break;
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
