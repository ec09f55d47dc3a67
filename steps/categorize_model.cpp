#include "steps/categorize_model.hpp"

#include <algorithm>

#include "steps/vectors.hpp"

namespace steps {

using engine::StepBlock;
using engine::StepInput;
using schemas::Result;

namespace {
constexpr std::size_t trial_max = 40;
constexpr std::size_t calls_a_block = 32;

// splitmix64's finalizer.
std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

schemas::NewEvent progress(const StepInput& input, std::string stage) {
  schemas::RunProgressedT event;
  event.run = schemas::RunId(input.run.id);
  event.done = input.run.done;
  event.total = std::max(input.run.total, input.run.done + input.state.uncategorized());
  event.stage = std::move(stage);
  return schemas::encode(event);
}
}  // namespace

bool is_overtaken(const engine::DatasetState& state, const PendingBlock& pending) {
  return std::ranges::any_of(pending.records, [&](std::uint64_t number) {
    return state.blocks[state.records[number - 1].block].position > pending.position;
  });
}

Result<ModelChooser> ModelChooser::load(const StepInput& input, const std::string& model) {
  ModelChooser chooser(TopicQuestion(*input.state.topics, model), model);
  if (auto loaded = chooser.known_.load(input.run.calls, input.blobs); !loaded)
    return std::unexpected(loaded.error());
  return chooser;
}

void ModelChooser::prepare(const std::unordered_map<std::uint64_t, topics::Assignment>& held_out,
                           const std::map<std::uint64_t, std::uint32_t>& topic_of, std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, Trial>> drawn;
  for (const auto& [record, told] : held_out) {
    if (told.confidence < engine::low_confidence)
      drawn.emplace_back(mix(record ^ mix(seed)), Trial{record, topic_of.at(record), told.topic});
  }
  std::ranges::sort(drawn, {}, [](const auto& one) { return one.first; });
  trial_.clear();
  for (const auto& [order, trial] : drawn) {
    if (trial_.size() < trial_max) trial_.push_back(trial);
  }
}

Result<ModelChooser::Answers> ModelChooser::ask(const StepInput& input, const Outside& outside,
                                                std::span<const std::uint64_t> records, StepBlock& block) {
  if (failure_) return std::unexpected(*std::exchange(failure_, std::nullopt));
  if (outside.models == nullptr) {
    return schemas::fail(schemas::ErrorCode::blocked, "a language model", "none configured",
                         "add a section [[models]] to rftd.toml");
  }
  const auto texts = texts_of(input, records);
  if (!texts) return std::unexpected(texts.error());
  std::vector<llm::ChatRequest> requests;
  for (const std::string& text : *texts) requests.push_back(question_.about(text));
  auto answers = ask_and_record(input, *outside.models, requests, known_, block);
  const auto failed = std::ranges::find_if(
      answers, [](const auto& answer) { return !answer && stops_the_run(answer.error().code); });
  if (failed == answers.end()) return answers;
  if (block.events.empty()) return std::unexpected(failed->error());
  failure_ = failed->error();
  return Answers{};
}

std::optional<std::uint32_t> ModelChooser::chosen(const Result<llm::ChatAnswer>& answer) const {
  if (!answer || !answer->complete()) return std::nullopt;
  const auto topic = question_.read(answer->text);
  if (!topic || *topic == 0) return std::nullopt;
  return *topic;
}

Result<StepBlock> ModelChooser::try_some(const StepInput& input, const Outside& outside) {
  StepBlock block;
  const auto some = std::span(trial_).subspan(tried_, std::min(calls_a_block, trial_.size() - tried_));
  std::vector<std::uint64_t> records;
  for (const Trial& trial : some) records.push_back(trial.record);
  const auto answers = ask(input, outside, records, block);
  if (!answers) return std::unexpected(answers.error());
  for (std::size_t i = 0; i < answers->size(); ++i) {
    if (const auto topic = chosen((*answers)[i]))
      confidence_.count(*topic == some[i].first_choice, *topic == some[i].topic);
  }
  tried_ += answers->size();
  block.events.push_back(progress(
      input, "trying " + model_ + " on " + std::to_string(trial_.size()) + " records whose topic is known"));
  return block;
}

Result<StepBlock> ModelChooser::ask_some(const StepInput& input, const Outside& outside,
                                         PendingBlock& pending) {
  StepBlock block;
  const auto some =
      std::span(pending.unsure)
          .subspan(pending.asked, std::min(calls_a_block, pending.unsure.size() - pending.asked));
  std::vector<std::uint64_t> records;
  for (const std::size_t i : some) records.push_back(pending.records[i]);
  const auto answers = ask(input, outside, records, block);
  if (!answers) return std::unexpected(answers.error());
  for (std::size_t i = 0; i < answers->size(); ++i) {
    const auto topic = chosen((*answers)[i]);
    if (!topic) continue;
    topics::Assignment& assignment = pending.assignments[some[i]];
    const bool agrees = *topic == assignment.topic;
    if (!agrees) assignment.runner_up = assignment.topic;
    assignment.topic = *topic;
    assignment.confidence = confidence_.of(agrees);
    pending.by_model[some[i]] = true;
  }
  pending.asked += answers->size();
  block.events.push_back(progress(input, "asking " + model_ + " about " +
                                             std::to_string(pending.unsure.size()) +
                                             " records with low confidence"));
  return block;
}

}  // namespace steps
