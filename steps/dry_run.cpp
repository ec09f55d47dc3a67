// Dry run: draws a sample, gets an answer for every record of it (recorded, or a model's), has the grader
// score the answers, and ends with the verdict. Each block of that is an event before the next begins, so a
// run goes on after a crash where it stood, and no model is asked again for what it has answered.
#include "engine/candidates.hpp"
#include "steps/answer_samples.hpp"
#include "steps/catalog.hpp"
#include "steps/dry_run_report.hpp"
#include "steps/grade/draw_sample.hpp"
#include "steps/grade_samples.hpp"

namespace steps {

namespace {
using engine::DryRun;
using engine::StepBlock;
using engine::StepInput;
using schemas::Result;

struct Memory {
  bool is_loaded = false;
  std::vector<SampleKey> sample;
  std::optional<grade::Grader> grader;
  KnownCalls known;
  std::optional<schemas::Error> failure;  // told once what had been answered before it is kept
  text::Scratch scratch;
};

std::vector<std::uint64_t> drawn(const StepInput& input) {
  const schemas::DryRunParametersT& parameters = *input.run.dry_run;
  if (!parameters.records.empty()) return parameters.records;
  std::vector<grade::Candidate> candidates;
  for (std::uint64_t number = 1; number <= input.state.records.size(); ++number) {
    const engine::RecordRow& row = input.state.records[number - 1];
    if (engine::is_candidate(row, parameters)) candidates.push_back({number, row.topic});
  }
  const std::size_t size = parameters.sample_size == 0 ? candidates.size() : parameters.sample_size;
  return grade::draw_sample(candidates, size, input.run.seed);
}

StepBlock take_sample(const StepInput& input) {
  const auto candidates = engine::count_candidates(input.state, *input.run.dry_run);
  std::string lines;
  schemas::DryRunSampledT event;
  event.run = schemas::RunId(input.run.id);
  for (const std::uint64_t number : drawn(input)) {
    append_sampled({number, input.state.records[number - 1].topic, 0}, lines);
    ++event.records;
  }
  store::Blob blob = store::make_blob(lines);
  event.sample = blob.id;
  event.candidates = candidates.count;
  event.without_answer = candidates.without_answer;
  return StepBlock{{schemas::encode(event)}, false, {std::move(blob)}};
}

StepBlock take_over_sample(const StepInput& input) {
  const DryRun& source = *input.state.dry_run(input.run.dry_run->regrade_of);
  schemas::DryRunSampledT event;
  event.run = schemas::RunId(input.run.id);
  event.sample = source.sample;
  event.records = source.records;
  event.candidates = source.candidates;
  event.without_answer = source.without_answer;
  event.answers_of = source.run;
  return StepBlock{{schemas::encode(event)}, false, {}};
}

Result<void> load(const StepInput& input, const DryRun& dry_run, Memory& memory) {
  const auto lines = input.blobs.read(dry_run.sample);
  if (!lines) return std::unexpected(lines.error());
  memory.sample.clear();
  const auto read = for_each_line(**lines, [&](const text::JsonIndex& json, std::string_view /*line*/) {
    memory.sample.push_back(read_key(json));
    return true;
  });
  if (!read) return read;
  const engine::GraderVersion* version = input.state.grader(dry_run.grader_version);
  const auto definition = input.blobs.read(version->definition);
  if (!definition) return std::unexpected(definition.error());
  auto grader = grade::Grader::parse(**definition);
  if (!grader) return std::unexpected(grader.error());
  memory.grader.emplace(std::move(*grader));
  if (auto loaded = memory.known.load(dry_run.calls, input.blobs); !loaded) return loaded;
  memory.is_loaded = true;
  return {};
}

Result<StepBlock> measure(const StepInput& input, const DryRun& dry_run) {
  const auto graded = scores_of(dry_run, input.blobs);
  if (!graded) return std::unexpected(graded.error());
  const grade::Statistics statistics = grade::statistics(graded->scores);
  return StepBlock{{schemas::encode(measured(input.run.id, statistics, grade::judge(statistics)))}, true, {}};
}

Result<StepBlock> work(const StepInput& input, std::any& scratch, const Outside& outside) {
  if (!scratch.has_value()) scratch = std::make_shared<Memory>();
  Memory& memory = *std::any_cast<std::shared_ptr<Memory>&>(scratch);
  const DryRun& dry_run = *input.state.dry_run(input.run.id);
  if (!dry_run.sampled()) return dry_run.regrade_of != 0 ? take_over_sample(input) : take_sample(input);
  if (memory.failure) return std::unexpected(*std::exchange(memory.failure, std::nullopt));
  if (!memory.is_loaded) {
    if (auto loaded = load(input, dry_run, memory); !loaded) return std::unexpected(loaded.error());
  }
  if (dry_run.graded < dry_run.answered) {
    return grade_block(input, dry_run.answers.at(dry_run.grades.size()), *memory.grader, outside,
                       memory.known, memory.failure);
  }
  if (dry_run.answered >= dry_run.samples()) return measure(input, dry_run);
  const Asking asking{input, dry_run, memory.sample, outside, memory.known, memory.failure, memory.scratch};
  return input.run.dry_run->answers == schemas::AnswerSource::recorded ? recorded_block(asking)
                                                                       : asked_block(asking);
}
}  // namespace

engine::StepKind dry_run(const Outside& outside) {
  return {schemas::StepName::dry_run, "Has a sample answered and graded, and says whether to train on it.",
          [outside](const StepInput& input, std::any& scratch) { return work(input, scratch, outside); },
          true};
}

}  // namespace steps
