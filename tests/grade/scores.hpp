// Scores in one line.
#pragma once

#include <catch2/catch.hpp>
#include <initializer_list>
#include <optional>
#include <vector>

#include "steps/grade/statistics.hpp"

namespace tests {

// One prompt each.
inline std::vector<steps::grade::Score> scores(const std::vector<double>& values, std::uint32_t topic = 0) {
  std::vector<steps::grade::Score> all;
  for (const double value : values) all.push_back({all.size() + 1, topic, value});
  return all;
}

// What golden_statistics.hpp was made of.
inline std::vector<double> golden_scores(unsigned n, std::uint64_t seed) {
  std::vector<double> values;
  for (unsigned i = 0; i < n; ++i) {
    seed = (seed * 1103515245 + 12345) % (std::uint64_t{1} << 31U);
    values.push_back(static_cast<double>((seed >> 8U) % 1001) / 1000);
  }
  return values;
}

}  // namespace tests
