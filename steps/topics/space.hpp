// Where vectors of one dataset are compared: what all its texts have in common is taken out of every part
// (their mean; of word averages the first principal direction, Arora, Liang, Ma 2017), then the parts are
// weighted and put together. A value, const after fit.
#pragma once

#include <span>
#include <vector>

#include "steps/embed/embedder.hpp"
#include "steps/topics/matrix.hpp"

namespace steps::topics {

class Space {
 public:
  static constexpr float words_weight = 0.5F;  // of a words part beside a sentence part

  // `vectors` are rows of all parts.
  [[nodiscard]] static Space fit(const Matrix& vectors, std::span<const embed::Part> parts);

  // Rows of length 1, or 0 for a text that none of the parts knows anything of.
  [[nodiscard]] Matrix place(const Matrix& vectors) const;

  [[nodiscard]] std::size_t dims() const { return common_.size(); }

 private:
  std::vector<embed::Part> parts_;
  std::vector<float> common_;  // mean or direction, part after part
};

// Both beside one another, `right` weighted; rows of length 1 again.
[[nodiscard]] Matrix fuse(const Matrix& left, const Matrix& right, float right_weight);

}  // namespace steps::topics
