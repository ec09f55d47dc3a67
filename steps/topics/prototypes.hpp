// Topics of which nobody has shown an example: each begins as the direction of its own texts, then moves
// towards the texts of the dataset that lie nearest to it (expectation maximisation of a mixture of von
// Mises-Fisher distributions, Banerjee et al. 2005, the topics' own texts being its prior). Pure.
#pragma once

#include "steps/topics/matrix.hpp"

namespace steps::topics {

struct PrototypeOptions {
  float concentration = 15;  // of the mixture's parts
  float prior_texts = 5;     // how many texts the topic's own words count for
  float background = 0.15F;  // cosine at which a text is as likely to belong to no topic at all
  std::size_t rounds = 10;
};

// `topics`: one direction a topic; `texts`: rows without labels, may be empty. Rows of length 1; those of the
// result are the mean of where a topic began and where it went, which errs less on sets where the names say
// more than the texts.
[[nodiscard]] Matrix prototypes(const Matrix& topics, const Matrix& texts,
                                const PrototypeOptions& options = {});

}  // namespace steps::topics
