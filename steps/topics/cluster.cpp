#include "steps/topics/cluster.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "steps/topics/linkage.hpp"
#include "steps/topics/rng.hpp"

namespace steps::topics {
namespace {

using Groups = std::vector<std::uint32_t>;

Matrix take_rows(const Matrix& rows, std::span<const std::uint32_t> chosen) {
  Matrix out(chosen.size(), rows.cols);
  for (std::size_t index = 0; index < chosen.size(); ++index) {
    std::ranges::copy(rows.row(chosen[index]), out.row(index).begin());
  }
  return out;
}

Matrix centroids_of(const Matrix& rows, const Groups& group_of, std::size_t groups) {
  Matrix centroids(groups, rows.cols);
  for (std::size_t row = 0; row < rows.rows; ++row)
    add_scaled(centroids.row(group_of[row]), 1, rows.row(row));
  for (std::size_t group = 0; group < groups; ++group) normalise(centroids.row(group));
  return centroids;
}

std::uint32_t nearest(std::span<const float> row, const Matrix& centroids) {
  std::uint32_t best = 0;
  float closeness = -2;
  for (std::size_t group = 0; group < centroids.rows; ++group) {
    const float similarity = dot(row, centroids.row(group));
    if (similarity > closeness) {
      closeness = similarity;
      best = static_cast<std::uint32_t>(group);
    }
  }
  return best;
}

// Closes the gaps that empty or dissolved groups leave; returns how many groups remain.
std::size_t renumber(Groups& group_of, std::size_t groups) {
  std::vector<std::uint32_t> sizes(groups);
  for (const std::uint32_t group : group_of) ++sizes[group];
  std::vector<std::uint32_t> number(groups);
  std::uint32_t next = 0;
  for (std::size_t group = 0; group < groups; ++group) number[group] = sizes[group] > 0 ? next++ : 0;
  for (std::uint32_t& group : group_of) group = number[group];
  return next;
}

// Rows of groups below `rows_min` move to the nearest of the others (at least one is kept).
std::size_t dissolve_small(const Matrix& rows, Groups& group_of, std::size_t groups, std::size_t rows_min) {
  std::vector<std::size_t> sizes(groups);
  for (const std::uint32_t group : group_of) ++sizes[group];
  const std::size_t largest = *std::ranges::max_element(sizes);
  const std::size_t needed = std::min(rows_min, largest);
  Matrix centroids = centroids_of(rows, group_of, groups);
  std::vector<std::uint32_t> kept;
  for (std::size_t group = 0; group < groups; ++group) {
    if (sizes[group] >= needed) kept.push_back(static_cast<std::uint32_t>(group));
  }
  if (kept.size() == groups) return groups;
  const Matrix kept_centroids = take_rows(centroids, kept);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    if (sizes[group_of[row]] < needed) group_of[row] = kept[nearest(rows.row(row), kept_centroids)];
  }
  return renumber(group_of, groups);
}

// Spherical k-means from the given start (Dhillon, Modha 2001); empty groups vanish.
std::size_t refine(const Matrix& rows, Groups& group_of, std::size_t groups, std::size_t rounds) {
  for (std::size_t round = 0; round < rounds; ++round) {
    const Matrix centroids = centroids_of(rows, group_of, groups);
    bool moved = false;
    for (std::size_t row = 0; row < rows.rows; ++row) {
      const std::uint32_t group = nearest(rows.row(row), centroids);
      moved = moved || group != group_of[row];
      group_of[row] = group;
    }
    if (!moved) break;
    groups = renumber(group_of, groups);
  }
  return groups;
}

// With rows of length 1 the mean distance to a group is 1 - row . sum / size, so this costs O(n k d).
double mean_silhouette(const Matrix& rows, std::span<const std::uint32_t> group_of, std::size_t groups) {
  Matrix sums(groups, rows.cols);
  std::vector<float> sizes(groups);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    add_scaled(sums.row(group_of[row]), 1, rows.row(row));
    sizes[group_of[row]] += 1;
  }
  double total = 0;
  for (std::size_t row = 0; row < rows.rows; ++row) {
    float own = 0;
    float other = 2;
    for (std::size_t group = 0; group < groups; ++group) {
      const float together = dot(rows.row(row), sums.row(group));
      if (group != group_of[row]) {
        other = std::min(other, 1 - together / sizes[group]);
      } else if (sizes[group] > 1) {
        own = 1 - (together - dot(rows.row(row), rows.row(row))) / (sizes[group] - 1);
      }
    }
    const float larger = std::max(own, other);
    if (sizes[group_of[row]] > 1 && larger > 0) total += static_cast<double>((other - own) / larger);
  }
  return total / static_cast<double>(rows.rows);
}

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

struct Best {
  Groups group_of;
  std::size_t groups = 0;
  double score = 0;
  std::vector<Candidate> tried;
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

// Keeps what scores best; a grouping with fewer groups than `lowest` only until one with enough is found.
void consider(Best& best, Groups group_of, std::size_t groups, double score, std::size_t lowest) {
  const auto rank = [lowest](std::size_t found, double value) { return std::pair(found >= lowest, value); };
  if (best.groups != 0 && rank(groups, score) <= rank(best.groups, best.score)) return;
  best.group_of = std::move(group_of);
  best.groups = groups;
  best.score = score;
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
                  const ClusterOptions& options, Best& best) {
  groups = dissolve_small(sample.rows, group_of, groups, bounds.rows_min);
  groups = refine(sample.rows, group_of, groups, 6);
  groups = dissolve_small(sample.rows, group_of, groups, bounds.rows_min);
  const double value = options.score ? total_score(sample, group_of, groups, options.score)
                                     : mean_silhouette(sample.rows, group_of, groups);
  best.tried.push_back({groups, value});
  consider(best, std::move(group_of), groups, value, bounds.lowest);
}

// For every count two cuts of the tree: at one height, and each branch as deep as the score of its groups
// says.
void search_tree(const Sample& sample, std::span<const Merge> merges, const Bounds& bounds,
                 const ClusterOptions& options, Best& best) {
  const std::vector<std::size_t> counts = group_counts(bounds.lowest, bounds.highest);
  for (const std::size_t wanted : counts) {
    try_grouping(sample, cut(merges, sample.rows.rows, wanted), wanted, bounds, options, best);
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
    try_grouping(sample, std::move(found.group_of), found.groups, bounds, options, best);
  }
}

std::unexpected<schemas::Error> stopped() {
  return schemas::fail(schemas::ErrorCode::cancelled, "to finish clustering", "a request to stop");
}

schemas::Result<Best> search(const Sample& sample, const ClusterOptions& options, std::size_t rows_min) {
  const std::size_t count = sample.rows.rows;
  Best best;
  if (count < 2 || all_equal(sample.rows)) {
    best.group_of.assign(count, 0);
    best.groups = 1;
    return best;
  }
  Bounds bounds;
  bounds.rows_min = rows_min;
  bounds.lowest = std::clamp<std::size_t>(options.topics_min, 1, count);
  bounds.highest = std::clamp(std::min(options.topics_max, count / rows_min), bounds.lowest, count);
  double done = 0;
  for (const Linkage linkage : {Linkage::average, Linkage::ward}) {
    if (options.keep_going && !options.keep_going(done)) return stopped();
    const std::vector<Merge> merges = link(sample.rows, linkage);
    done += 0.25;
    if (options.keep_going && !options.keep_going(done)) return stopped();
    search_tree(sample, merges, bounds, options, best);
    done += 0.25;
  }
  best.groups = refine(sample.rows, best.group_of, best.groups, 30);
  best.groups = dissolve_small(sample.rows, best.group_of, best.groups, rows_min);
  return best;
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

// Level after level, from the tree over the groups: k^(2/3), k^(1/3) nodes for three levels, and so on.
void add_parents(Clustering& clustering, std::size_t depth) {
  if (depth < 2 || clustering.groups < 4) return;
  std::vector<float> sizes(clustering.groups);
  for (const std::uint32_t group : clustering.group_of_row) sizes[group] += 1;
  const std::vector<Merge> merges = link(clustering.centroids, Linkage::average, sizes);
  Groups below(clustering.groups);
  std::iota(below.begin(), below.end(), 0U);
  std::size_t nodes = clustering.groups;
  for (std::size_t level = 1; level < depth; ++level) {
    const double share = static_cast<double>(depth - level) / static_cast<double>(depth);
    const auto wanted = static_cast<std::size_t>(std::lround(std::pow(clustering.groups, share)));
    if (wanted < 2 || wanted >= nodes) continue;
    const Groups above = cut(merges, clustering.groups, wanted);
    Groups parents(nodes);
    for (std::size_t group = 0; group < below.size(); ++group) parents[below[group]] = above[group];
    clustering.parents.push_back(std::move(parents));
    below = above;
    nodes = wanted;
  }
}

}  // namespace

schemas::Result<Clustering> cluster(const Matrix& rows, const ClusterOptions& options) {
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
  const std::size_t rows_min =
      options.rows_min != 0 ? options.rows_min : std::max<std::size_t>(2, rows.rows / 100);
  const Sample sample = draw(rows, options);
  const double sampled = static_cast<double>(sample.ids.size()) / static_cast<double>(rows.rows);
  const auto sample_min = static_cast<std::size_t>(std::ceil(static_cast<double>(rows_min) * sampled));
  schemas::Result<Best> best = search(sample, options, std::max<std::size_t>(sample_min, 2));
  if (!best) return std::unexpected(best.error());

  Clustering clustering;
  clustering.groups = best->groups;
  clustering.tried = std::move(best->tried);
  clustering.centroids = centroids_of(sample.rows, best->group_of, best->groups);
  std::vector<std::size_t> sizes(clustering.groups);
  for (const std::uint32_t group : best->group_of) ++sizes[group];
  const auto largest = static_cast<std::uint32_t>(std::ranges::max_element(sizes) - sizes.begin());
  clustering.group_of_row.resize(rows.rows);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    const bool known = dot(rows.row(row), rows.row(row)) > 0.5F;
    clustering.group_of_row[row] = known ? nearest(rows.row(row), clustering.centroids) : largest;
  }
  close_gaps(clustering);
  order_by_size(clustering);
  add_parents(clustering, options.depth);
  return clustering;
}

}  // namespace steps::topics
