#include "steps/text/json_index.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>
#include <limits>

#include "steps/text/json_string.hpp"
#include "steps/text/utf8.hpp"

namespace steps::text {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The first byte of a string's inside that is not plain: a quote, a backslash, a control character, or not
// ASCII.
const char* skip_plain(const char* at, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i space = _mm_set1_epi8(' ');
  while (end - at >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    // Compared as signed numbers, bytes from 0x80 up are below the space too.
    const __m128i stop =
        _mm_or_si128(_mm_cmplt_epi8(bytes, space),
                     _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(stop));
    if (mask != 0) return at + std::countr_zero(mask);
    at += 16;
  }
#endif
  const auto is_plain = [](char c) { return c != '"' && c != '\\' && static_cast<signed char>(c) >= ' '; };
  while (at < end && is_plain(*at)) ++at;
  return at;
}

bool is_high_surrogate(unsigned unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}
bool is_low_surrogate(unsigned unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}

}  // namespace

// One run over one text. Every step returns false after it has set the fault.
class JsonParser {
 public:
  JsonParser(std::string_view text, JsonIndex& index)
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()), index_(index) {}

  bool run() {
    if (!value()) return false;
    while (!index_.open_.empty()) {
      if (!after_value()) return false;
    }
    skip_space();
    return at_ == end_ || refuse("something after the end of the value");
  }
  JsonFault fault() const { return fault_; }

 private:
  bool refuse(std::string_view what) {
    fault_ = {what, static_cast<std::uint64_t>(at_ - begin_)};
    return false;
  }
  void skip_space() {
    while (at_ != end_ && is_json_space(*at_)) ++at_;
  }
  std::uint32_t offset() const { return static_cast<std::uint32_t>(at_ - begin_); }

  void add(JsonKind kind, std::uint32_t begin, bool has_escapes = false) {
    const auto ref = static_cast<JsonRef>(index_.values_.size());
    index_.values_.push_back({begin, offset(), ref + 1, kind, has_escapes});
  }

  bool open(JsonKind kind);
  bool close(JsonKind kind);
  bool value();
  bool key();
  bool after_value();
  bool word(std::string_view expected, JsonKind kind);
  bool number();
  bool string();
  bool escape();
  bool unicode_escape();

  const char* begin_;
  const char* at_;
  const char* end_;
  JsonIndex& index_;
  JsonFault fault_;
};

// Reads a scalar or the opening of a container, with the first value of what it opens.
bool JsonParser::value() {
  while (true) {
    skip_space();
    if (at_ == end_) return refuse("the text ends where a value should stand");
    if (index_.values_.size() >= JsonIndex::values_max) return refuse("more values than one record may have");
    switch (*at_) {
      case '"':
        return string();
      case 't':
        return word("true", JsonKind::boolean);
      case 'f':
        return word("false", JsonKind::boolean);
      case 'n':
        return word("null", JsonKind::null);
      case '[':
        if (!open(JsonKind::array)) return false;
        skip_space();
        if (at_ != end_ && *at_ == ']') return close(JsonKind::array);
        continue;
      case '{':
        if (!open(JsonKind::object)) return false;
        skip_space();
        if (at_ != end_ && *at_ == '}') return close(JsonKind::object);
        if (!key()) return false;
        continue;
      default:
        return number();
    }
  }
}

bool JsonParser::open(JsonKind kind) {
  if (index_.open_.size() >= JsonIndex::depth_max) return refuse("nesting deeper than 1,024 levels");
  index_.open_.push_back(static_cast<JsonRef>(index_.values_.size()));
  add(kind, offset());
  ++at_;
  return true;
}

bool JsonParser::close(JsonKind kind) {
  auto& container = index_.values_[index_.open_.back()];
  if (container.kind != kind) return refuse("a bracket that closes the wrong kind");
  ++at_;
  container.end = offset();
  container.next = static_cast<JsonRef>(index_.values_.size());
  index_.open_.pop_back();
  return true;
}

bool JsonParser::key() {
  skip_space();
  if (at_ == end_) return refuse("the text ends inside an object");
  if (*at_ != '"') return refuse("a key that is not a string in double quotes");
  if (!string()) return false;
  skip_space();
  if (at_ == end_) return refuse("the text ends inside an object");
  if (*at_ != ':') return refuse("no colon after a key");
  ++at_;
  return true;
}

bool JsonParser::after_value() {
  skip_space();
  const bool is_object = index_.values_[index_.open_.back()].kind == JsonKind::object;
  if (at_ == end_)
    return refuse(is_object ? "the text ends inside an object" : "the text ends inside an array");
  switch (*at_) {
    case ']':
      return close(JsonKind::array);
    case '}':
      return close(JsonKind::object);
    case ',':
      ++at_;
      return (!is_object || key()) && value();
    default:
      return refuse(is_object ? "no comma or } after a field" : "no comma or ] after an element");
  }
}

bool JsonParser::word(std::string_view expected, JsonKind kind) {
  const std::uint32_t begin = offset();
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(expected)) {
    return refuse("a word that is not true, false or null");
  }
  at_ += expected.size();
  add(kind, begin);
  return true;
}

bool JsonParser::number() {
  const std::uint32_t begin = offset();
  const auto digits = [this] {
    if (at_ == end_ || !is_digit(*at_)) return false;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return true;
  };
  const bool is_negative = *at_ == '-';
  if (is_negative) ++at_;
  if (at_ == end_ || !is_digit(*at_))
    return refuse(is_negative ? "no digit after -" : "a value that JSON does not know");
  if (*at_ == '0') {
    ++at_;
    if (at_ != end_ && is_digit(*at_)) return refuse("a number with a leading zero");
  } else {
    digits();
  }
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    if (!digits()) return refuse("no digit after a decimal point");
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (!digits()) return refuse("no digit in an exponent");
  }
  add(JsonKind::number, begin);
  return true;
}

bool JsonParser::string() {
  const std::uint32_t begin = offset();
  bool has_escapes = false;
  ++at_;
  while (true) {
    at_ = skip_plain(at_, end_);
    if (at_ == end_) return refuse("the text ends inside a string");
    const char c = *at_;
    if (c == '"') break;
    if (c == '\\') {
      has_escapes = true;
      if (!escape()) return false;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      return refuse("a control character inside a string that is not escaped");
    } else {
      // Not ASCII: text of other scripts comes in runs, so stay here until it ends.
      const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
      std::size_t length = 0;
      while (length < rest.size() && static_cast<unsigned char>(rest[length]) >= 0x80) {
        const std::size_t sequence = utf8_sequence(rest, length);
        if (sequence == 0) {
          at_ += length;
          return refuse("a byte that is not UTF-8");
        }
        length += sequence;
      }
      at_ += length;
    }
  }
  ++at_;
  add(JsonKind::string, begin, has_escapes);
  return true;
}

bool JsonParser::escape() {
  const char* const backslash = at_;
  ++at_;
  if (at_ == end_) return refuse("the text ends inside a string");
  if (std::string_view("\"\\/bfnrt").find(*at_) != std::string_view::npos) {
    ++at_;
    return true;
  }
  const bool is_unicode = *at_ == 'u';
  at_ = backslash;
  return is_unicode ? unicode_escape() : refuse("an escape that JSON does not know");
}

bool JsonParser::unicode_escape() {
  const unsigned unit = json_hex_unit(at_ + 2, end_);
  if (unit > 0xffff) return refuse("a \\u escape without four hexadecimal digits");
  if (is_low_surrogate(unit)) return refuse("a lone surrogate, which no UTF-8 text can hold");
  if (is_high_surrogate(unit)) {
    const char* const second = at_ + 6;
    if (end_ - second < 6 || second[0] != '\\' || second[1] != 'u' ||
        !is_low_surrogate(json_hex_unit(second + 2, end_))) {
      return refuse("a lone surrogate, which no UTF-8 text can hold");
    }
    at_ += 6;
  }
  at_ += 6;
  return true;
}

JsonFault JsonIndex::parse(std::string_view text) {
  clear();
  text_ = text;
  if (text.size() >= std::numeric_limits<std::uint32_t>::max()) return {"a text of 4 GiB or more", 0};
  JsonParser parser(text, *this);
  if (parser.run()) return {};
  clear();
  return parser.fault();
}

}  // namespace steps::text
