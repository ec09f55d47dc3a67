#include "steps/topics/prototypes.hpp"

#include <algorithm>
#include <cmath>

#include "steps/topics/gemm.hpp"

namespace steps::topics {

namespace {

// Shares of the topics in each text; what the background takes is nobody's.
void to_shares(std::span<float> closeness, const PrototypeOptions& options) {
  float highest = options.background;
  for (const float value : closeness) highest = std::max(highest, value);
  float total = std::exp(options.concentration * (options.background - highest));
  for (float& value : closeness) total += value = std::exp(options.concentration * (value - highest));
  for (float& value : closeness) value /= total;
}

}  // namespace

Matrix prototypes(const Matrix& topics, const Matrix& texts, const PrototypeOptions& options) {
  Matrix current = topics;
  if (texts.rows == 0 || topics.rows < 2) return current;
  for (std::size_t round = 0; round < options.rounds; ++round) {
    Matrix shares = dots(texts, current);
    for (std::size_t text = 0; text < shares.rows; ++text) to_shares(shares.row(text), options);
    current = transposed_product(shares, texts);
    for (std::size_t topic = 0; topic < topics.rows; ++topic) {
      add_scaled(current.row(topic), options.prior_texts, topics.row(topic));
      normalise(current.row(topic));
    }
  }
  for (std::size_t at = 0; at < current.values.size(); ++at)
    current.values[at] = (current.values[at] + topics.values[at]) / 2;
  return current;
}

}  // namespace steps::topics
