// Rows of numbers, dense and sparse: what the algorithms of this folder take, whatever made the features.
// Plain values; nothing here allocates behind the caller's back or depends on a thread.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace steps::topics {

// Row-major: row i is values[i * cols .. (i + 1) * cols).
struct Matrix {
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::vector<float> values;

  Matrix() = default;
  Matrix(std::size_t row_count, std::size_t col_count)
      : rows(row_count), cols(col_count), values(row_count * col_count) {}

  [[nodiscard]] std::span<float> row(std::size_t index) { return {values.data() + index * cols, cols}; }
  [[nodiscard]] std::span<const float> row(std::size_t index) const {
    return {values.data() + index * cols, cols};
  }
};

// Compressed rows: row i holds columns[offsets[i] .. offsets[i + 1]), ascending, and their values.
struct SparseRows {
  std::size_t cols = 0;
  std::vector<std::size_t> offsets{0};
  std::vector<std::uint32_t> columns;
  std::vector<float> values;

  [[nodiscard]] std::size_t rows() const { return offsets.size() - 1; }
};

// Eight partial sums in a fixed order, so that the compiler may vectorise without changing a bit of the
// result.
[[nodiscard]] inline float dot(std::span<const float> left, std::span<const float> right) {
  float parts[8] = {};
  const std::size_t whole = left.size() / 8 * 8;
  for (std::size_t at = 0; at < whole; at += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) parts[lane] += left[at + lane] * right[at + lane];
  }
  for (std::size_t at = whole; at < left.size(); ++at) parts[at - whole] += left[at] * right[at];
  return ((parts[0] + parts[4]) + (parts[1] + parts[5])) + ((parts[2] + parts[6]) + (parts[3] + parts[7]));
}

// target += scale * source.
inline void add_scaled(std::span<float> target, float scale, std::span<const float> source) {
  for (std::size_t at = 0; at < target.size(); ++at) target[at] += scale * source[at];
}

// Makes the Euclidean length 1; a zero row (or one of rounding noise only) becomes exactly zero.
inline void normalise(std::span<float> row) {
  const float squared = dot(row, row);
  const float scale = squared > 1e-20F ? 1.0F / std::sqrt(squared) : 0.0F;
  for (float& value : row) value *= scale;
}

}  // namespace steps::topics
