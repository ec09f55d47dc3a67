#include "steps/topics/prototypes.hpp"

#include "steps/topics/gemm.hpp"
#include "steps/topics/softmax.hpp"

namespace steps::topics {

Matrix prototypes(const Matrix& topics, const Matrix& texts, const PrototypeOptions& options) {
  Matrix current = topics;
  if (texts.rows == 0 || topics.rows < 2) return current;
  for (std::size_t round = 0; round < options.rounds; ++round) {
    Matrix shares = dots(texts, current);
    for (std::size_t text = 0; text < shares.rows; ++text) {
      // A text without anything known says nothing of any topic.
      const bool known = dot(texts.row(text), texts.row(text)) > 0.5F;
      to_probabilities(shares.row(text), 1.0 / static_cast<double>(options.concentration));
      if (!known) {
        for (float& share : shares.row(text)) share = 0;
      }
    }
    current = transposed_product(shares, texts);
    for (std::size_t topic = 0; topic < topics.rows; ++topic) {
      add_scaled(current.row(topic), options.prior_texts, topics.row(topic));
      normalise(current.row(topic));
    }
  }
  return current;
}

}  // namespace steps::topics
