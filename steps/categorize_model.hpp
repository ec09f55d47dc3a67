// Has a model choose a topic where the classifier is not sure. Internal to steps/categorize.cpp. Runs on a
// worker thread.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "steps/catalog.hpp"
#include "steps/known_calls.hpp"
#include "steps/topic_question.hpp"
#include "steps/topics/categorize.hpp"

namespace steps {

// A block of records between the classifier's word and the event that tells it.
struct PendingBlock {
  std::uint64_t first = 0;  // records first .. end - 1
  std::uint64_t end = 0;
  std::vector<std::uint64_t> records;  // those of them that want a topic
  std::vector<topics::Assignment> assignments;
  std::vector<bool> by_model;
  std::vector<std::size_t> unsure;  // indexes of those to ask the model about
  std::size_t asked = 0;            // of those
  schemas::Position position = 0;   // of the state it was made from
};

// Whether one of its records was edited since the classifier read it.
[[nodiscard]] bool is_overtaken(const engine::DatasetState& state, const PendingBlock& pending);

class ModelChooser {
 public:
  // Takes over what the run was answered before a crash.
  static schemas::Result<ModelChooser> load(const engine::StepInput& input, const std::string& model);

  // Which records the model is tried on first, to learn how often its choices are right: at most 40 of those
  // whose topic is known and of which a classifier that had not seen them is not sure. The order depends on
  // the seed alone.
  void prepare(const std::unordered_map<std::uint64_t, topics::Assignment>& held_out,
               const std::map<std::uint64_t, std::uint32_t>& topic_of, std::uint64_t seed);
  [[nodiscard]] bool is_tried() const { return tried_ == trial_.size(); }

  // The next calls of the trial, or for `pending`; the block tells what was answered. When the calls fail in
  // a way that the next would too, what was answered is kept and the error follows with the next call.
  schemas::Result<engine::StepBlock> try_some(const engine::StepInput& input, const Outside& outside);
  schemas::Result<engine::StepBlock> ask_some(const engine::StepInput& input, const Outside& outside,
                                              PendingBlock& pending);

 private:
  struct Trial {
    std::uint64_t record = 0;
    std::uint32_t topic = 0;         // known
    std::uint32_t first_choice = 0;  // the classifier's
  };
  using Answers = std::vector<schemas::Result<llm::ChatAnswer>>;

  ModelChooser(TopicQuestion question, std::string model)
      : question_(std::move(question)), model_(std::move(model)) {}
  schemas::Result<Answers> ask(const engine::StepInput& input, const Outside& outside,
                               std::span<const std::uint64_t> records, engine::StepBlock& block);
  [[nodiscard]] std::optional<std::uint32_t> chosen(const schemas::Result<llm::ChatAnswer>& answer) const;

  TopicQuestion question_;
  std::string model_;
  KnownCalls known_;
  std::vector<Trial> trial_;
  std::size_t tried_ = 0;
  ChoiceConfidence confidence_;
  std::optional<schemas::Error> failure_;
};

}  // namespace steps
