// Turns scores into probabilities that hold: among answers with confidence c, about c are right.
// One temperature fitted on logits of examples that the model did not see (Guo, Pleiss, Sun, Weinberger
// 2017). Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "steps/topics/matrix.hpp"

namespace steps::topics {

// Small enough for an event; given back to Categorizer::fit it makes a resumed run use the same numbers.
struct Calibration {
  double temperature = 1;  // confidence = softmax(logits / temperature)
  std::uint32_t samples =
      0;                  // held-out examples that it was fitted on; 0: the prior for topics without examples
  double ece_before = 0;  // expected calibration error of those at temperature 1, 0..1
  double ece_after = 0;   // and at `temperature`
  bool operator==(const Calibration&) const = default;
};

// Mean |confidence - accuracy| over `bins` equally wide bins of confidence, weighted by their size. 0 for
// nothing.
[[nodiscard]] double expected_calibration_error(std::span<const double> confidences,
                                                std::span<const bool> right, std::size_t bins = 15);

// The temperature in 0.02..20 with the least negative log-likelihood of `classes` under `logits` (samples x
// classes).
[[nodiscard]] Calibration calibrate(const Matrix& logits, std::span<const std::uint32_t> classes);

}  // namespace steps::topics
