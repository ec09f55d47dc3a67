// Truncated singular value decomposition of sparse rows: latent semantic analysis, at most 128 dimensions.
// Randomized range finder with power iterations (Halko, Martinsson, Tropp 2011, algorithms 4.4 and 5.1).
// Pure and seeded; memory (features + rows) * (dims + 10) floats.
#pragma once

#include <cstdint>
#include <span>

#include "steps/topics/matrix.hpp"

namespace steps::topics {

struct SvdOptions {
  std::size_t dims = 128;
  std::size_t oversample = 10;
  std::size_t power_iterations = 3;
  std::uint64_t seed = 1;
};

class Svd {
 public:
  // Fewer dimensions than asked for when the rows' rank is lower; none at all for empty input.
  [[nodiscard]] static Svd fit(const SparseRows& rows, const SvdOptions& options = {});

  [[nodiscard]] std::size_t dims() const { return basis_.cols; }

  // rows * V, each row then scaled to length 1 (0 when nothing of it lies in the space).
  [[nodiscard]] Matrix project(const SparseRows& rows) const;
  void project(std::span<const std::uint32_t> columns, std::span<const float> values,
               std::span<float> out) const;

 private:
  Matrix basis_;  // features x dims: the right singular vectors
};

}  // namespace steps::topics
