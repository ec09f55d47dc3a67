#include "engine/apply_parts.hpp"

namespace engine {

namespace {
DryRun& dry_run_for_writing(DatasetState& state, std::uint64_t run) {
  for (std::size_t i = state.dry_runs.size(); i-- > 0;) {
    if (state.dry_runs[i].run == run) return state.dry_runs.write(i);
  }
  throw BrokenLog("an event names dry run " + std::to_string(run) + ", which no event requested");
}

template <class Event>
void add_spending(Spending& spent, const Event& event) {
  spent.input_tokens += event.input_tokens();
  spent.output_tokens += event.output_tokens();
  spent.cost_usd += event.cost_usd();
}

// A record's score is the mean over its scored answers; answers to one record stand side by side.
void keep_scores(DatasetState& state, const schemas::SamplesGraded& event) {
  const std::uint32_t count = event.scores()->size();
  for (std::uint32_t i = 0; i < count;) {
    const std::uint64_t number = event.records()->Get(i);
    double sum = 0;
    std::uint32_t scored = 0;
    for (; i < count && event.records()->Get(i) == number; ++i) {
      if (event.scores()->Get(i) < 0) continue;
      sum += event.scores()->Get(i);
      ++scored;
    }
    if (number == 0 || number > state.records.size())
      throw BrokenLog("an event scores record " + std::to_string(number) + ", which no event imported");
    state.records.write(number - 1).score = scored == 0 ? -1.0F : static_cast<float>(sum / scored);
  }
}

void count_progress(DatasetState& state, const DryRun& dry_run) {
  Run& run = run_for_writing(state, dry_run.run);
  run.done = dry_run.graded;
  run.total = dry_run.samples();
  run.stage = dry_run.answered < dry_run.samples() ? "answering and grading" : "grading";
}
}  // namespace

void begin_dry_run(DatasetState& state, const Run& run) {
  DryRun dry_run;
  dry_run.run = run.id;
  dry_run.k = std::max(1U, run.dry_run->k);
  dry_run.grader_version = run.dry_run->grader_version;
  dry_run.regrade_of = run.dry_run->regrade_of;
  state.dry_runs.push_back(std::move(dry_run));
}

void apply_grader_defined(DatasetState& state, const schemas::GraderDefined& event, const Fact& fact) {
  GraderVersion grader;
  grader.version = event.version();
  if (grader.version != state.graders.size() + 1)
    throw BrokenLog("grader version " + std::to_string(grader.version) + " was defined out of turn");
  grader.restores = event.restores();
  grader.definition = *event.definition();
  grader.kind = text_of(event.kind());
  grader.title = text_of(event.title());
  if (event.models() != nullptr) {
    for (const auto* model : *event.models()) grader.models.push_back(model->str());
  }
  grader.reason = text_of(event.reason());
  grader.position = fact.position;
  grader.time = fact.time;
  state.graders.push_back(std::move(grader));
  state.grader_changed = {fact.position, "grader changed"};
}

void apply_dry_run_sampled(DatasetState& state, const schemas::DryRunSampled& event, const Fact& fact) {
  DryRun& dry_run = dry_run_for_writing(state, event.run()->value());
  dry_run.sample = *event.sample();
  dry_run.sampled_at = fact.position;
  dry_run.records = event.records();
  dry_run.candidates = event.candidates();
  dry_run.without_answer = event.without_answer();
  if (event.answers_of() != 0) {
    const DryRun* source = state.dry_run(event.answers_of());
    if (source == nullptr) throw BrokenLog("an event takes over the answers of a dry run that never was");
    dry_run.k = source->k;
    dry_run.answers = source->answers;
    dry_run.answered = source->answered;
    dry_run.missing = source->missing;
  }
  count_progress(state, dry_run);
}

void apply_samples_answered(DatasetState& state, const schemas::SamplesAnswered& event, const Fact& fact) {
  DryRun& dry_run = dry_run_for_writing(state, event.run()->value());
  dry_run.answers.push_back({*event.block(), event.first(), event.count(), fact.position});
  dry_run.answered += event.count();
  dry_run.missing += event.missing();
  add_spending(dry_run.spent, event);
  count_progress(state, dry_run);
}

void apply_samples_graded(DatasetState& state, const schemas::SamplesGraded& event, const Fact& fact) {
  DryRun& dry_run = dry_run_for_writing(state, event.run()->value());
  const std::uint32_t count = event.scores()->size();
  dry_run.grades.push_back({*event.block(), event.first(), count, fact.position});
  dry_run.graded += count;
  for (const double score : *event.scores()) {
    if (score < 0) {
      ++dry_run.unscored;
    } else {
      dry_run.score_sum += score;
    }
  }
  keep_scores(state, event);
  count_progress(state, dry_run);
}

void apply_calls_recorded(DatasetState& state, const schemas::CallsRecorded& event, const Fact& fact) {
  Run& run = run_for_writing(state, event.run()->value());
  if (run.topics || run.categorize) {
    const std::uint64_t first = run.calls.empty() ? 0 : run.calls.back().first + run.calls.back().count;
    run.calls.push_back({*event.block(), first, event.count(), fact.position});
    add_spending(run.spent, event);
    get_on(run);
    return;
  }
  if (run.generate) return apply_calls_of_generation(state, event, fact);
  DryRun& dry_run = dry_run_for_writing(state, run.id);
  const std::uint64_t first =
      dry_run.calls.empty() ? 0 : dry_run.calls.back().first + dry_run.calls.back().count;
  dry_run.calls.push_back({*event.block(), first, event.count(), fact.position});
  add_spending(dry_run.spent, event);
}

void apply_dry_run_measured(DatasetState& state, const schemas::DryRunMeasured& event, const Fact& fact) {
  DryRun& dry_run = dry_run_for_writing(state, event.run()->value());
  dry_run.measured =
      Measured{event.verdict(),  event.mean(),           event.std(),  event.above_zero(), event.scored(),
               event.unscored(), text_of(event.cause()), fact.position};
}

}  // namespace engine
