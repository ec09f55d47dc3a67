#include "steps/topics/evidence.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace steps::topics {
namespace {

// The Dirichlet's concentration is summed out over these: tight groups have a small one, broad groups a large
// one.
constexpr std::array<double, 5> concentrations{10, 30, 90, 270, 810};

constexpr int settle_rounds = 20;
constexpr double counted_min = 1e-9;  // less is what is left of words taken away

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

void WordEvidence::count(Tally& tally, std::size_t row, double sign) const {
  for (std::size_t at = offsets_[row]; at < offsets_[row + 1]; ++at)
    tally.counts[words_[at]] += sign * weights_[row];
  tally.words += sign * weights_[row] * static_cast<double>(offsets_[row + 1] - offsets_[row]);
  tally.rows += sign;
}

// Logarithm of the probability of a row's words, and of a row more, given those of a group.
double WordEvidence::fit(const Tally& tally, std::size_t row) const {
  const double words = weights_[row] * static_cast<double>(offsets_[row + 1] - offsets_[row]);
  double logs = 0;
  for (std::size_t at = offsets_[row]; at < offsets_[row + 1]; ++at)
    logs += std::log(tally.counts[words_[at]] + tally.concentration * share_of_word_[words_[at]]);
  return std::log(tally.rows) + weights_[row] * logs + std::lgamma(tally.concentration + tally.words) -
         std::lgamma(tally.concentration + tally.words + words);
}

double WordEvidence::best_concentration(const Tally& tally) const {
  const auto score = [&](double concentration) {
    double sum = std::lgamma(concentration) - std::lgamma(concentration + tally.words);
    for (std::size_t word = 0; word < tally.counts.size(); ++word) {
      if (tally.counts[word] < counted_min) continue;
      const double prior = concentration * share_of_word_[word];
      sum += std::lgamma(prior + tally.counts[word]) - std::lgamma(prior);
    }
    return sum;
  };
  return *std::ranges::max_element(concentrations, {}, score);
}

void WordEvidence::settle(std::vector<std::uint32_t>& group_of, std::size_t groups, double margin) const {
  std::vector<Tally> tallies(groups);
  for (int round = 0; round < settle_rounds; ++round) {
    // Anew in each round: what is added and taken away again leaves a rest.
    for (Tally& tally : tallies) tally = {std::vector<double>(share_of_word_.size()), 0, 0, 0};
    for (std::size_t row = 0; row < group_of.size(); ++row) count(tallies[group_of[row]], row, 1);
    for (Tally& tally : tallies) tally.concentration = best_concentration(tally);
    std::size_t moved = 0;
    for (std::size_t row = 0; row < group_of.size(); ++row) {
      if (offsets_[row] == offsets_[row + 1]) continue;
      const std::uint32_t from = group_of[row];
      count(tallies[from], row, -1);
      // Alone in its group, a row stays.
      double best =
          tallies[from].rows < 1 ? std::numeric_limits<double>::infinity() : fit(tallies[from], row) + margin;
      for (std::uint32_t group = 0; group < groups; ++group) {
        if (group == from || tallies[group].rows < 1) continue;
        const double value = fit(tallies[group], row);
        if (value <= best) continue;
        best = value;
        group_of[row] = group;
      }
      count(tallies[group_of[row]], row, 1);
      if (group_of[row] != from) ++moved;
    }
    if (moved * 200 < group_of.size()) return;
  }
}

}  // namespace steps::topics
