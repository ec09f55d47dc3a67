#include "steps/grade/porter_stem.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace steps::grade {

namespace {

bool is_consonant(std::string_view word, std::size_t i) {
  switch (word[i]) {
    case 'a':
    case 'e':
    case 'i':
    case 'o':
    case 'u':
      return false;
    case 'y':
      return i == 0 || !is_consonant(word, i - 1);
    default:
      return true;
  }
}

// m of the paper: how often a vowel is followed by a consonant.
int measure(std::string_view stem) {
  int count = 0;
  for (std::size_t i = 1; i < stem.size(); ++i)
    count += is_consonant(stem, i) && !is_consonant(stem, i - 1) ? 1 : 0;
  return count;
}

bool has_vowel(std::string_view stem) {
  for (std::size_t i = 0; i < stem.size(); ++i) {
    if (!is_consonant(stem, i)) return true;
  }
  return false;
}

bool ends_double(std::string_view word) {
  const std::size_t n = word.size();
  return n >= 2 && word[n - 1] == word[n - 2] && is_consonant(word, n - 1);
}

// *o of the paper: consonant, vowel, consonant, the last one not w, x or y.
bool ends_short(std::string_view word) {
  const std::size_t n = word.size();
  if (n < 3 || !is_consonant(word, n - 1) || is_consonant(word, n - 2) || !is_consonant(word, n - 3))
    return false;
  return word[n - 1] != 'w' && word[n - 1] != 'x' && word[n - 1] != 'y';
}

struct Rule {
  std::string_view suffix;
  std::string_view with;
};

std::string_view without(const std::string& word, std::string_view suffix) {
  return std::string_view(word).substr(0, word.size() - suffix.size());
}

// The first rule whose suffix fits decides, whether its condition holds or not.
void apply(std::string& word, std::span<const Rule> rules, int measure_above) {
  for (const Rule& rule : rules) {
    if (!word.ends_with(rule.suffix)) continue;
    const auto stem = without(word, rule.suffix);
    if (measure(stem) > measure_above) word = std::string(stem) + std::string(rule.with);
    return;
  }
}

void plurals(std::string& word) {
  if (word.ends_with("sses") || word.ends_with("ies"))
    word.resize(word.size() - 2);
  else if (word.ends_with("s") && !word.ends_with("ss"))
    word.pop_back();
}

void past_and_progress(std::string& word) {
  if (word.ends_with("eed")) {
    if (measure(without(word, "eed")) > 0) word.pop_back();
    return;
  }
  const std::string_view suffix = word.ends_with("ed") ? "ed" : word.ends_with("ing") ? "ing" : "";
  if (suffix.empty() || !has_vowel(without(word, suffix))) return;
  word.resize(word.size() - suffix.size());
  if (word.ends_with("at") || word.ends_with("bl") || word.ends_with("iz")) {
    word += 'e';
  } else if (ends_double(word) && word.back() != 'l' && word.back() != 's' && word.back() != 'z') {
    word.pop_back();
  } else if (measure(word) == 1 && ends_short(word)) {
    word += 'e';
  }
}

constexpr std::array<Rule, 20> step_2{
    {{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"},
     {"abli", "able"},   {"alli", "al"},     {"entli", "ent"}, {"eli", "e"},     {"ousli", "ous"},
     {"ization", "ize"}, {"ation", "ate"},   {"ator", "ate"},  {"alism", "al"},  {"iveness", "ive"},
     {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},  {"iviti", "ive"}, {"biliti", "ble"}}};
constexpr std::array<Rule, 7> step_3{{{"icate", "ic"},
                                      {"ative", ""},
                                      {"alize", "al"},
                                      {"iciti", "ic"},
                                      {"ical", "ic"},
                                      {"ful", ""},
                                      {"ness", ""}}};
constexpr std::array<Rule, 18> step_4{{{"al", ""},
                                       {"ance", ""},
                                       {"ence", ""},
                                       {"er", ""},
                                       {"ic", ""},
                                       {"able", ""},
                                       {"ible", ""},
                                       {"ant", ""},
                                       {"ement", ""},
                                       {"ment", ""},
                                       {"ent", ""},
                                       {"ou", ""},
                                       {"ism", ""},
                                       {"ate", ""},
                                       {"iti", ""},
                                       {"ous", ""},
                                       {"ive", ""},
                                       {"ize", ""}}};

void strip_last(std::string& word) {
  if (word.ends_with("ion")) {
    const auto stem = without(word, "ion");
    if (measure(stem) > 1 && (stem.ends_with('s') || stem.ends_with('t'))) word.resize(stem.size());
    return;
  }
  apply(word, step_4, 1);
}

void tidy(std::string& word) {
  if (word.ends_with('e')) {
    const auto stem = without(word, "e");
    if (measure(stem) > 1 || (measure(stem) == 1 && !ends_short(stem))) word.pop_back();
  }
  if (word.ends_with("ll") && measure(word) > 1) word.pop_back();
}

}  // namespace

std::string porter_stem(std::string_view given) {
  std::string word(given);
  const bool plain = std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
  if (word.size() < 3 || !plain) return word;
  plurals(word);
  past_and_progress(word);
  if (word.ends_with('y') && has_vowel(without(word, "y"))) word.back() = 'i';
  apply(word, step_2, 0);
  apply(word, step_3, 0);
  strip_last(word);
  tidy(word);
  return word;
}

}  // namespace steps::grade
