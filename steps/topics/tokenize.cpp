#include "steps/topics/tokenize.hpp"

#include <array>
#include <span>

namespace steps::topics {
namespace {

constexpr char32_t broken = 0xFFFD;
constexpr std::size_t long_word_min = 32;  // code points: no word of a spaced script is this long

// One code point from `text` at `at`, which moves past it.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  if (first < 0x80) return first;
  const int extra = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
  if (extra == 0 || first > 0xF4) return broken;
  auto value = static_cast<char32_t>(first & (0x3F >> extra));
  for (int i = 0; i < extra; ++i) {
    if (at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80) return broken;
    value = (value << 6) | (static_cast<unsigned char>(text[at++]) & 0x3F);
  }
  return value;
}

void append_utf8(std::string& out, char32_t code) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | (code >> 6));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

bool within(char32_t code, char32_t low, char32_t high) {
  return code >= low && code <= high;
}

char32_t lower(char32_t code) {
  if (within(code, 'A', 'Z')) return code + 32;
  if (code < 0xC0) return code;
  if (within(code, 0xC0, 0xDE) && code != 0xD7) return code + 32;
  if (within(code, 0x100, 0x137) || within(code, 0x14A, 0x177) || within(code, 0x1E00, 0x1EFF))
    return code | 1;
  if (within(code, 0x139, 0x148) || within(code, 0x179, 0x17E)) return (code & 1) != 0 ? code + 1 : code;
  if (within(code, 0x391, 0x3A9)) return code + 32;
  if (within(code, 0x410, 0x42F)) return code + 32;
  if (within(code, 0x400, 0x40F)) return code + 80;
  return code;
}

bool is_digit(char32_t code) {
  return within(code, '0', '9');
}

// Marks, punctuation and symbols separate; everything else outside ASCII counts as a letter.
bool is_letter(char32_t code) {
  if (code < 0x80) return within(code, 'a', 'z') || within(code, 'A', 'Z');
  if (code < 0xC0) return code == 0xAA || code == 0xB5 || code == 0xBA;
  if (code == 0xD7 || code == 0xF7 || code == broken) return false;
  if (within(code, 0x2000, 0x2BFF) || within(code, 0x2E00, 0x2E7F)) return false;
  if (within(code, 0x3000, 0x3004) || within(code, 0x3008, 0x3020) || code == 0x30FB) return false;
  if (within(code, 0xD800, 0xF8FF) || within(code, 0xFE00, 0xFE6F)) return false;
  if (within(code, 0xFF00, 0xFF20) || within(code, 0xFF3B, 0xFF40) || within(code, 0xFF5B, 0xFF65))
    return false;
  return code < 0x1F000 || code > 0x1FAFF;
}

// Han, kana, Thai, Lao, Myanmar, Khmer: written without spaces between words.
bool has_no_spaces(char32_t code) {
  return within(code, 0x0E00, 0x0EFF) || within(code, 0x1000, 0x109F) || within(code, 0x1780, 0x17FF) ||
         within(code, 0x3040, 0x30FF) || within(code, 0x3400, 0x4DBF) || within(code, 0x4E00, 0x9FFF) ||
         within(code, 0xF900, 0xFAFF) || within(code, 0x20000, 0x2FFFF);
}

class Splitter {
 public:
  Splitter(std::vector<Token>& tokens, std::size_t tokens_max) : tokens_(tokens), tokens_max_(tokens_max) {}

  [[nodiscard]] bool full() const { return tokens_.size() >= tokens_max_; }

  void take(char32_t code) {
    const bool apart = has_no_spaces(code);
    if (!run_.empty() && apart != run_has_no_spaces_) flush();
    run_has_no_spaces_ = apart;
    run_.push_back(lower(code));
  }

  void separate(char32_t code) {
    const bool apostrophe = code == '\'' || code == 0x2019;
    flush();
    after_apostrophe_ = apostrophe && flushed_word_;
    if (!apostrophe && code != ' ' && code != '-' && code != '_' && code != '\t') phrase_starts_ = true;
    flushed_word_ = false;
  }

  void flush() {
    flushed_word_ = false;
    if (run_.empty()) return;
    if (run_has_no_spaces_) {
      emit_grams(2, 4);
    } else if (run_.size() >= long_word_min) {
      emit_grams(3, 5);
    } else {
      emit_word();
    }
    run_.clear();
    after_apostrophe_ = false;
  }

 private:
  void emit(std::string text, TokenKind kind) {
    if (full()) return;
    tokens_.push_back({std::move(text), kind, phrase_starts_});
    phrase_starts_ = false;
  }

  void emit_word() {
    std::size_t digits = 0;
    std::string text;
    for (const char32_t code : run_) {
      digits += is_digit(code) ? 1 : 0;
      append_utf8(text, code);
    }
    if (after_apostrophe_ && end_contraction(text)) return;
    if (digits == run_.size()) {
      emit("#", TokenKind::number);
    } else {
      emit(std::move(text), digits > 0 ? TokenKind::code : TokenKind::word);
    }
    flushed_word_ = true;
  }

  // True when `tail` is what English hangs on an apostrophe; "don't" then becomes "do".
  bool end_contraction(std::string_view tail) {
    constexpr std::array<std::string_view, 7> tails{"s", "t", "ll", "re", "ve", "d", "m"};
    bool known = false;
    for (const std::string_view candidate : tails) known = known || candidate == tail;
    if (!known || tokens_.empty()) return false;
    std::string& head = tokens_.back().text;
    if (tail == "t" && head.size() > 2 && head.ends_with('n') && head != "can") head.pop_back();
    return true;
  }

  void emit_grams(std::size_t shortest, std::size_t longest) {
    const std::size_t length = std::min<std::size_t>(run_.size(), 256);
    if (length < shortest) shortest = length;
    for (std::size_t at = 0; at < length; ++at) {
      std::string text;
      for (std::size_t size = 1; size <= longest && at + size <= length; ++size) {
        append_utf8(text, run_[at + size - 1]);
        if (size >= shortest) emit(text, TokenKind::gram);
      }
    }
  }

  std::vector<Token>& tokens_;
  std::size_t tokens_max_;
  std::u32string run_;
  bool run_has_no_spaces_ = false;
  bool phrase_starts_ = true;
  bool after_apostrophe_ = false;
  bool flushed_word_ = false;
};

bool is_vowel(char letter) {
  return letter == 'a' || letter == 'e' || letter == 'i' || letter == 'o' || letter == 'u' || letter == 'y';
}

bool has_vowel(std::string_view text) {
  for (const char letter : text) {
    if (is_vowel(letter)) return true;
  }
  return false;
}

// Drops one letter of a doubled end ("planning" -> "plan"), except after l, s and z.
void undouble(std::string& word) {
  const std::size_t size = word.size();
  if (size < 3 || word[size - 1] != word[size - 2] || is_vowel(word[size - 1])) return;
  if (word[size - 1] == 'l' || word[size - 1] == 's' || word[size - 1] == 'z') return;
  word.pop_back();
}

}  // namespace

void tokenize(std::string_view text, std::vector<Token>& tokens, std::size_t tokens_max) {
  tokens.clear();
  Splitter splitter(tokens, tokens_max);
  for (std::size_t at = 0; at < text.size() && !splitter.full();) {
    const char32_t code = next_code_point(text, at);
    if (is_letter(code) || is_digit(code)) {
      splitter.take(code);
    } else {
      splitter.separate(code);
    }
  }
  splitter.flush();
}

std::string singular_stem(std::string_view word) {
  std::string out(word);
  if (out.size() < 4 || static_cast<unsigned char>(out.back()) >= 0x80) return out;
  if (out.ends_with("ies") || out.ends_with("sses") || out.ends_with("xes") || out.ends_with("ches") ||
      out.ends_with("shes")) {
    out.resize(out.size() - 2);
  } else if (out.ends_with('s') && !out.ends_with("ss") && !out.ends_with("us") && !out.ends_with("is")) {
    out.pop_back();
  }
  if (out.size() >= 4 && out.ends_with('y') && !is_vowel(out[out.size() - 2])) out.back() = 'i';
  if (out.size() >= 5 && out.ends_with("ie")) out.pop_back();
  return out;
}

std::string stem(std::string_view word) {
  std::string out = singular_stem(word);
  if (out.size() < 4 || static_cast<unsigned char>(out.back()) >= 0x80) return out;
  const std::size_t ending = out.ends_with("ing") ? 3 : out.ends_with("ed") ? 2 : 0;
  if (ending != 0 && out.size() >= ending + 3 &&
      has_vowel(std::string_view(out).substr(0, out.size() - ending))) {
    if (out.ends_with("eed")) return out;
    out.resize(out.size() - ending);
    undouble(out);
  }
  if (out.size() >= 4 && out.ends_with('e')) out.pop_back();
  if (out.size() >= 4 && out.ends_with('y') && !is_vowel(out[out.size() - 2])) out.back() = 'i';
  return out;
}

}  // namespace steps::topics
