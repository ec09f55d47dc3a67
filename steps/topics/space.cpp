#include "steps/topics/space.hpp"

#include <algorithm>

namespace steps::topics {
namespace {

constexpr int power_rounds = 20;

std::span<const float> part_of(const Matrix& vectors, std::size_t row, std::size_t first, std::size_t dims) {
  return vectors.row(row).subspan(first, dims);
}

std::vector<float> mean_of(const Matrix& vectors, std::size_t first, std::size_t dims) {
  std::vector<float> mean(dims);
  for (std::size_t row = 0; row < vectors.rows; ++row)
    add_scaled(mean, 1.0F / static_cast<float>(vectors.rows), part_of(vectors, row, first, dims));
  return mean;
}

// The first right singular vector, by the power method from the mean.
std::vector<float> direction_of(const Matrix& vectors, std::size_t first, std::size_t dims) {
  std::vector<float> direction = mean_of(vectors, first, dims);
  normalise(direction);
  std::vector<float> next(dims);
  for (int round = 0; round < power_rounds; ++round) {
    std::ranges::fill(next, 0.0F);
    for (std::size_t row = 0; row < vectors.rows; ++row) {
      const auto part = part_of(vectors, row, first, dims);
      add_scaled(next, dot(part, direction), part);
    }
    normalise(next);
    direction.swap(next);
  }
  return direction;
}

}  // namespace

Space Space::fit(const Matrix& vectors, std::span<const embed::Part> parts) {
  Space space;
  space.parts_.assign(parts.begin(), parts.end());
  std::size_t first = 0;
  // Of a few texts nothing can be said to be common: all of it could be.
  const bool enough = vectors.rows >= 10;
  for (const embed::Part& part : parts) {
    std::vector<float> common(part.dims);
    if (enough)
      common = part.words ? direction_of(vectors, first, part.dims) : mean_of(vectors, first, part.dims);
    space.common_.insert(space.common_.end(), common.begin(), common.end());
    first += part.dims;
  }
  return space;
}

Matrix Space::place(const Matrix& vectors) const {
  Matrix placed = vectors;
  for (std::size_t row = 0; row < placed.rows; ++row) {
    std::size_t first = 0;
    for (const embed::Part& part : parts_) {
      const auto values = placed.row(row).subspan(first, part.dims);
      const auto common = std::span(common_).subspan(first, part.dims);
      const bool empty = dot(values, values) < 0.25F;
      if (!empty) add_scaled(values, part.words ? -dot(values, common) : -1.0F, common);
      normalise(values);
      if (part.words && parts_.size() > 1) {
        for (float& value : values) value *= words_weight;
      }
      first += part.dims;
    }
    normalise(placed.row(row));
  }
  return placed;
}

Matrix fuse(const Matrix& left, const Matrix& right, float right_weight) {
  Matrix both(left.rows, left.cols + right.cols);
  for (std::size_t row = 0; row < both.rows; ++row) {
    std::ranges::copy(left.row(row), both.row(row).begin());
    add_scaled(both.row(row).subspan(left.cols), right_weight, right.row(row));
    normalise(both.row(row));
  }
  return both;
}

}  // namespace steps::topics
