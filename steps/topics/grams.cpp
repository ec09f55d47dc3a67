#include "steps/topics/grams.hpp"

#include <algorithm>
#include <vector>

#include "steps/topics/tokenize.hpp"

namespace steps::topics {
namespace {

// Where the characters of UTF-8 begin, and the end.
std::vector<std::size_t> characters_of(std::string_view word) {
  std::vector<std::size_t> starts;
  for (std::size_t at = 0; at < word.size(); ++at) {
    if ((static_cast<unsigned char>(word[at]) & 0xC0U) != 0x80) starts.push_back(at);
  }
  starts.push_back(word.size());
  return starts;
}

}  // namespace

std::string grams_of(std::string_view text, std::size_t size) {
  std::vector<Token> tokens;
  tokenize(text, tokens);
  std::string grams;
  for (const Token& token : tokens) {
    const std::string marked = token.kind == TokenKind::word ? "x" + token.text + "x" : token.text;
    const std::vector<std::size_t> starts = characters_of(marked);
    const std::size_t characters = starts.size() - 1;
    const std::size_t count = characters > size ? characters - size + 1 : 1;
    for (std::size_t first = 0; first < count; ++first) {
      const std::size_t end = starts[std::min(first + size, characters)];
      grams += marked.substr(starts[first], end - starts[first]);
      grams += ' ';
    }
  }
  return grams;
}

}  // namespace steps::topics
