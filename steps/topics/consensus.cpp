#include "steps/topics/consensus.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace steps::topics {
namespace {

constexpr std::size_t searches = 5;
constexpr std::size_t rows_few = 100;

ClusterOptions part_of(const ClusterOptions& options, std::size_t part) {
  ClusterOptions how = options;
  how.seed = options.seed + part;
  how.depth = 1;
  if (options.keep_going) {
    how.keep_going = [&options, part](double progress) {
      return options.keep_going((static_cast<double>(part) + progress) / (searches + 1));
    };
  }
  return how;
}

// One column for each group of each search: the cosine of two rows is the share of the searches in which they
// are together.
Matrix agreement_of(const std::vector<Clustering>& found) {
  std::size_t columns = 0;
  for (const Clustering& one : found) columns += one.groups;
  Matrix rows(found.front().group_of_row.size(), columns);
  const float value = 1 / std::sqrt(static_cast<float>(found.size()));
  std::size_t first = 0;
  for (const Clustering& one : found) {
    for (std::size_t row = 0; row < rows.rows; ++row) rows.row(row)[first + one.group_of_row[row]] = value;
    first += one.groups;
  }
  return rows;
}

std::size_t median_groups(const std::vector<Clustering>& found) {
  std::vector<std::size_t> groups;
  for (const Clustering& one : found) groups.push_back(one.groups);
  std::ranges::sort(groups);
  return groups[groups.size() / 2];
}

}  // namespace

schemas::Result<Clustering> cluster_by_consensus(const RowsOfSeed& rows_of, const ClusterOptions& options) {
  const Matrix rows = rows_of(options.seed);
  if (rows.rows < rows_few) return cluster(rows, options);
  std::vector<Clustering> found;
  for (std::size_t search = 0; search < searches; ++search) {
    const ClusterOptions how = part_of(options, search);
    auto one = cluster(search == 0 ? rows : rows_of(how.seed), how);
    if (!one) return one;
    found.push_back(std::move(*one));
  }
  // More groups than most searches find would be what they disagree on.
  ClusterOptions how = part_of(options, searches);
  how.topics_max = how.search_max = std::max(options.topics_min, median_groups(found));
  if (options.granularity != 0) how.topics_min = how.topics_max;  // it had its say in the searches
  how.granularity = 0;
  auto agreed = cluster(agreement_of(found), how);
  if (!agreed) return agreed;
  Clustering clustering = describe_groups(rows, std::move(agreed->group_of_row), agreed->groups, options);
  clustering.score = agreed->score;
  clustering.tried = std::move(agreed->tried);
  return clustering;
}

}  // namespace steps::topics
