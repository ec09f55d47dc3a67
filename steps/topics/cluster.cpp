#include "steps/topics/cluster.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "steps/topics/kmeans.hpp"
#include "steps/topics/linkage.hpp"
#include "steps/topics/rng.hpp"

namespace steps::topics {
namespace {

// Every number up to 16, then every second, fourth, ...: finer steps change little and cost much.
std::vector<std::size_t> group_counts(std::size_t lowest, std::size_t highest) {
  std::vector<std::size_t> counts;
  for (std::size_t count = lowest; count < highest;) {
    counts.push_back(count);
    std::size_t step = 1;
    while (count >= 16 * step) step *= 2;
    count += step;
  }
  counts.push_back(highest);
  return counts;
}

struct Grouping {
  Groups group_of;
  std::size_t groups = 0;
  double score = 0;
};

struct Sample {
  Matrix rows;
  std::vector<std::uint32_t> ids;  // of the clustered matrix
};

bool all_equal(const Matrix& rows) {
  for (std::size_t row = 1; row < rows.rows; ++row) {
    if (dot(rows.row(0), rows.row(row)) < 0.9999F) return false;
  }
  return true;
}

struct Bounds {
  std::size_t lowest = 1;
  std::size_t highest = 1;
  std::size_t rows_min = 1;
};

double total_score(const Sample& sample, const Groups& group_of, std::size_t groups,
                   const GroupScore& score) {
  std::vector<std::vector<std::uint32_t>> members(groups);
  for (std::size_t row = 0; row < group_of.size(); ++row) members[group_of[row]].push_back(sample.ids[row]);
  double total = 0;
  for (const std::vector<std::uint32_t>& rows : members) total += score(rows);
  return total;
}

// Lets k-means move the borders a little, then compares.
void try_grouping(const Sample& sample, Groups group_of, std::size_t groups, const Bounds& bounds,
                  const ClusterOptions& options, std::vector<Grouping>& tried) {
  groups = dissolve_small(sample.rows, group_of, groups, bounds.rows_min);
  groups = refine(sample.rows, group_of, groups, 6);
  groups = dissolve_small(sample.rows, group_of, groups, bounds.rows_min);
  const double value = options.score ? total_score(sample, group_of, groups, options.score)
                                     : mean_silhouette(sample.rows, group_of, groups);
  tried.push_back({std::move(group_of), groups, value});
}

// For every count two cuts of the tree: at one height, and each branch as deep as the score of its groups
// says.
void search_tree(const Sample& sample, std::span<const Merge> merges, const Bounds& bounds,
                 const ClusterOptions& options, std::vector<Grouping>& tried) {
  const std::vector<std::size_t> counts = group_counts(bounds.lowest, bounds.highest);
  for (const std::size_t wanted : counts) {
    try_grouping(sample, cut(merges, sample.rows.rows, wanted), wanted, bounds, options, tried);
  }
  if (!options.score) return;
  std::vector<std::uint32_t> ids;
  const GroupScore by_leaf = [&](std::span<const std::uint32_t> leaves) {
    ids.clear();
    for (const std::uint32_t leaf : leaves) ids.push_back(sample.ids[leaf]);
    return options.score(ids);
  };
  const TreePartitions partitions(merges, sample.rows.rows, by_leaf, bounds.highest, bounds.rows_min);
  for (const std::size_t wanted : counts) {
    if (!partitions.possible(wanted)) continue;
    Partition found = partitions.best(wanted);
    try_grouping(sample, std::move(found.group_of), found.groups, bounds, options, tried);
  }
}

std::unexpected<schemas::Error> stopped() {
  return schemas::fail(schemas::ErrorCode::cancelled, "to finish clustering", "a request to stop");
}

// The highest score; of equal ones the first. Too few groups only where nothing has enough. A granularity
// other than 0 moves on to the best grouping of the nearest number to what it asks for.
const Grouping& choose(const std::vector<Grouping>& tried, std::size_t lowest, double granularity) {
  const auto rank = [lowest](const Grouping& grouping) {
    return std::pair(grouping.groups >= lowest, grouping.score);
  };
  const Grouping& best = *std::ranges::max_element(tried, {}, rank);
  if (granularity == 0) return best;
  const double wanted = static_cast<double>(best.groups) * std::exp2(granularity);
  const auto nearness = [&](const Grouping& grouping) {
    const double apart = std::abs(std::log(static_cast<double>(grouping.groups) / wanted));
    return std::tuple(grouping.groups >= lowest, -apart, grouping.score);
  };
  return *std::ranges::max_element(tried, {}, nearness);
}

struct Found {
  Grouping grouping;
  std::vector<Candidate> tried;
};

schemas::Result<Found> search(const Sample& sample, const ClusterOptions& options, std::size_t rows_min) {
  const std::size_t count = sample.rows.rows;
  if (count < 2 || all_equal(sample.rows)) return Found{{Groups(count, 0), 1, 0}, {}};
  Bounds bounds;
  bounds.rows_min = rows_min;
  bounds.lowest = std::clamp<std::size_t>(options.topics_min, 1, count);
  bounds.highest =
      std::clamp(std::min({options.topics_max, options.search_max, count / rows_min}), bounds.lowest, count);
  std::vector<Grouping> tried;
  double done = 0;
  for (const Linkage linkage : {Linkage::average, Linkage::ward}) {
    if (options.keep_going && !options.keep_going(done)) return stopped();
    const std::vector<Merge> merges = link(sample.rows, linkage);
    done += 0.25;
    if (options.keep_going && !options.keep_going(done)) return stopped();
    search_tree(sample, merges, bounds, options, tried);
    done += 0.25;
  }
  Found found{choose(tried, bounds.lowest, options.granularity), {}};
  for (const Grouping& grouping : tried) found.tried.push_back({grouping.groups, grouping.score});
  Grouping& chosen = found.grouping;
  chosen.groups = refine(sample.rows, chosen.group_of, chosen.groups, 30);
  chosen.groups = dissolve_small(sample.rows, chosen.group_of, chosen.groups, rows_min);
  return found;
}

// Rows of length 0 are left out: they would all be equally far from everything.
Sample draw(const Matrix& rows, const ClusterOptions& options) {
  Sample sample;
  for (std::size_t row = 0; row < rows.rows; ++row) {
    if (dot(rows.row(row), rows.row(row)) > 0.5F) sample.ids.push_back(static_cast<std::uint32_t>(row));
  }
  if (sample.ids.size() > options.sample_max) {
    Rng rng(options.seed);
    for (std::size_t at = 0; at < options.sample_max; ++at) {
      std::swap(sample.ids[at], sample.ids[at + rng.below(sample.ids.size() - at)]);
    }
    sample.ids.resize(options.sample_max);
    std::ranges::sort(sample.ids);
  }
  sample.rows = take_rows(rows, sample.ids);
  return sample;
}

// A centroid that is nearest to no row, not even to one of its own, leaves.
void close_gaps(Clustering& clustering) {
  std::vector<std::uint32_t> kept;
  for (std::uint32_t group = 0; group < clustering.groups; ++group) {
    if (std::ranges::find(clustering.group_of_row, group) != clustering.group_of_row.end())
      kept.push_back(group);
  }
  clustering.centroids = take_rows(clustering.centroids, kept);
  clustering.groups = renumber(clustering.group_of_row, clustering.groups);
}

// Largest first; equal sizes in order of their first row.
void order_by_size(Clustering& clustering) {
  std::vector<std::size_t> sizes(clustering.groups);
  std::vector<std::size_t> first_row(clustering.groups, clustering.group_of_row.size());
  for (std::size_t row = clustering.group_of_row.size(); row-- > 0;) {
    ++sizes[clustering.group_of_row[row]];
    first_row[clustering.group_of_row[row]] = row;
  }
  std::vector<std::uint32_t> order(clustering.groups);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::uint32_t left, std::uint32_t right) {
    return std::pair(sizes[right], first_row[left]) < std::pair(sizes[left], first_row[right]);
  });
  std::vector<std::uint32_t> number(clustering.groups);
  for (std::uint32_t place = 0; place < order.size(); ++place) number[order[place]] = place;
  for (std::uint32_t& group : clustering.group_of_row) group = number[group];
  clustering.centroids = take_rows(clustering.centroids, order);
}

// Whether one group holds most of what there is, beside some that were left over.
bool is_pile(const Groups& group_of, std::size_t groups) {
  constexpr double share_max = 0.6;
  std::vector<std::size_t> sizes(groups);
  for (const std::uint32_t group : group_of) ++sizes[group];
  return static_cast<double>(std::ranges::max(sizes)) > share_max * static_cast<double>(group_of.size());
}

// How many groups of the tree's leaves stand apart best, 3 up to the root of their number, so that neither
// level is too long to read; 0 when none do: then an upper level would only be a pile of topics.
std::size_t best_upper_count(const Matrix& centroids, std::span<const Merge> merges) {
  constexpr double silhouette_min = 0.02;
  std::size_t best = 0;
  double best_silhouette = silhouette_min;
  const auto most = static_cast<std::size_t>(std::lround(std::sqrt(centroids.rows)));
  for (std::size_t count = 3; count <= most; ++count) {
    const Groups groups = cut(merges, centroids.rows, count);
    const double silhouette = mean_silhouette(centroids, groups, count);
    if (silhouette <= best_silhouette || is_pile(groups, count)) continue;
    best = count;
    best_silhouette = silhouette;
  }
  return best;
}

// Level after level, from the tree over the groups: for two levels the number that stands apart best, for
// more k^(2/3), k^(1/3) and so on.
void add_parents(Clustering& clustering, std::size_t depth) {
  constexpr std::size_t groups_min = 12;  // fewer are seen at a glance
  if (depth < 2 || clustering.groups < groups_min) return;
  std::vector<float> sizes(clustering.groups);
  for (const std::uint32_t group : clustering.group_of_row) sizes[group] += 1;
  const std::vector<Merge> merges = link(clustering.centroids, Linkage::average, sizes);
  Groups below(clustering.groups);
  std::iota(below.begin(), below.end(), 0U);
  std::size_t nodes = clustering.groups;
  for (std::size_t level = 1; level < depth; ++level) {
    const double share = static_cast<double>(depth - level) / static_cast<double>(depth);
    const std::size_t wanted =
        depth == 2 ? best_upper_count(clustering.centroids, merges)
                   : static_cast<std::size_t>(std::lround(std::pow(clustering.groups, share)));
    if (wanted < 2 || wanted >= nodes) continue;
    const Groups above = cut(merges, clustering.groups, wanted);
    Groups parents(nodes);
    for (std::size_t group = 0; group < below.size(); ++group) parents[below[group]] = above[group];
    clustering.parents.push_back(std::move(parents));
    below = above;
    nodes = wanted;
  }
}

schemas::Result<void> check(const Matrix& rows, const ClusterOptions& options) {
  if (rows.rows == 0) {
    return schemas::fail(schemas::ErrorCode::invalid_argument, "at least one text to find topics in", "none",
                         "import records first");
  }
  if (options.topics_min == 0 || options.topics_max < options.topics_min || options.depth < 1 ||
      options.depth > 5) {
    return schemas::fail(schemas::ErrorCode::invalid_argument,
                         "1 <= fewest topics <= most topics and a depth of 1 to 5",
                         std::to_string(options.topics_min) + " to " + std::to_string(options.topics_max) +
                             " topics, depth " + std::to_string(options.depth));
  }
  return {};
}

void describe(const Matrix& rows, Clustering& clustering, std::size_t depth) {
  constexpr float outlier_below = 0.2F;
  for (std::size_t row = 0; row < rows.rows; ++row) {
    if (dot(rows.row(row), clustering.centroids.row(clustering.group_of_row[row])) < outlier_below)
      ++clustering.outliers;
  }
  close_gaps(clustering);
  order_by_size(clustering);
  add_parents(clustering, depth);
}

// Gives the rows outside the sample their group, and all of it its order.
Clustering complete(const Matrix& rows, const Sample& sample, const Grouping& chosen,
                    const ClusterOptions& options) {
  Clustering clustering;
  clustering.groups = chosen.groups;
  clustering.score = chosen.score;
  clustering.centroids = centroids_of(sample.rows, chosen.group_of, chosen.groups);
  std::vector<std::size_t> sizes(clustering.groups);
  for (const std::uint32_t group : chosen.group_of) ++sizes[group];
  const auto largest = static_cast<std::uint32_t>(std::ranges::max_element(sizes) - sizes.begin());
  clustering.group_of_row = nearest_of_rows(rows, clustering.centroids);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    if (dot(rows.row(row), rows.row(row)) <= 0.5F) clustering.group_of_row[row] = largest;
  }
  if (options.settle && clustering.groups > 1) {
    options.settle(clustering.group_of_row, clustering.groups);
    clustering.centroids = centroids_of(rows, clustering.group_of_row, clustering.groups);
  }
  describe(rows, clustering, options.depth);
  return clustering;
}

}  // namespace

schemas::Result<Clustering> cluster(const Matrix& rows, const ClusterOptions& options) {
  if (auto good = check(rows, options); !good) return std::unexpected(good.error());
  const std::size_t rows_min =
      options.rows_min != 0 ? options.rows_min : std::max<std::size_t>(2, rows.rows / 100);
  const Sample sample = draw(rows, options);
  const double sampled = static_cast<double>(sample.ids.size()) / static_cast<double>(rows.rows);
  const auto sample_min = static_cast<std::size_t>(std::ceil(static_cast<double>(rows_min) * sampled));
  schemas::Result<Found> found = search(sample, options, std::max<std::size_t>(sample_min, 2));
  if (!found) return std::unexpected(found.error());
  Clustering clustering = complete(rows, sample, found->grouping, options);
  clustering.tried = std::move(found->tried);
  return clustering;
}

std::optional<Clustering> cluster_by_meaning(const Matrix& rows, const ClusterOptions& options) {
  if (!check(rows, options)) return std::nullopt;  // cluster() says why
  const Sample sample = draw(rows, options);
  MeaningOptions how;
  how.finer = 0.1 * options.granularity;
  how.groups_min = options.topics_min;
  how.groups_max = options.topics_max;
  std::optional<MeaningGroups> found = meaning_groups(sample.rows, how);
  if (!found) return std::nullopt;
  const Grouping grouping{std::move(found->group_of), found->groups, found->support};
  ClusterOptions nearest_decides = options;
  nearest_decides.settle = nullptr;
  Clustering clustering = complete(rows, sample, grouping, nearest_decides);
  clustering.tried = {{clustering.groups, found->support}};
  clustering.by_meaning = true;
  return clustering;
}

Clustering describe_groups(const Matrix& rows, Groups group_of, std::size_t groups,
                           const ClusterOptions& options) {
  Clustering clustering;
  clustering.groups = groups;
  clustering.centroids = centroids_of(rows, group_of, groups);
  clustering.group_of_row = std::move(group_of);
  describe(rows, clustering, options.depth);
  return clustering;
}

}  // namespace steps::topics
