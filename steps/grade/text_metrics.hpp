// How alike two texts are, from 0 to 1: the metrics of OpenAI's text_similarity grader. Pure; any thread.
// Words are runs of letters and digits; bytes above 127 count as letters, so text of any script has words.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace steps::grade {

enum class Metric : std::uint8_t {
  fuzzy_match,  // 2 LCS / (m + n) over characters, as rapidfuzz's fuzz.ratio; 1 for two empty texts
  bleu,     // sentence BLEU to 4-grams (Papineni et al. 2002), exponential smoothing and effective order as
            // sacreBLEU
  gleu,     // matching 1- to 4-grams over the larger number of them (Wu et al. 2016)
  meteor,   // Lavie and Agarwal 2007 with alpha 0.9, beta 3, gamma 0.5; exact words, then Porter stems; no
            // synonyms
  cosine,   // of word counts in lower case; of embeddings where the grader names a model
  rouge_1,  // F1 of n-grams, lower case (Lin 2004; Google's rouge_score without stemming)
  rouge_2,
  rouge_3,
  rouge_4,
  rouge_5,
  rouge_l,  // F1 by the longest common subsequence of words
};
[[nodiscard]] std::string_view metric_name(Metric metric);
[[nodiscard]] std::optional<Metric> metric_from_name(std::string_view name);

// Longer texts would take minutes.
inline constexpr std::size_t text_bytes_max = 200'000;

// Both at most text_bytes_max bytes. What has no words is 0 away from everything, but fuzzy_match.
[[nodiscard]] double similarity(Metric metric, std::string_view text, std::string_view reference);

}  // namespace steps::grade
