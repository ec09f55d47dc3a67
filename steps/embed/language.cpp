#include "steps/embed/language.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace steps::embed {
namespace {

constexpr auto english = std::to_array<std::string_view>({
    "a",     "about", "and",   "are",   "as",   "at",   "be",    "but",  "by",   "can", "could",  "did",
    "do",    "does",  "for",   "from",  "had",  "have", "how",   "i",    "i'm",  "if",  "is",     "it",
    "just",  "like",  "me",    "my",    "need", "not",  "of",    "on",   "or",   "our", "please", "should",
    "that",  "the",   "their", "there", "they", "this", "to",    "want", "was",  "we",  "what",   "when",
    "where", "which", "who",   "why",   "will", "with", "would", "you",  "your",
});

// German, Dutch, French, Spanish, Portuguese, Italian, Swedish, Danish, Norwegian, Finnish, Polish, Czech,
// Turkish, Indonesian: frequent words that English does not have.
constexpr auto foreign = std::to_array<std::string_view>(
    {"aber", "af",    "aku",  "alla",  "ama",   "apa",  "att",    "auf",    "av",   "avec", "bardzo", "bei",
     "bir",  "bu",    "che",  "como",  "con",   "czy",  "da",     "das",    "dass", "de",   "del",    "della",
     "dem",  "der",   "des",  "det",   "di",    "dos",  "du",     "een",    "ein",  "eine", "einen",  "el",
     "en",   "es",    "est",  "et",    "ett",   "eu",   "för",    "für",    "gibt", "hat",  "het",    "hoe",
     "hur",  "ich",   "il",   "ini",   "ist",   "itu",  "için",   "jag",    "jak",  "je",   "jeg",    "jest",
     "jsem", "kan",   "kann", "kein",  "keine", "ki",   "können", "las",    "le",   "les",  "lo",     "los",
     "mais", "med",   "meg",  "meine", "met",   "mi",   "mijn",   "min",    "mit",  "mon",  "må",     "na",
     "nao",  "nasıl", "ne",   "nicht", "nie",   "niet", "nous",   "não",    "och",  "oder", "og",     "om",
     "para", "pas",   "pero", "por",   "pour",  "på",   "que",    "qui",    "quoi", "saya", "se",     "sein",
     "sich", "sie",   "sind", "som",   "sono",  "sur",  "também", "um",     "uma",  "un",   "una",    "und",
     "une",  "untuk", "van",  "ve",    "voor",  "vous", "wat",    "werden", "wie",  "wir",  "worden", "yang",
     "yo",   "zu",    "zum",  "zur",   "ä",     "är",   "że"});

bool contains(const auto& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool starts_character(unsigned char byte) {
  return (byte & 0xC0U) != 0x80;
}

}  // namespace

bool is_english(std::string_view text) {
  constexpr std::size_t words_max = 200;
  std::size_t latin = 0;
  std::size_t other = 0;
  std::size_t for_it = 0;
  std::size_t against = 0;
  std::size_t words = 0;
  std::string word;
  const auto end_word = [&] {
    if (word.empty()) return;
    const bool both = contains(english, word);
    if (both) ++for_it;
    if (!both && contains(foreign, word)) ++against;
    ++words;
    word.clear();
  };
  for (const char raw : text) {
    const auto byte = static_cast<unsigned char>(raw);
    const bool upper = byte >= 'A' && byte <= 'Z';
    if (upper || (byte >= 'a' && byte <= 'z')) {
      ++latin;
      word += static_cast<char>(upper ? byte + 32 : byte);
    } else if (byte >= 0x80) {
      if (starts_character(byte)) ++other;
      word += raw;
    } else if (byte != '\'' || word.empty()) {
      end_word();
      if (words >= words_max) break;
    } else {
      word += raw;
    }
  }
  end_word();
  if (latin + other == 0) return true;
  // Scripts other than Latin; a few quotation marks or accents are not one.
  if (other > 8 && 5 * other > 2 * (latin + other)) return false;
  if (latin == 0) return false;
  return against <= for_it;
}

}  // namespace steps::embed
