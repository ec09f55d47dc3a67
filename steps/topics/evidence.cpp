#include "steps/topics/evidence.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace steps::topics {
namespace {

// The Dirichlet's concentration is summed out over these: tight groups have a small one, broad groups a large
// one.
constexpr std::array<double, 5> concentrations{10, 30, 90, 270, 810};

}  // namespace

WordEvidence::WordEvidence(const Vocabulary& vocabulary, const SparseRows& rows, double words_max)
    : share_of_word_(vocabulary.size()), log_share_of_word_(vocabulary.size()), counts_(vocabulary.size()) {
  const auto features = vocabulary.features();
  double all = 0;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    for (std::size_t at = rows.offsets[row]; at < rows.offsets[row + 1]; ++at) {
      const Feature& feature = features[rows.columns[at]];
      if (feature.second != Feature::none) continue;
      const Vocabulary::Word& word = vocabulary.words()[feature.first];
      if (!word.stop && word.kind != TokenKind::number) words_.push_back(rows.columns[at]);
    }
    const auto count = static_cast<double>(words_.size() - offsets_.back());
    weights_.push_back(count > words_max ? words_max / count : 1.0);
    for (std::size_t at = offsets_.back(); at < words_.size(); ++at)
      share_of_word_[words_[at]] += weights_.back();
    all += count * weights_.back();
    offsets_.push_back(words_.size());
  }
  for (std::size_t word = 0; word < share_of_word_.size(); ++word) {
    share_of_word_[word] /= all > 0 ? all : 1;
    log_share_of_word_[word] = share_of_word_[word] > 0 ? std::log(share_of_word_[word]) : 0;
  }
}

double WordEvidence::words_score(double words, double concentration) const {
  const double log_concentration = std::log(concentration);
  double score = std::lgamma(concentration) - std::lgamma(concentration + words);
  for (const std::uint32_t word : touched_) {
    const double count = counts_[word];
    if (count == 1) {  // most of them: lgamma(prior + 1) - lgamma(prior) = ln(prior)
      score += log_concentration + log_share_of_word_[word];
    } else {
      const double prior = concentration * share_of_word_[word];
      score += std::lgamma(prior + count) - std::lgamma(prior);
    }
  }
  return score;
}

double WordEvidence::group_score(std::span<const std::uint32_t> rows) {
  touched_.clear();
  double words = 0;
  for (const std::uint32_t row : rows) {
    for (std::size_t at = offsets_[row]; at < offsets_[row + 1]; ++at) {
      if (counts_[words_[at]] == 0) touched_.push_back(words_[at]);
      counts_[words_[at]] += weights_[row];
      words += weights_[row];
    }
  }
  std::array<double, concentrations.size()> scores{};
  for (std::size_t index = 0; index < concentrations.size(); ++index) {
    scores[index] = words_score(words, concentrations[index]);
  }
  for (const std::uint32_t word : touched_) counts_[word] = 0;
  const double highest = *std::ranges::max_element(scores);
  double total = 0;
  for (const double value : scores) total += std::exp(value - highest);
  return highest + std::log(total / static_cast<double>(scores.size())) +
         std::lgamma(static_cast<double>(rows.size()));
}

}  // namespace steps::topics
