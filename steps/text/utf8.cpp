#include "steps/text/utf8.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace steps::text {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

bool is_tail(unsigned byte) {
  return (byte & 0xc0U) == 0x80U;
}

}  // namespace

std::size_t utf8_sequence(std::string_view text, std::size_t at) {
  const unsigned lead = byte_at(text, at);
  if (lead < 0x80) return 1;
  const unsigned second = byte_at(text, at + 1);
  if (lead < 0xc2 || !is_tail(second)) return 0;
  if (lead < 0xe0) return 2;
  if (!is_tail(byte_at(text, at + 2))) return 0;
  if (lead < 0xf0) {
    if (lead == 0xe0 && second < 0xa0) return 0;
    if (lead == 0xed && second > 0x9f) return 0;
    return 3;
  }
  if (lead > 0xf4 || !is_tail(byte_at(text, at + 3))) return 0;
  if (lead == 0xf0 && second < 0x90) return 0;
  if (lead == 0xf4 && second > 0x8f) return 0;
  return 4;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::uint64_t word = 0;
    if (text.size() - at >= sizeof(word)) {
      std::memcpy(&word, text.data() + at, sizeof(word));
      if ((word & 0x8080808080808080U) == 0) {
        at += sizeof(word);
        continue;
      }
    }
    const std::size_t length = utf8_sequence(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

char32_t utf8_decode(std::string_view sequence) {
  const unsigned lead = byte_at(sequence, 0);
  if (sequence.size() == 1) return lead;
  char32_t code_point = lead & (0x7fU >> sequence.size());
  for (std::size_t i = 1; i < sequence.size(); ++i)
    code_point = code_point << 6U | (byte_at(sequence, i) & 0x3fU);
  return code_point;
}

std::size_t utf8_write(char32_t code_point, char* to) {
  const auto put = [&to](char32_t byte) { *to++ = static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
    return 1;
  }
  if (code_point < 0x800) {
    put(0xc0U | code_point >> 6U);
    put(0x80U | (code_point & 0x3fU));
    return 2;
  }
  if (code_point < 0x10000) {
    put(0xe0U | code_point >> 12U);
    put(0x80U | (code_point >> 6U & 0x3fU));
    put(0x80U | (code_point & 0x3fU));
    return 3;
  }
  put(0xf0U | code_point >> 18U);
  put(0x80U | (code_point >> 12U & 0x3fU));
  put(0x80U | (code_point >> 6U & 0x3fU));
  put(0x80U | (code_point & 0x3fU));
  return 4;
}

void utf8_append(char32_t code_point, std::string& out) {
  std::array<char, 4> bytes{};
  out.append(bytes.data(), utf8_write(code_point, bytes.data()));
}

std::size_t utf8_length(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) length += is_tail(static_cast<unsigned char>(c)) ? 0U : 1U;
  return length;
}

bool is_space(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= 0x09 && c <= 0x0d);
  return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
         c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000 || c == 0xfeff;
}

bool is_blank_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_sequence(text, at);
    if (length == 0 || !is_space(utf8_decode(text.substr(at, length)))) return false;
    at += length;
  }
  return true;
}

std::string to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_sequence(text, at);
    if (length == 0) {
      utf8_append(0xfffd, out);
      ++at;
    } else {
      out.append(text.substr(at, length));
      at += length;
    }
  }
  return out;
}

}  // namespace steps::text
