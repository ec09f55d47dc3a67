#include "steps/grade/compare.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "steps/grade/numbers.hpp"
#include "steps/topics/rng.hpp"

namespace steps::grade {

namespace {

constexpr double same_within = 1e-9;
constexpr std::size_t draws = 2000;

std::map<std::uint64_t, double> means_of(std::span<const Score> scores) {
  std::map<std::uint64_t, std::vector<double>> of_record;
  for (const Score& score : scores) {
    if (score.score) of_record[score.record].push_back(*score.score);
  }
  std::map<std::uint64_t, double> means;
  for (const auto& [record, own] : of_record) means.emplace(record, mean(own));
  return means;
}

Interval interval_of(const std::vector<double>& differences, std::uint64_t seed) {
  topics::Rng rng(seed);
  std::vector<double> drawn;
  for (std::size_t i = 0; i < draws; ++i) {
    double total = 0;
    for (std::size_t pick = 0; pick < differences.size(); ++pick)
      total += differences[rng.below(differences.size())];
    drawn.push_back(total / static_cast<double>(differences.size()));
  }
  std::sort(drawn.begin(), drawn.end());
  return {percentile(drawn, 2.5), percentile(drawn, 97.5)};
}

// Those that moved in one direction, furthest first.
std::vector<Moved> furthest(const std::vector<Moved>& all, double direction, std::size_t count) {
  std::vector<Moved> chosen;
  std::ranges::copy_if(all, std::back_inserter(chosen),
                       [&](const Moved& m) { return direction * (m.after - m.before) > same_within; });
  std::ranges::sort(chosen, {},
                    [&](const Moved& m) { return std::pair(direction * (m.before - m.after), m.record); });
  if (chosen.size() > count) chosen.resize(count);
  return chosen;
}

}  // namespace

Comparison compare(std::span<const Score> before, std::span<const Score> after, std::uint64_t seed,
                   std::size_t moved_max) {
  Comparison comparison;
  comparison.before = statistics(before);
  comparison.after = statistics(after);
  const auto old_means = means_of(before);
  const auto new_means = means_of(after);
  std::vector<Moved> pairs;
  for (const auto& [record, value] : old_means) {
    const auto found = new_means.find(record);
    if (found != new_means.end()) pairs.push_back({record, value, found->second});
  }
  comparison.matched = pairs.size();
  comparison.only_before = old_means.size() - pairs.size();
  comparison.only_after = new_means.size() - pairs.size();
  if (pairs.empty()) return comparison;
  std::vector<double> differences;
  for (const Moved& pair : pairs) {
    const double difference = pair.after - pair.before;
    differences.push_back(difference);
    if (std::abs(difference) <= same_within)
      ++comparison.unchanged;
    else
      ++(difference > 0 ? comparison.improved : comparison.worsened);
  }
  comparison.mean_difference = mean(differences);
  comparison.interval = interval_of(differences, seed);
  comparison.is_significant = comparison.interval.low > 0 || comparison.interval.high < 0;
  comparison.most_improved = furthest(pairs, 1, moved_max);
  comparison.most_worsened = furthest(pairs, -1, moved_max);
  return comparison;
}

}  // namespace steps::grade
