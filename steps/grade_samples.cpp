#include "steps/grade_samples.hpp"

#include <algorithm>

#include "steps/sample_lines.hpp"

namespace steps {

namespace {
using engine::StepBlock;
using schemas::Result;

// Keeps the line that the views of an AnswerLine point into.
struct Answered {
  std::shared_ptr<const std::string> lines;
  std::vector<AnswerLine> answers;
};

Result<Answered> read_answers(const engine::StepInput& input, const engine::WorkBlock& block) {
  auto lines = input.blobs.read(block.id);
  if (!lines) return std::unexpected(lines.error());
  Answered answered{std::move(*lines), {}};
  const auto read =
      for_each_line(*answered.lines, [&](const text::JsonIndex& json, std::string_view /*line*/) {
        answered.answers.push_back(read_answer_line(json));
        return true;
      });
  if (!read) return std::unexpected(read.error());
  return answered;
}

std::vector<grade::Graded> grade_all(const std::vector<AnswerLine>& answers, const grade::Grader& grader,
                                     const grade::Tools& tools) {
  std::vector<grade::Example> examples;
  for (const AnswerLine& answer : answers) {
    if (!answer.sample.empty())
      examples.push_back({std::string(answer.sample), std::string(answer.item), answer.key.record});
  }
  std::vector<grade::Graded> scored = grader.grade(examples, tools);
  std::vector<grade::Graded> all;
  std::size_t next = 0;
  for (const AnswerLine& answer : answers) {
    if (!answer.sample.empty()) {
      all.push_back(std::move(scored[next++]));
    } else {
      all.emplace_back().error = "nothing to grade: " + answer.error;
    }
  }
  return all;
}

std::vector<llm::ChatAnswer> fresh_calls(const std::vector<grade::Graded>& graded) {
  std::vector<llm::ChatAnswer> fresh;
  for (const grade::Graded& one : graded) {
    for (const llm::ChatAnswer& answer : one.answers) {
      if (!answer.remembered) fresh.push_back(answer);
    }
  }
  return fresh;
}

bool cannot_go_on(const grade::Graded& graded) {
  return graded.failure && stops_the_run(graded.failure->code);
}
}  // namespace

Result<StepBlock> grade_block(const engine::StepInput& input, const engine::WorkBlock& block,
                              const grade::Grader& grader, const Outside& outside, KnownCalls& known,
                              std::optional<schemas::Error>& failure) {
  const auto answered = read_answers(input, block);
  if (!answered) return std::unexpected(answered.error());
  grade::Tools tools{outside.scripts, outside.models, input.stop,
                     [&](std::string_view hash) { return known.find(hash); }};
  const auto graded = grade_all(answered->answers, grader, tools);
  if (const auto broken = std::ranges::find_if(graded, cannot_go_on); broken != graded.end()) {
    std::vector<Result<llm::ChatAnswer>> answers;
    for (llm::ChatAnswer& answer : fresh_calls(graded)) answers.emplace_back(std::move(answer));
    return keep_and_fail(input.run.id, *broken->failure, answers, known, failure);
  }
  StepBlock made;
  if (const auto fresh = fresh_calls(graded); !fresh.empty()) {
    for (const llm::ChatAnswer& answer : fresh) known.add(answer);
    RecordedCalls recorded = record_calls(input.run.id, fresh);
    made.events.push_back(std::move(recorded.event));
    made.blobs.push_back(std::move(recorded.blob));
  }
  // Asked to stop: what a judge has answered is kept, scores that say "cancelled" are not.
  if (input.stop.stop_requested()) {
    if (!made.events.empty()) return made;
    return schemas::fail(schemas::ErrorCode::cancelled, "a block of scores", "a run that was stopped");
  }
  schemas::SamplesGradedT event;
  event.run = schemas::RunId(input.run.id);
  event.first = block.first;
  std::string lines;
  for (std::size_t i = 0; i < graded.size(); ++i) {
    append_grade(answered->answers[i], graded[i], lines);
    event.records.push_back(answered->answers[i].key.record);
    event.scores.push_back(graded[i].score.value_or(-1));
  }
  made.blobs.push_back(store::make_blob(lines));
  event.block = made.blobs.back().id;
  made.events.push_back(schemas::encode(event));
  return made;
}

}  // namespace steps
