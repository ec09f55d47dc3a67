// Sums and order statistics. Pure; any thread. Internal to steps/grade.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "steps/grade/statistics.hpp"

namespace steps::grade {

// The scores there are, ascending.
inline std::vector<double> sorted_values(std::span<const Score> scores) {
  std::vector<double> values;
  values.reserve(scores.size());
  for (const Score& score : scores) {
    if (score.score) values.push_back(*score.score);
  }
  std::sort(values.begin(), values.end());
  return values;
}

// With what rounding took away carried along (Neumaier 1974): exact to the last digit or two at any length.
inline double sum(std::span<const double> values) {
  double total = 0;
  double lost = 0;
  for (const double value : values) {
    const double next = total + value;
    lost += std::abs(total) >= std::abs(value) ? (total - next) + value : (value - next) + total;
    total = next;
  }
  return total + lost;
}

inline double mean(std::span<const double> values) {
  return values.empty() ? 0 : sum(values) / static_cast<double>(values.size());
}

inline double population_std(std::span<const double> values, double center) {
  std::vector<double> squares;
  squares.reserve(values.size());
  for (const double value : values) squares.push_back((value - center) * (value - center));
  return std::sqrt(mean(squares));
}

// numpy.percentile's default. `values` ascending and not empty; percent 0..100.
inline double percentile(std::span<const double> values, double percent) {
  const double at = percent / 100 * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(at));
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (at - static_cast<double>(below));
}

}  // namespace steps::grade
