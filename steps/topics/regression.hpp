// Softmax regression on dense rows: full batches, Nesterov's method with the step that the rows' own spread
// allows, so there is no rate to tune and no order of rows to matter. Pure: the same rows, the same bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "steps/topics/matrix.hpp"

namespace steps::topics {

struct RegressionOptions {
  float l2 = 5e-5F;  // on the weights, per row
  std::size_t rounds = 40;
};

class Regression {
 public:
  // `weights` say how much each row counts (empty: all 1). Cost: rounds * rows * classes * features * 4.
  [[nodiscard]] static Regression train(const Matrix& rows, std::span<const std::uint32_t> classes,
                                        std::span<const float> weights, std::size_t class_count,
                                        const RegressionOptions& options = {});

  // One logit a class, row by row.
  [[nodiscard]] Matrix logits(const Matrix& rows) const;

 private:
  Matrix weights_;  // classes x (features + 1)
};

}  // namespace steps::topics
