// Multinomial logistic regression over a sparse part and a dense part of features, trained by AdaGrad (Duchi,
// Hazan, Singer 2011) in a seeded order. Pure and single-threaded; a trained model may be read by many
// threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "steps/topics/matrix.hpp"

namespace steps::topics {

struct FeatureRow {
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
  std::vector<float> dense;
};

struct SoftmaxOptions {
  std::size_t epochs = 25;
  float rate = 0.5F;
  float l2 = 1e-4F;
  std::uint64_t seed = 1;
};

class Softmax {
 public:
  // Row order[i] has class classes[order[i]] and counts weights[order[i]] times; rows not in `order` are not
  // read.
  [[nodiscard]] static Softmax train(std::span<const FeatureRow> rows, std::span<const std::uint32_t> classes,
                                     std::span<const float> weights, std::span<const std::uint32_t> order,
                                     std::size_t class_count, std::size_t sparse_columns,
                                     const SoftmaxOptions& options);

  [[nodiscard]] std::size_t classes() const { return bias_.size(); }

  // `out` has one entry a class.
  void logits(const FeatureRow& row, std::span<float> out) const;

 private:
  Matrix sparse_;  // columns x classes
  Matrix dense_;   // dimensions x classes
  std::vector<float> bias_;
};

// Replaces logits by probabilities of logits / temperature.
void to_probabilities(std::span<float> logits, double temperature);

}  // namespace steps::topics
