// Splits text into words for the vectorizer: UTF-8 in, lower-cased tokens out, for any script.
// Pure functions, any thread; broken UTF-8 never fails, a broken byte separates words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace steps::topics {

enum class TokenKind : std::uint8_t {
  word,    // a word of a script that writes spaces
  number,  // digits only; `text` is "#", because which number it is says nothing about the topic
  code,    // letters and digits mixed ("nf3", "ab123"): names one thing, seldom a topic
  gram,    // a piece of 2-4 characters of a script without spaces, or 3-5 of a very long word
};

struct Token {
  std::string text;
  TokenKind kind = TokenKind::word;
  bool starts_phrase = false;  // punctuation or a line end stands before it: no word pair across it
};

// Replaces `tokens`. Letters of Latin, Greek and Cyrillic are lower-cased; English contractions lose their
// tail ("what's" -> "what", "don't" -> "do"). At most `tokens_max` tokens are made; the rest is not read.
void tokenize(std::string_view text, std::vector<Token>& tokens, std::size_t tokens_max = 4096);

// What an English word shares with its plural, -ing and -ed forms: "boxes" -> "box", "story" -> "stori". Not
// a word to show to people. Words of three letters and other scripts are returned as they are.
[[nodiscard]] std::string stem(std::string_view word);

// The same for plurals alone: keeps "interest" and "interesting" apart, as names must.
[[nodiscard]] std::string singular_stem(std::string_view word);

// English function words, the small talk of requests ("please", "tell", "want") included.
[[nodiscard]] bool is_stop_word(std::string_view word);

// Words that carry a topic badly as its name, though not stop words ("many", "make", "good").
[[nodiscard]] bool is_weak_name(std::string_view word);

}  // namespace steps::topics
