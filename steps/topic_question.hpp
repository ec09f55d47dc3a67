// Which of the topics a text belongs to, asked of a language model. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/dataset_state.hpp"
#include "steps/llm/chat.hpp"

namespace steps {

class TopicQuestion {
 public:
  TopicQuestion(const engine::TopicTree& tree, std::string model);

  // Shows every leaf topic with its description and keywords, and the first 2,000 bytes of the text.
  [[nodiscard]] llm::ChatRequest about(std::string_view text) const;
  // The topic's id; 0 when the model says that none fits. Error: corrupt for an answer of another shape.
  [[nodiscard]] schemas::Result<std::uint32_t> read(const std::string& answer) const;

 private:
  std::string model_;
  std::string instruction_;  // as a JSON string
  std::vector<std::uint32_t> ids_;
};

// How sure a model's choice is. A model tells no probability that can be trusted, so its choices for records
// whose topic is known are counted, apart for those that agree with the classifier's first choice and those
// that do not; confidence is the share of right ones, with four imagined choices before any was counted.
class ChoiceConfidence {
 public:
  // Imagined shares, where nothing has been counted.
  static constexpr double agreeing = 0.8;
  static constexpr double disagreeing = 0.6;

  void count(bool agrees, bool right);
  [[nodiscard]] double of(bool agrees) const;
  [[nodiscard]] std::size_t counted() const { return counted_[0] + counted_[1]; }

 private:
  std::size_t counted_[2]{};
  std::size_t right_[2]{};
};

}  // namespace steps
