#include "tests/support/event_builders.hpp"

namespace support {

using namespace schemas;

namespace {
// A blob of its own for each event.
BlobId blob(std::uint64_t kind, std::uint64_t run, std::uint64_t first = 0) {
  return {kind, run * 1000 + first + 1};
}
}  // namespace

NewEvent grader_defined(std::uint32_t version, std::string kind) {
  GraderDefinedT fact;
  fact.version = version;
  fact.definition = blob(100, version);
  fact.title = "Type: " + kind;
  fact.kind = std::move(kind);
  fact.reason = "the test asks";
  return encode(fact);
}

NewEvent dry_run_requested(std::uint64_t run, std::uint32_t k, std::uint64_t regrade_of) {
  RunRequestedT fact;
  fact.run = RunId(run);
  fact.step = StepName::dry_run;
  fact.seed = run;
  fact.because = "the test asks";
  fact.parameters = std::make_unique<RunParametersT>();
  fact.parameters->dry_run = std::make_unique<DryRunParametersT>();
  fact.parameters->dry_run->k = k;
  fact.parameters->dry_run->answers = k > 1 ? AnswerSource::model : AnswerSource::recorded;
  fact.parameters->dry_run->grader_version = 1;
  fact.parameters->dry_run->regrade_of = regrade_of;
  return encode(fact);
}

NewEvent dry_run_sampled(std::uint64_t run, std::uint64_t records, std::uint64_t answers_of) {
  DryRunSampledT fact;
  fact.run = RunId(run);
  fact.sample = blob(101, run);
  fact.records = records;
  fact.candidates = records;
  fact.answers_of = answers_of;
  return encode(fact);
}

NewEvent samples_answered(std::uint64_t run, std::uint64_t first, std::uint32_t count) {
  SamplesAnsweredT fact;
  fact.run = RunId(run);
  fact.block = blob(102, run, first);
  fact.first = first;
  fact.count = count;
  return encode(fact);
}

NewEvent samples_graded(std::uint64_t run, std::uint64_t first,
                        const std::vector<std::pair<std::uint64_t, double>>& scores) {
  SamplesGradedT fact;
  fact.run = RunId(run);
  fact.block = blob(103, run, first);
  fact.first = first;
  for (const auto& [record, score] : scores) {
    fact.records.push_back(record);
    fact.scores.push_back(score);
  }
  return encode(fact);
}

NewEvent calls_recorded(std::uint64_t run, std::uint32_t count) {
  CallsRecordedT fact;
  fact.run = RunId(run);
  fact.block = blob(104, run);
  fact.count = count;
  fact.input_tokens = 100;
  fact.output_tokens = 10;
  return encode(fact);
}

NewEvent dry_run_measured(std::uint64_t run, schemas::Verdict verdict, double mean) {
  DryRunMeasuredT fact;
  fact.run = RunId(run);
  fact.verdict = verdict;
  fact.mean = mean;
  fact.std = 0.3;
  fact.above_zero = 0.8;
  fact.scored = 2;
  if (verdict != schemas::Verdict::go) fact.cause = "the test says so";
  return encode(fact);
}

NewEvent generation_requested(std::uint64_t run) {
  RunRequestedT fact;
  fact.run = RunId(run);
  fact.step = StepName::generate;
  fact.seed = run;
  fact.because = "the test asks";
  fact.parameters = std::make_unique<RunParametersT>();
  fact.parameters->generate = std::make_unique<GenerateParametersT>();
  fact.parameters->generate->model = "scripted";
  return encode(fact);
}

NewEvent generation_planned(std::uint64_t run, std::uint32_t topic) {
  GenerationPlannedT fact;
  fact.run = RunId(run);
  fact.planned = 2;
  auto call = std::make_unique<GenerationCallT>();
  call->topic = topic;
  call->sources = {1};
  call->count = 2;
  fact.calls.push_back(std::move(call));
  return encode(fact);
}

NewEvent records_generated(std::uint64_t run, std::uint32_t count) {
  RecordsGeneratedT fact;
  fact.run = RunId(run);
  fact.block = blob(105, run);
  fact.calls = 1;
  fact.count = count;
  fact.rejected = {0, 0, 1, 0, 0, 0, 0};
  return encode(fact);
}

NewEvent generation_reviewed(std::uint64_t run, std::uint64_t import_run, std::uint64_t first_record,
                             std::uint32_t topic) {
  GenerationReviewedT fact;
  fact.run = RunId(run);
  fact.import_run = import_run;
  fact.first_record = first_record;
  fact.rejected = 1;
  if (import_run != 0) {
    fact.accepted = {0};
    fact.sources = {1};
    fact.strategies = {1};
    fact.topics = {topic};
  }
  return encode(fact);
}

}  // namespace support
