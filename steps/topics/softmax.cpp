#include "steps/topics/softmax.hpp"

#include <algorithm>
#include <cmath>

#include "steps/topics/rng.hpp"

namespace steps::topics {
namespace {

void step(std::span<float> weights, std::span<float> squares, std::span<const float> error, float value,
          const SoftmaxOptions& options) {
  for (std::size_t at = 0; at < weights.size(); ++at) {
    const float gradient = error[at] * value + options.l2 * weights[at];
    squares[at] += gradient * gradient;
    weights[at] -= options.rate * gradient / (std::sqrt(squares[at]) + 1e-6F);
  }
}

}  // namespace

void to_probabilities(std::span<float> logits, double temperature) {
  const float highest = *std::ranges::max_element(logits);
  const auto scale = static_cast<float>(1 / temperature);
  float total = 0;
  for (float& value : logits) {
    value = std::exp((value - highest) * scale);
    total += value;
  }
  for (float& value : logits) value /= total;
}

Softmax Softmax::train(std::span<const FeatureRow> rows, std::span<const std::uint32_t> classes,
                       std::span<const float> weights, std::span<const std::uint32_t> order,
                       std::size_t class_count, std::size_t sparse_columns, const SoftmaxOptions& options) {
  Softmax model;
  const std::size_t dims = rows.empty() ? 0 : rows.front().dense.size();
  model.sparse_ = Matrix(sparse_columns, class_count);
  model.dense_ = Matrix(dims, class_count);
  model.bias_.assign(class_count, 0);
  Matrix sparse_squares(sparse_columns, class_count);
  Matrix dense_squares(dims, class_count);
  std::vector<float> bias_squares(class_count);
  std::vector<float> error(class_count);
  std::vector<std::uint32_t> shuffled(order.begin(), order.end());
  Rng rng(options.seed);
  for (std::size_t epoch = 0; epoch < options.epochs; ++epoch) {
    for (std::size_t at = shuffled.size(); at > 1; --at) std::swap(shuffled[at - 1], shuffled[rng.below(at)]);
    for (const std::uint32_t index : shuffled) {
      const FeatureRow& row = rows[index];
      model.logits(row, error);
      to_probabilities(error, 1);
      error[classes[index]] -= 1;
      for (float& value : error) value *= weights[index];
      for (std::size_t at = 0; at < row.columns.size(); ++at) {
        step(model.sparse_.row(row.columns[at]), sparse_squares.row(row.columns[at]), error, row.values[at],
             options);
      }
      for (std::size_t dim = 0; dim < dims; ++dim) {
        step(model.dense_.row(dim), dense_squares.row(dim), error, row.dense[dim], options);
      }
      step(model.bias_, bias_squares, error, 1, options);
    }
  }
  return model;
}

void Softmax::logits(const FeatureRow& row, std::span<float> out) const {
  std::ranges::copy(bias_, out.begin());
  for (std::size_t at = 0; at < row.columns.size(); ++at)
    add_scaled(out, row.values[at], sparse_.row(row.columns[at]));
  for (std::size_t dim = 0; dim < row.dense.size(); ++dim) add_scaled(out, row.dense[dim], dense_.row(dim));
}

}  // namespace steps::topics
