#include "steps/topics/regression.hpp"

#include <algorithm>
#include <cmath>

#include "steps/topics/gemm.hpp"
#include "steps/topics/softmax.hpp"

namespace steps::topics {
namespace {

constexpr float bias_feature = 0.3F;  // small beside rows of length 1, so that the bias learns slower

Matrix with_bias(const Matrix& rows) {
  Matrix out(rows.rows, rows.cols + 1);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    std::ranges::copy(rows.row(row), out.row(row).begin());
    out.row(row)[rows.cols] = bias_feature;
  }
  return out;
}

// The largest eigenvalue of rows^T rows / n, by the power method.
float spread_of(const Matrix& rows) {
  std::vector<float> direction(rows.cols, 1.0F);
  normalise(direction);
  std::vector<float> next(rows.cols);
  float spread = 0;
  for (int round = 0; round < 12; ++round) {
    std::ranges::fill(next, 0.0F);
    for (std::size_t row = 0; row < rows.rows; ++row)
      add_scaled(next, dot(rows.row(row), direction) / static_cast<float>(rows.rows), rows.row(row));
    spread = std::sqrt(dot(next, next));
    normalise(next);
    direction = next;
  }
  return spread;
}

}  // namespace

Regression Regression::train(const Matrix& rows, std::span<const std::uint32_t> classes,
                             std::span<const float> weights, std::size_t class_count,
                             const RegressionOptions& options) {
  const Matrix features = with_bias(rows);
  Regression model;
  model.weights_ = Matrix(class_count, features.cols);
  if (rows.rows == 0) return model;
  // The gradient changes by at most half the spread times the way gone (Böhning 1992); the power method may
  // have stopped a little below it.
  const float step = 1 / (0.55F * spread_of(features) + options.l2 + 1e-6F);
  Matrix ahead = model.weights_;
  for (std::size_t round = 0; round < options.rounds; ++round) {
    Matrix errors = dots(features, ahead);
    for (std::size_t row = 0; row < errors.rows; ++row) {
      to_probabilities(errors.row(row), 1);
      errors.row(row)[classes[row]] -= 1;
      const float scale = (weights.empty() ? 1 : weights[row]) / static_cast<float>(rows.rows);
      for (float& value : errors.row(row)) value *= scale;
    }
    const Matrix gradient = transposed_product(errors, features);
    const float momentum = static_cast<float>(round) / static_cast<float>(round + 3);
    for (std::size_t at = 0; at < ahead.values.size(); ++at) {
      const float moved = ahead.values[at] - step * (gradient.values[at] + options.l2 * ahead.values[at]);
      ahead.values[at] = moved + momentum * (moved - model.weights_.values[at]);
      model.weights_.values[at] = moved;
    }
  }
  return model;
}

Matrix Regression::logits(const Matrix& rows) const {
  return dots(with_bias(rows), weights_);
}

}  // namespace steps::topics
