#include "steps/test_grader.hpp"

#include "engine/candidates.hpp"
#include "steps/grade/draw_sample.hpp"
#include "steps/grade/example.hpp"

namespace steps {

namespace {
using schemas::ErrorCode;
using schemas::Result;

Result<std::vector<std::uint64_t>> chosen(const engine::DatasetState& state, const GraderTest& test) {
  if (!test.records.empty()) return test.records;
  schemas::DryRunParametersT parameters;
  parameters.answers = test.model.empty() ? schemas::AnswerSource::recorded : schemas::AnswerSource::model;
  std::vector<grade::Candidate> candidates;
  for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
    // One stratum: five records are drawn at random, not one a topic.
    if (engine::is_candidate(state.records[number - 1], parameters)) candidates.push_back({number, 0});
  }
  if (!candidates.empty()) return grade::draw_sample(candidates, test.size, test.seed);
  const bool none = state.counters.valid == 0;
  return schemas::fail(ErrorCode::blocked, none ? "valid records" : "records with a recorded answer", "none",
                       none ? "import a file with chat records"
                            : "import records that end in an answer, or name a model that answers",
                       "grader");
}

Result<void> answer(TestedSample& sample, std::string_view line, const GraderTest& test,
                    const Outside& outside, text::Scratch& scratch) {
  auto item = grade::item_of(line, scratch);
  if (!item) return std::unexpected(item.error());
  sample.item = std::move(*item);
  if (test.model.empty()) {
    sample.sample = grade::recorded_sample(line, scratch).value_or(std::string{});
    if (sample.sample.empty()) sample.graded.error = "the record has no recorded answer";
    return {};
  }
  auto request = grade::request_of(line, scratch);
  if (!request) return std::unexpected(request.error());
  request->model = test.model;
  const auto answers = outside.models->chat_all(std::span(&*request, 1), {});
  if (!answers.front()) return std::unexpected(answers.front().error());
  sample.sample = grade::sample_of(answers.front()->text, answers.front()->tool_calls);
  return {};
}

void grade_all(std::vector<TestedSample>& samples, const grade::Grader& grader, const Outside& outside) {
  std::vector<grade::Example> examples;
  for (const TestedSample& sample : samples) {
    if (!sample.sample.empty()) examples.push_back({sample.sample, sample.item, sample.record});
  }
  auto graded = grader.grade(examples, {outside.scripts, outside.models, {}, {}});
  std::size_t next = 0;
  for (TestedSample& sample : samples) {
    if (!sample.sample.empty()) sample.graded = std::move(graded[next++]);
  }
}
}  // namespace

Result<TestedGrader> test_grader(const engine::DatasetState& state, const engine::BlobReader& blobs,
                                 const grade::Grader& grader, const GraderTest& test,
                                 const Outside& outside) {
  const auto numbers = chosen(state, test);
  if (!numbers) return std::unexpected(numbers.error());
  if (!test.model.empty() && outside.models == nullptr)
    return schemas::fail(ErrorCode::blocked, "a language model", "none configured", {}, "grader");
  TestedGrader tested;
  text::Scratch scratch;
  const auto read =
      engine::read_records(state, *numbers, blobs, [&](std::uint64_t number, std::string_view line) {
        TestedSample& sample = tested.samples.emplace_back();
        sample.record = number;
        if (auto good = answer(sample, line, test, outside, scratch); !good)
          sample.graded.error = good.error().message();
      });
  if (!read) return std::unexpected(read.error());
  grade_all(tested.samples, grader, outside);
  std::vector<grade::Score> scores;
  for (const TestedSample& sample : tested.samples) scores.push_back({sample.record, 0, sample.graded.score});
  tested.statistics = grade::statistics(scores);
  return tested;
}

}  // namespace steps
