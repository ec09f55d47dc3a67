// Groups rows of features and finds out how many groups there are. Knows nothing of text: any features will
// do. Pure, seeded, single-threaded; every row gets a group, there is no bucket for outliers.
//
// Cost: O(s^2 d) for the tree of s = min(n, sample_max) rows of d features, s^2 / 2 floats of memory (32 MB
// at 4,000), then O(n k d) to place the other rows.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "schemas/error.hpp"
#include "steps/topics/matrix.hpp"
#include "steps/topics/meaning_groups.hpp"
#include "steps/topics/tree_partition.hpp"

namespace steps::topics {

struct ClusterOptions {
  std::size_t topics_min = 2;
  std::size_t topics_max = 40;
  std::uint64_t seed = 1;
  std::size_t depth = 1;           // 1..5 levels of hierarchy, the groups of the result being the lowest
  std::size_t sample_max = 4'000;  // above this many rows a seeded sample is clustered
  std::size_t rows_min = 0;        // smaller groups are dissolved; 0: 1 % of the rows, at least 2
  // Worth of some rows (indices into the clustered matrix) as one group; adds up over the groups, and the
  // grouping with the highest sum is the result. Empty: the mean silhouette (Rousseeuw 1987) with cosine
  // distance decides.
  GroupScore score;
  // Has the last word on which rows belong together after the search by `score`: may move rows between the
  // groups, of all rows. Empty: the nearest centre decides.
  std::function<void(std::vector<std::uint32_t>& group_of, std::size_t groups)> settle;
  std::size_t search_max = 300;  // topics_max of the search by score
  double granularity = 0;        // -1 coarser .. 1 finer: halves or doubles the number of topics, about
  std::function<bool(double progress)> keep_going;  // 0..1, from time to time; false cancels
};

struct Candidate {
  std::size_t groups = 0;
  double score = 0;
};

struct Clustering {
  std::size_t groups = 0;
  std::vector<std::uint32_t> group_of_row;  // the largest group is 0; of equal ones that with the first row
  Matrix centroids;                         // groups x features, length 1
  // parents[0][g]: the node of the level above that holds group g; parents[1] the same for those nodes, and
  // so on; at most depth - 1 levels, fewer when there are too few groups to divide.
  std::vector<std::vector<std::uint32_t>> parents;
  std::vector<Candidate> tried;
  double score = 0;          // of the grouping that was chosen, on the sample
  bool by_meaning = false;   // groups of texts that mean the same were found
  std::size_t outliers = 0;  // rows whose cosine to the centre of their group is below 0.2
};

// `rows` must have length 1 or 0; a row of length 0 joins the largest group.
// Errors: invalid_argument for no rows or bounds that cross; cancelled.
[[nodiscard]] schemas::Result<Clustering> cluster(const Matrix& rows, const ClusterOptions& options = {});

// Groups of texts that mean the same (meaning_groups.hpp), of at least one row from an embedder; nullopt: the
// rows have no such groups.
[[nodiscard]] std::optional<Clustering> cluster_by_meaning(const Matrix& rows, const ClusterOptions& options);

// What there is to say about groups that are known: their centres, order, upper levels and outliers in
// `rows`.
[[nodiscard]] Clustering describe_groups(const Matrix& rows, Groups group_of, std::size_t groups,
                                         const ClusterOptions& options);

}  // namespace steps::topics
