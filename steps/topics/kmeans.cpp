#include "steps/topics/kmeans.hpp"

#include <algorithm>

#include "steps/topics/gemm.hpp"

namespace steps::topics {

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

Groups nearest_of_rows(const Matrix& rows, const Matrix& centroids) {
  constexpr std::size_t block = 1024;
  Groups group_of(rows.rows);
  for (std::size_t first = 0; first < rows.rows; first += block) {
    Matrix some(std::min(block, rows.rows - first), rows.cols);
    std::copy_n(rows.values.begin() + static_cast<std::ptrdiff_t>(first * rows.cols), some.values.size(),
                some.values.begin());
    const Matrix closeness = dots(some, centroids);
    for (std::size_t row = 0; row < some.rows; ++row) {
      const auto values = closeness.row(row);
      group_of[first + row] = static_cast<std::uint32_t>(std::ranges::max_element(values) - values.begin());
    }
  }
  return group_of;
}

std::size_t renumber(Groups& group_of, std::size_t groups) {
  std::vector<std::uint32_t> sizes(groups);
  for (const std::uint32_t group : group_of) ++sizes[group];
  std::vector<std::uint32_t> number(groups);
  std::uint32_t next = 0;
  for (std::size_t group = 0; group < groups; ++group) number[group] = sizes[group] > 0 ? next++ : 0;
  for (std::uint32_t& group : group_of) group = number[group];
  return next;
}

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

std::size_t refine(const Matrix& rows, Groups& group_of, std::size_t groups, std::size_t rounds) {
  for (std::size_t round = 0; round < rounds; ++round) {
    const Matrix centroids = centroids_of(rows, group_of, groups);
    Groups moved = nearest_of_rows(rows, centroids);
    if (moved == group_of) break;
    group_of = std::move(moved);
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

}  // namespace steps::topics
