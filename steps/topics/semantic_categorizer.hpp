// Which topic a text belongs to, and how sure that is, from its vector: keyword rule, else softmax regression
// on what has been assigned, else the nearness to the topics' own words. categorize.hpp does the same from
// words alone. Pure: the same inputs make the same categorizer, byte for byte. `assign` is const; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "steps/topics/categorize.hpp"
#include "steps/topics/keyword_rules.hpp"
#include "steps/topics/regression.hpp"
#include "steps/topics/space.hpp"

namespace steps::topics {

struct SemanticInput {
  std::span<const TopicText> topics;
  const Matrix* topic_vectors = nullptr;  // one row a text of topic_texts()
  std::span<const Example> examples;
  const Matrix* example_vectors = nullptr;  // one row an example
  const Matrix* corpus_vectors = nullptr;   // texts without labels: those that will be assigned, or a sample
  std::span<const embed::Part> parts;
};

class SemanticCategorizer {
 public:
  // Of the cosines to the prototypes, where nobody has shown an example: chosen so that confidence holds on
  // labelled sets of which only the names of the topics are given (bench/README.md).
  static constexpr double prior_temperature = 0.07;
  static constexpr std::size_t calibration_examples_min = 20;

  // What an embedder has to read of the topics: for each its name, then its description and its keywords
  // where it has some. `rows_of_topic` gets how many texts each topic has.
  static std::vector<std::string> topic_texts(std::span<const TopicText> topics,
                                              std::vector<std::size_t>& rows_of_topic);

  // Errors as Categorizer::fit. Below a second for 3,000 examples of 75 topics.
  [[nodiscard]] static schemas::Result<SemanticCategorizer> fit(const SemanticInput& input,
                                                                const CategorizerOptions& options = {});

  // `texts` (for the keyword rules) and rows of `vectors` belong together.
  [[nodiscard]] std::vector<Assignment> assign(std::span<const std::string> texts,
                                               const Matrix& vectors) const;

  // As Categorizer's.
  [[nodiscard]] std::span<const Assignment> held_out() const { return held_out_; }
  [[nodiscard]] const Calibration& calibration() const { return calibration_; }

 private:
  [[nodiscard]] Matrix logits(const Matrix& placed) const;
  [[nodiscard]] Assignment decide(std::span<float> logits, bool known) const;

  std::vector<std::uint32_t> ids_;
  Space space_;
  KeywordRules rules_;
  bool by_examples_ = false;
  Regression model_;
  Matrix prototypes_;  // without examples
  Calibration calibration_;
  std::vector<Assignment> held_out_;
};

}  // namespace steps::topics
