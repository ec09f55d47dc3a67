#include <algorithm>

#include "engine/decide_parts.hpp"

namespace engine {

std::string describe(const Run& run) {
  return to_text(RunId(run.id)) + " (" + std::string(name_of(run.step)) + ")";
}

Result<const Run*> find_run(const DatasetState& state, RunId id) {
  if (const Run* run = state.run(id); run != nullptr) return run;
  return schemas::fail(ErrorCode::not_found, "a run of this dataset", "'" + to_text(id) + "'",
                       "GET …/runs lists them");
}

NewEvent run_requested(const DatasetState& state, StepName step, const schemas::RunParametersT& parameters,
                       std::uint64_t seed, std::string because) {
  schemas::RunRequestedT event;
  event.run = RunId(next_run(state));
  event.step = step;
  event.parameters = std::make_unique<schemas::RunParametersT>(parameters);
  event.seed = seed != 0 ? seed : next_run(state);
  event.because = std::move(because);
  return schemas::encode(event);
}

namespace {
Result<void> refuse_second_run(const DatasetState& state, StepName step) {
  const Run* active = state.active_run(step);
  if (active == nullptr) return {};
  return schemas::fail(ErrorCode::conflict, "no other run of this step", describe(*active) + " is under way",
                       "wait for it, or cancel it first");
}

Result<void> refuse_if_blocked(const DatasetState& state, StepName step) {
  const auto reasons = blocked(state, step);
  if (reasons.empty()) return {};
  return schemas::fail(ErrorCode::blocked, "a step that can run", reasons.front().reason, reasons.front().fix,
                       std::string(name_of(step)));
}

std::uint64_t assigned_by_hand(const DatasetState& state) {
  std::uint64_t count = 0;
  for (const auto& [topic, of_topic] : state.topic_counts) count += of_topic.manual;
  return count;
}

Result<void> refuse_unconfirmed(const DatasetState& state, const RequestRun& command) {
  const bool all =
      command.parameters.categorize && command.parameters.categorize->scope == schemas::Scope::all;
  const bool splits = command.parameters.topics && command.parameters.topics->split != 0;
  const bool replaces_topics = command.step == StepName::topics && !splits && !state.topics->topics.empty();
  const bool clears = command.step == StepName::categorize && all && state.counters.categorized > 0;
  if (command.confirm || (!replaces_topics && !clears)) return {};
  std::string lost =
      replaces_topics ? std::to_string(state.topic_counts.size()) + " topics and " : std::string{};
  lost += std::to_string(state.counters.categorized) + " topic assignments (" +
          std::to_string(assigned_by_hand(state)) + " made by hand) would be replaced";
  return schemas::fail(ErrorCode::needs_confirmation, "confirm: true", lost,
                       "repeat with confirm: true; what there is now stays readable with ?at=" +
                           std::to_string(state.position));
}
}  // namespace

namespace {
// What compares and names the texts is settled when the run is asked for: later changes are for later runs.
void settle_topics(const DatasetState& state, schemas::RunParametersT& parameters) {
  if (!parameters.topics) {
    parameters.topics = std::make_unique<schemas::TopicsParametersT>();
    parameters.topics->label_model = state.settings.label_model;
  }
  if (parameters.topics->embedder.empty()) parameters.topics->embedder = state.settings.embedder;
}
}  // namespace

Result<Decision> decide_on(const DatasetState& state, const RequestRun& command, const Now& /*now*/) {
  if (auto good = refuse_if_blocked(state, command.step); !good) return std::unexpected(good.error());
  if (command.step == StepName::grader) {
    return schemas::fail(ErrorCode::conflict, "a step that runs", "the grader, which is configured already",
                         "PUT …/grader changes it; a dry run uses it", "grader");
  }
  if (auto good = refuse_second_run(state, command.step); !good) return std::unexpected(good.error());
  if (auto good = refuse_unconfirmed(state, command); !good) return std::unexpected(good.error());
  Decision decision;
  decision.subject = next_run(state);
  if (command.step == StepName::validate) {
    schemas::RecordsInvalidatedT event;
    event.all = true;
    event.reason = command.because;
    decision.events.push_back(schemas::encode(event));
  }
  const auto& categorize = command.parameters.categorize;
  if (command.step == StepName::categorize && categorize && categorize->scope == schemas::Scope::all) {
    schemas::AssignmentsClearedT event;
    event.run = next_run(state);
    event.keep_manual = !categorize->overwrite_manual;
    decision.events.push_back(schemas::encode(event));
  }
  schemas::RunParametersT parameters = command.parameters;
  if (command.step == StepName::topics) settle_topics(state, parameters);
  if (command.step == StepName::dry_run) {
    if (!parameters.dry_run) parameters.dry_run = std::make_unique<schemas::DryRunParametersT>();
    if (auto good = check_dry_run(state, *parameters.dry_run); !good) return std::unexpected(good.error());
  }
  if (command.step == StepName::generate) {
    if (!parameters.generate) parameters.generate = std::make_unique<schemas::GenerateParametersT>();
    if (auto good = check_generate(state, *parameters.generate); !good) return std::unexpected(good.error());
  }
  decision.events.push_back(run_requested(state, command.step, parameters, command.seed, command.because));
  return decision;
}

Result<Decision> decide_on(const DatasetState& state, const CancelRun& command, const Now& /*now*/) {
  const auto run = find_run(state, command.run);
  if (!run) return std::unexpected(run.error());
  Decision decision{{}, {}, {}, command.run.value()};
  if ((*run)->state == RunState::cancelled) return decision;
  if ((*run)->ended()) {
    return schemas::fail(ErrorCode::conflict, "a run that has not ended",
                         describe(**run) + " has ended already");
  }
  if (const Run* import = state.active_run(StepName::import_);
      (*run)->step == StepName::validate && import != nullptr) {
    return schemas::fail(ErrorCode::conflict, "a validation that no import waits for",
                         describe(*import) + " is under way", "cancel the import instead");
  }
  schemas::RunCancelledT event;
  event.run = command.run;
  event.reason = command.reason;
  decision.events.push_back(schemas::encode(event));
  return decision;
}

Result<Decision> decide_on(const DatasetState& state, const ResumeRun& command, const Now& /*now*/) {
  const auto run = find_run(state, command.run);
  if (!run) return std::unexpected(run.error());
  if ((*run)->state != RunState::parked) {
    return schemas::fail(ErrorCode::conflict, "a parked run", describe(**run) + " is not parked");
  }
  schemas::RunResumedT event;
  event.run = command.run;
  return Decision{{schemas::encode(event)}, {}, {}, command.run.value()};
}

Result<Decision> decide_on(const DatasetState& state, const StartDue& command, const Now& /*now*/) {
  if (state.active_run(command.step) != nullptr) return Decision{};
  schemas::RunParametersT parameters;
  if (command.step == StepName::topics) settle_topics(state, parameters);
  if (command.step == StepName::categorize)
    parameters.categorize = std::make_unique<schemas::CategorizeParametersT>();
  return Decision{
      {run_requested(state, command.step, parameters, 0, command.because)}, {}, {}, next_run(state)};
}

Result<Decision> decide_on(const DatasetState& state, const StartAttempt& command, const Now& now) {
  const auto run = find_run(state, command.run);
  if (!run) return std::unexpected(run.error());
  Decision decision{{}, {}, {}, command.run.value()};
  const bool still_due = (*run)->state == RunState::requested ||
                         ((*run)->state == RunState::running && (*run)->epoch != now.epoch) ||
                         ((*run)->state == RunState::waiting_retry && (*run)->retry_time <= now.time);
  if (!still_due) return decision;
  if ((*run)->fruitless() >= attempts_max) {
    schemas::RunParkedT event;
    event.run = command.run;
    event.attempt = (*run)->attempt;
    event.error = (*run)->error.empty()
                      ? "the daemon stopped " + std::to_string((*run)->fruitless()) + " times while this ran"
                      : (*run)->error;
    decision.events.push_back(schemas::encode(event));
    return decision;
  }
  schemas::RunStartedT event;
  event.run = command.run;
  event.attempt = (*run)->attempt + 1;
  decision.events.push_back(schemas::encode(event));
  return decision;
}

namespace {
// Whether what a block speaks of has changed since the step looked at it.
bool overtaken(const DatasetState& state, const NewEvent& event, Position based_on) {
  const auto any_edited_since = [&](std::uint64_t first, std::size_t count) {
    if (first == 0 || first - 1 + count > state.records.size()) return true;
    for (std::uint64_t i = first - 1; i < first - 1 + count; ++i) {
      if (state.blocks[state.records[i].block].position > based_on) return true;
    }
    return false;
  };
  if (event.type == schemas::EventType::records_validated) {
    const auto& block = schemas::view<schemas::RecordsValidated>(event.body);
    return state.settings_changed > based_on ||
           any_edited_since(block.first_record()->value(), block.codes()->size());
  }
  if (event.type == schemas::EventType::topics_assigned) {
    const auto& block = schemas::view<schemas::TopicsAssigned>(event.body);
    return state.topics_changed.position > based_on ||
           any_edited_since(block.first_record()->value(), block.topics()->size());
  }
  if (event.type == schemas::EventType::vectors_computed) {
    const auto* records = schemas::view<schemas::VectorsComputed>(event.body).records();
    return records != nullptr &&
           std::ranges::any_of(*records, [&](std::uint64_t number) { return any_edited_since(number, 1); });
  }
  return (event.type == schemas::EventType::topics_defined ||
          event.type == schemas::EventType::topic_split) &&
         state.topics_changed.position > based_on;
}
}  // namespace

Result<Decision> decide_on(const DatasetState& state, const CommitBlock& command, const Now& /*now*/) {
  const auto run = find_run(state, command.run);
  if (!run) return std::unexpected(run.error());
  if ((*run)->state != RunState::running || (*run)->attempt != command.attempt) {
    return schemas::fail(ErrorCode::cancelled, "a run that is still under way",
                         describe(**run) + " has ended or was restarted");
  }
  if (std::ranges::any_of(command.events,
                          [&](const NewEvent& event) { return overtaken(state, event, command.based_on); })) {
    return schemas::fail(ErrorCode::conflict,
                         "inputs as they were at position " + std::to_string(command.based_on),
                         "some have changed since", "the block is worked out again");
  }
  Decision decision{command.events, command.blobs, {}, command.run.value()};
  if (command.done) {
    schemas::RunCompletedT event;
    event.run = command.run;
    decision.events.push_back(schemas::encode(event));
  }
  return decision;
}

Result<Decision> decide_on(const DatasetState& state, const FailAttempt& command, const Now& now) {
  const auto run = find_run(state, command.run);
  if (!run) return std::unexpected(run.error());
  if ((*run)->state != RunState::running || (*run)->attempt != command.attempt) return Decision{};
  Decision decision{{}, {}, {}, command.run.value()};
  // Validation is due as long as records wait for it: failed for good, it would be started again at once.
  const bool would_begin_again = (*run)->step == StepName::validate;
  if (!command.worth_a_retry && !would_begin_again) {
    schemas::RunFailedT event;
    event.run = command.run;
    event.error = command.error;
    decision.events.push_back(schemas::encode(event));
  } else if (!command.worth_a_retry || (*run)->fruitless() >= attempts_max) {
    schemas::RunParkedT event;
    event.run = command.run;
    event.attempt = command.attempt;
    event.error = command.error;
    decision.events.push_back(schemas::encode(event));
  } else {
    const std::int64_t delay =
        std::min(retry_first_delay_us << (std::max(1U, (*run)->fruitless()) - 1), retry_longest_delay_us);
    const std::int64_t spread =
        static_cast<std::int64_t>(now.jitter % static_cast<std::uint64_t>(delay / 2)) - delay / 4;
    schemas::AttemptFailedT event;
    event.run = command.run;
    event.attempt = command.attempt;
    event.error = command.error;
    event.retry_at = now.time + delay + spread;
    decision.events.push_back(schemas::encode(event));
  }
  return decision;
}

}  // namespace engine
