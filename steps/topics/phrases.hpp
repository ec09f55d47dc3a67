// Counts phrases of one to three words by group of texts, for label.cpp alone. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "steps/topics/tokenize.hpp"

namespace steps::topics {

// Words are numbered by stem; a phrase is one to three of them in the order in which they were written, with
// at most two function words between neighbours ("cancel my reservation" counts as "cancel reservation").
struct Phrase {
  std::vector<std::uint32_t> words;
  // What is usually written between one word and the next, articles and possessives aside: nothing, a
  // preposition or conjunction ("meaning of life"), or `broken` where it is a verb or a pronoun ("subjects
  // are you familiar with"), so that the words make no name.
  static constexpr std::string_view broken = "?";
  std::vector<std::string_view> joints;
  std::vector<std::uint32_t> texts_of_group;  // texts with it, by group
};

struct PhraseWord {
  std::string surface;  // the most frequent spelling
  std::string plural;   // the same with an "s", where a good part of the texts write it so
  TokenKind kind = TokenKind::word;
  bool weak = false;  // no good name by itself
};

struct PhraseCounts {
  std::vector<PhraseWord> words;
  std::vector<Phrase> phrases;  // in at least `texts_min` texts
  std::vector<std::uint32_t> group_texts;
};

[[nodiscard]] PhraseCounts count_phrases(std::span<const std::string> texts,
                                         std::span<const std::uint32_t> group_of, std::size_t groups);

}  // namespace steps::topics
