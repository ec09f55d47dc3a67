#include "engine/apply_parts.hpp"

namespace engine {

Run& run_for_writing(DatasetState& state, std::uint64_t id) {
  if (id == 0 || id > state.runs.size())
    throw BrokenLog("an event names run " + std::to_string(id) + ", which no event requested");
  return state.runs.write(id - 1);
}

void get_on(Run& run) {
  run.forgiven = run.attempt == 0 ? 0 : run.attempt - 1;
}

namespace {
void end_run(Run& run, RunState how, const Fact& fact) {
  run.state = how;
  run.ended_at = fact.position;
  run.ended_time = fact.time;
}

Pull pull_from(const schemas::PullParameters& parameters) {
  Pull pull;
  pull.filter = text_of(parameters.filter());
  pull.folding = text_of(parameters.folding());
  pull.watermark = parameters.after();
  pull.with_failed = parameters.with_failed();
  return pull;
}

ImportProgress import_from(const schemas::ImportParameters& parameters) {
  ImportProgress progress;
  progress.mode = parameters.mode();
  progress.source = parameters.source();
  progress.name = text_of(parameters.name());
  progress.bytes_expected = parameters.bytes_expected();
  progress.generation = parameters.generation();
  progress.categorize = parameters.categorize();
  if (parameters.pull() != nullptr) progress.pull = pull_from(*parameters.pull());
  return progress;
}
}  // namespace

void apply_run_requested(DatasetState& state, const schemas::RunRequested& event, const Fact& fact) {
  Run run;
  run.id = event.run()->value();
  if (run.id != state.runs.size() + 1)
    throw BrokenLog("run " + std::to_string(run.id) + " was requested out of turn");
  run.step = event.step();
  run.seed = event.seed();
  run.because = text_of(event.because());
  run.requested_at = fact.position;
  run.requested_time = fact.time;
  if (const auto* parameters = event.parameters(); parameters != nullptr) {
    if (parameters->import_() != nullptr) run.import = import_from(*parameters->import_());
    if (parameters->topics() != nullptr) parameters->topics()->UnPackTo(&run.topics.emplace());
    if (parameters->categorize() != nullptr) parameters->categorize()->UnPackTo(&run.categorize.emplace());
    if (parameters->dry_run() != nullptr) parameters->dry_run()->UnPackTo(&run.dry_run.emplace());
    if (parameters->generate() != nullptr) parameters->generate()->UnPackTo(&run.generate.emplace());
  }
  state.skipped.erase(run.step);
  if (run.step == StepName::categorize) state.categorize_due = false;
  if (run.step == StepName::coverage) state.coverage_due = false;
  if (run.dry_run) begin_dry_run(state, run);
  if (run.generate) begin_generation(state, run);
  state.runs.push_back(std::move(run));
}

void apply_run_started(DatasetState& state, const schemas::RunStarted& event, const Fact& fact) {
  Run& run = run_for_writing(state, event.run()->value());
  run.state = RunState::running;
  run.attempt = event.attempt();
  run.epoch = fact.epoch;
  run.error.clear();
  if (run.started_at == 0) {
    run.started_at = fact.position;
    run.started_time = fact.time;
  }
}

void apply_run_progressed(DatasetState& state, const schemas::RunProgressed& event) {
  Run& run = run_for_writing(state, event.run()->value());
  if (event.done() > run.done) get_on(run);
  run.done = event.done();
  run.total = event.total();
  run.stage = text_of(event.stage());
}

void apply_run_completed(DatasetState& state, const schemas::RunCompleted& event, const Fact& fact) {
  Run& run = run_for_writing(state, event.run()->value());
  end_run(run, RunState::completed, fact);
  run.done = run.total;
  if (run.step == StepName::categorize) state.coverage_due = true;
}

void apply_attempt_failed(DatasetState& state, const schemas::AttemptFailed& event) {
  Run& run = run_for_writing(state, event.run()->value());
  run.state = RunState::waiting_retry;
  run.error = text_of(event.error());
  run.retry_time = event.retry_at();
}

void apply_run_failed(DatasetState& state, const schemas::RunFailed& event, const Fact& fact) {
  Run& run = run_for_writing(state, event.run()->value());
  run.error = text_of(event.error());
  end_run(run, RunState::failed, fact);
  if (run.import) drop_staged(state, run.id);
}

void apply_run_parked(DatasetState& state, const schemas::RunParked& event) {
  Run& run = run_for_writing(state, event.run()->value());
  run.state = RunState::parked;
  run.error = text_of(event.error());
}

void apply_run_resumed(DatasetState& state, const schemas::RunResumed& event) {
  Run& run = run_for_writing(state, event.run()->value());
  run.state = RunState::requested;
  run.attempt = 0;
  run.forgiven = 0;
}

void apply_run_cancelled(DatasetState& state, const schemas::RunCancelled& event, const Fact& fact) {
  Run& run = run_for_writing(state, event.run()->value());
  run.error = text_of(event.reason());
  end_run(run, RunState::cancelled, fact);
  if (run.import) drop_staged(state, run.id);
}

void cancel_copied_runs(DatasetState& state, const Fact& fact) {
  for (std::size_t i = 0; i < state.runs.size(); ++i) {
    if (state.runs[i].ended()) continue;
    Run& run = state.runs.write(i);
    run.error = "the dataset was copied or deleted while it ran";
    end_run(run, RunState::cancelled, fact);
    if (run.import) drop_staged(state, run.id);
  }
}

}  // namespace engine
