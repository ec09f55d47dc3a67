// Agglomerative clustering: the whole tree of merges over rows of length 1, from which any number of groups
// is cut. Nearest-neighbour chain (Murtagh 1983), O(n^2) time, n^2 / 2 floats of memory. Pure,
// single-threaded.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "steps/topics/matrix.hpp"

namespace steps::topics {

enum class Linkage {
  average,  // mean cosine distance between the members (UPGMA)
  ward,     // least growth of the squared distance to the centre (Ward 1963)
};

// Merges in ascending order of height. Leaves are 0 .. n - 1; merge i makes node n + i.
struct Merge {
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  float height = 0;
};

// `weights` (empty: all 1) say how many members each row already stands for.
[[nodiscard]] std::vector<Merge> link(const Matrix& rows, Linkage linkage,
                                      std::span<const float> weights = {});

// The group of each leaf after all but the last `groups - 1` merges, numbered by first occurrence.
// `groups` is in 1 .. number of leaves.
[[nodiscard]] std::vector<std::uint32_t> cut(std::span<const Merge> merges, std::size_t leaves,
                                             std::size_t groups);

}  // namespace steps::topics
