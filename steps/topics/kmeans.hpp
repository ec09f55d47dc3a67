// Moving rows between groups by the distance to the groups' centres, for cluster.cpp. Rows have length 1 or
// 0. Pure functions; every sum runs in the order of the rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "steps/topics/matrix.hpp"

namespace steps::topics {

using Groups = std::vector<std::uint32_t>;  // the group of each row, 0 .. groups - 1

[[nodiscard]] Matrix take_rows(const Matrix& rows, std::span<const std::uint32_t> chosen);

// Mean direction of every group, length 1.
[[nodiscard]] Matrix centroids_of(const Matrix& rows, const Groups& group_of, std::size_t groups);

// The centre with the highest cosine; the first of equal ones.
[[nodiscard]] std::uint32_t nearest(std::span<const float> row, const Matrix& centroids);

// nearest() of every row.
[[nodiscard]] Groups nearest_of_rows(const Matrix& rows, const Matrix& centroids);

// Closes the gaps that empty groups leave; returns how many groups remain.
std::size_t renumber(Groups& group_of, std::size_t groups);

// Rows of groups below `rows_min` move to the nearest of the others (the largest group always stays). Returns
// how many groups remain.
std::size_t dissolve_small(const Matrix& rows, Groups& group_of, std::size_t groups, std::size_t rows_min);

// Spherical k-means from the given start, at most `rounds` rounds (Dhillon, Modha 2001); empty groups vanish.
// Returns how many groups remain.
std::size_t refine(const Matrix& rows, Groups& group_of, std::size_t groups, std::size_t rounds);

// Rousseeuw 1987 with cosine distance, -1..1. A row alone in its group counts 0.
[[nodiscard]] double mean_silhouette(const Matrix& rows, std::span<const std::uint32_t> group_of,
                                     std::size_t groups);

}  // namespace steps::topics
