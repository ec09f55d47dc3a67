#include "steps/text/ascii_split.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace steps::text {
namespace {

// `line`: CR and LF. `space`: the other white space. `sign`: all other ASCII, control characters too.
// `foreign`: not ASCII, so perhaps a letter, a mark, a digit or white space.
enum class Kind : std::uint8_t { sign, upper, lower, digit, space, line, foreign, end };

constexpr std::array<Kind, 256> kinds = [] {
  std::array<Kind, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c) {
    if (c >= 'A' && c <= 'Z') table[c] = Kind::upper;
    if (c >= 'a' && c <= 'z') table[c] = Kind::lower;
    if (c >= '0' && c <= '9') table[c] = Kind::digit;
    if (c == ' ' || c == '\t' || c == '\v' || c == '\f') table[c] = Kind::space;
    if (c == '\r' || c == '\n') table[c] = Kind::line;
    if (c >= 0x80) table[c] = Kind::foreign;
  }
  return table;
}();

class AsciiSplit {
 public:
  AsciiSplit(SplitRule rule, std::string_view text) : is_o200k_(rule == SplitRule::o200k), text_(text) {}

  std::size_t piece_end(std::size_t begin) const;

 private:
  Kind kind(std::size_t at) const {
    return at < text_.size() ? kinds[static_cast<unsigned char>(text_[at])] : Kind::end;
  }
  static bool is_letter(Kind kind) { return kind == Kind::upper || kind == Kind::lower; }

  std::size_t word(std::size_t at) const;
  std::size_t digits(std::size_t at) const;
  std::size_t signs(std::size_t at) const;
  std::size_t spaces(std::size_t at) const;
  // Bytes of 's, 'd, 'm, 't, 'll, 've or 're, of either case, at `at`; else 0.
  std::size_t contraction(std::size_t at) const;

  bool is_o200k_;
  std::string_view text_;
};

std::size_t AsciiSplit::contraction(std::size_t at) const {
  const auto lower = [this](std::size_t i) {
    return i < text_.size() ? static_cast<char>(text_[i] | 0x20) : '\0';
  };
  if (at >= text_.size() || text_[at] != '\'') return 0;
  if (!is_letter(kind(at + 1))) return 0;
  const char first = lower(at + 1);
  if (first == 's' || first == 'd' || first == 'm' || first == 't') return 2;
  if (!is_letter(kind(at + 2))) return 0;
  const char second = lower(at + 2);
  const bool is_long = (first == 'l' && second == 'l') || (second == 'e' && (first == 'v' || first == 'r'));
  return is_long ? 3 : 0;
}

// o200k: capitals and then small letters, with a contraction; cl100k: letters.
std::size_t AsciiSplit::word(std::size_t at) const {
  if (!is_o200k_) {
    while (is_letter(kind(at))) ++at;
    return kind(at) == Kind::foreign ? 0 : at;
  }
  while (kind(at) == Kind::upper) ++at;
  while (kind(at) == Kind::lower) ++at;
  return kind(at) == Kind::foreign ? 0 : at + contraction(at);
}

// One to three digits.
std::size_t AsciiSplit::digits(std::size_t at) const {
  const std::size_t full = at + 3;
  while (at < full && kind(at) == Kind::digit) ++at;
  return at < full && kind(at) == Kind::foreign ? 0 : at;
}

// A run of signs, and the line ends after it (o200k: slashes between them too).
std::size_t AsciiSplit::signs(std::size_t at) const {
  while (kind(at) == Kind::sign) ++at;
  if (kind(at) == Kind::foreign) return 0;
  while (kind(at) == Kind::line || (is_o200k_ && at < text_.size() && text_[at] == '/')) ++at;
  return at;
}

// White space that no word or sign takes along: up to its last line end, else all but the blank before the
// next piece.
std::size_t AsciiSplit::spaces(std::size_t at) const {
  const std::size_t begin = at;
  std::size_t after_line_end = 0;
  for (; kind(at) == Kind::space || kind(at) == Kind::line; ++at) {
    if (kind(at) == Kind::line) after_line_end = at + 1;
  }
  if (kind(at) == Kind::foreign) return 0;
  if (!is_o200k_ && at == text_.size()) return at;
  if (after_line_end != 0) return after_line_end;
  return at == text_.size() || at == begin + 1 ? at : at - 1;
}

std::size_t AsciiSplit::piece_end(std::size_t begin) const {
  const Kind first = kind(begin);
  if (is_letter(first)) return word(begin);
  if (first == Kind::digit) return digits(begin);
  if (first == Kind::foreign) return 0;
  const Kind second = kind(begin + 1);
  if (first != Kind::line) {
    if (second == Kind::foreign) return 0;
    if (is_letter(second)) {
      const std::size_t length = is_o200k_ ? 0 : contraction(begin);
      return length != 0 ? begin + length : word(begin + 1);
    }
  }
  if (first == Kind::sign) return signs(begin);
  if (text_[begin] == ' ' && second == Kind::sign) return signs(begin + 1);
  return spaces(begin);
}

}  // namespace

std::size_t ascii_piece_end(SplitRule rule, std::string_view text, std::size_t begin) {
  return AsciiSplit(rule, text).piece_end(begin);
}

}  // namespace steps::text
