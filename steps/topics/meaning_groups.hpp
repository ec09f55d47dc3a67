// Groups of texts that mean the same, told by the distances alone: how many there are is how many groups lie
// within a distance at which sentence vectors still agree. Whether such groups are what the data is made of,
// or only chance neighbours in something broader, is said too. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "steps/topics/kmeans.hpp"
#include "steps/topics/matrix.hpp"

namespace steps::topics {

struct MeaningOptions {
  // Mean cosine distance up to which groups are joined (average linkage). Between 0.65 and 0.75 the result
  // changes little on every labelled set tried; bench/README.md has the figures.
  double distance = 0.70;
  double finer = 0;          // taken from the distance once the data is known to have groups; below 0 coarser
  std::size_t rows_min = 5;  // a smaller group is no topic
  double support_min = 0.80;  // share of the rows that must lie in groups of rows_min and more
  std::size_t groups_min = 2;
  std::size_t groups_max = 300;
};

struct MeaningGroups {
  Groups group_of;
  std::size_t groups = 0;
  double support = 0;
};

// nullopt: the data has no such groups (support is too small). Rows of length 1. O(n^2) memory and time.
[[nodiscard]] std::optional<MeaningGroups> meaning_groups(const Matrix& rows, const MeaningOptions& options);

}  // namespace steps::topics
