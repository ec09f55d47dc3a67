// Two dry runs beside each other: what the same records scored before and after. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "steps/grade/statistics.hpp"

namespace steps::grade {

struct Moved {
  std::uint64_t record = 0;
  double before = 0;  // means over the record's scored answers
  double after = 0;
};

struct Comparison {
  Statistics before;  // of all scores, matched or not
  Statistics after;
  std::uint64_t matched = 0;      // records with a score in both
  std::uint64_t only_before = 0;  // records scored in one run only (void or absent in the other)
  std::uint64_t only_after = 0;
  double mean_difference = 0;  // after - before, over matched records
  Interval interval;           // 95 % bootstrap over matched pairs, 2,000 draws
  std::uint64_t improved = 0;  // by more than 1e-9
  std::uint64_t worsened = 0;
  std::uint64_t unchanged = 0;
  bool is_significant = false;       // the interval leaves 0 out
  std::vector<Moved> most_improved;  // at most `moved_max`, furthest first
  std::vector<Moved> most_worsened;
};
[[nodiscard]] Comparison compare(std::span<const Score> before, std::span<const Score> after,
                                 std::uint64_t seed, std::size_t moved_max = 5);

}  // namespace steps::grade
