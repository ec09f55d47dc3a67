// Texts to TF-IDF rows over single words and pairs of neighbours: the feature source that needs no model
// file. Pure: the same texts in the same order give the same bytes. A fitted vocabulary may be read by many
// threads.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "steps/topics/matrix.hpp"
#include "steps/topics/tokenize.hpp"

namespace steps::topics {

struct VocabularyOptions {
  std::size_t word_texts_min = 2;     // texts that a single word must occur in
  std::size_t pair_texts_min = 2;     // texts that a pair must occur in
  double texts_max_share = 0.5;       // words in more of the texts than this are left out (from 20 texts on)
  std::size_t features_max = 30'000;  // the most frequent are kept
  float stop_word_weight = 0.25F;     // factor on English function words and pairs of them
  float code_weight = 0.3F;           // factor on words with digits in them and pairs with one
};

struct Feature {
  static constexpr std::uint32_t none = 0xFFFFFFFF;
  std::uint32_t first = none;   // index into Vocabulary::words
  std::uint32_t second = none;  // none: a single word
  std::uint32_t texts = 0;      // texts it occurs in
  float weight = 0;             // idf, times the stop word factor
};

class Vocabulary {
 public:
  // One entry a distinct word that any feature uses. `surface` is its most frequent spelling in the texts.
  struct Word {
    std::string stem;
    std::string surface;
    TokenKind kind = TokenKind::word;
    bool stop = false;
  };

  // Never fails: without any word the vocabulary is empty and every row is zero.
  [[nodiscard]] static Vocabulary fit(std::span<const std::string> texts,
                                      const VocabularyOptions& options = {});

  // Rows of Euclidean length 1 (0 for a text without a known feature):
  // (1 + ln tf) * idf, idf = ln((1 + n) / (1 + texts)) + 1.
  [[nodiscard]] SparseRows transform(std::span<const std::string> texts) const;

  struct Row {
    std::vector<std::uint32_t> columns;  // ascending
    std::vector<float> values;           // length 1 together, or none
    // 0..1: Euclidean length that the known words would have in a row that also held the unknown ones
    // (each weighted as a word of one text). 0 when nothing is known.
    float known_share = 0;
  };
  [[nodiscard]] Row transform(std::string_view text) const;

  [[nodiscard]] std::size_t size() const { return features_.size(); }
  [[nodiscard]] std::span<const Feature> features() const { return features_; }
  [[nodiscard]] std::span<const Word> words() const { return words_; }

  // "card delivery": the feature as people wrote it.
  [[nodiscard]] std::string surface(const Feature& feature) const;

 private:
  friend class VocabularyBuilder;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  std::vector<Word> words_;
  std::vector<Feature> features_;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> word_of_stem_;
  std::unordered_map<std::uint64_t, std::uint32_t> feature_of_pair_;
  float unknown_weight_ = 0;
};

}  // namespace steps::topics
