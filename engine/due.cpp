#include "engine/due.hpp"

namespace engine {

namespace {
void due_of_import(const Run& run, const Now& now, std::vector<Due>& list) {
  if (!run.import->received) {
    if (run.epoch != now.epoch) list.emplace_back(Command(AbandonImport{RunId(run.id)}));
  } else if (run.import->validated >= run.import->imported) {
    list.emplace_back(Command(CompleteImport{RunId(run.id)}));
  }
}

// Validation keeps pace with an upload; between two of its blocks it has nothing to do and is not done
// either.
bool waits_for_upload(const DatasetState& state, const Run& run) {
  if (run.step != StepName::validate || state.pending > 0) return false;
  const Run* import = state.active_run(StepName::import_);
  return import != nullptr && !import->import->received;
}

void due_of_run(const DatasetState& state, const Run& run, const Now& now, std::vector<Due>& list) {
  const RunId id(run.id);
  if (run.import) return due_of_import(run, now, list);
  switch (run.state) {
    case RunState::requested:
      list.emplace_back(Command(StartAttempt{id}));
      break;
    case RunState::running:
      // Started by a daemon that is no more: its work in memory is lost, the next attempt goes on from the
      // log.
      if (run.epoch != now.epoch) {
        list.emplace_back(Command(StartAttempt{id}));
      } else if (!waits_for_upload(state, run)) {
        list.emplace_back(WorkOn{id});
      }
      break;
    case RunState::waiting_retry:
      if (run.retry_time <= now.time) {
        list.emplace_back(Command(StartAttempt{id}));
      } else {
        list.emplace_back(LookAgain{run.retry_time});
      }
      break;
    case RunState::parked:
    case RunState::completed:
    case RunState::failed:
    case RunState::cancelled:
      break;
  }
}

struct Busy {
  bool import = false;
  bool validate = false;
  bool topics = false;
  bool categorize = false;
  bool coverage = false;
};

// A person has cancelled the validation of just these records; the next change, or a trigger, begins it
// again.
bool called_off(const DatasetState& state) {
  const Run* last = state.last_run(StepName::validate);
  return last != nullptr && last->state == RunState::cancelled &&
         last->ended_at > state.records_changed.position && last->ended_at > state.settings_changed &&
         last->ended_at > state.invalidated_at;
}

void note(Busy& busy, const Run& run) {
  if (run.ended()) return;
  busy.import |= run.step == StepName::import_;
  busy.validate |= run.step == StepName::validate;
  busy.topics |= run.step == StepName::topics;
  busy.categorize |= run.step == StepName::categorize;
  busy.coverage |= run.step == StepName::coverage;
}
}  // namespace

namespace {
// An import whose records are to get topics has ended since the last categorization was asked for.
const Run* import_to_categorize(const DatasetState& state) {
  const Run* last = state.last_run(StepName::categorize);
  for (std::size_t i = state.runs.size(); i-- > 0;) {
    const Run& run = state.runs[i];
    const bool asked = run.import && (run.import->categorize || state.settings.categorize_imports);
    if (asked && run.state == RunState::completed && (last == nullptr || run.ended_at > last->requested_at))
      return &run;
  }
  return nullptr;
}
}  // namespace

std::vector<Due> due(const DatasetState& state, const Now& now) {
  std::vector<Due> list;
  if (state.deleted_at != 0) {
    if (!state.purged) list.emplace_back(Command(PurgeDataset{}));
    return list;
  }
  Busy busy;
  for (const Run& run : state.runs) {
    note(busy, run);
    if (run.active()) due_of_run(state, run, now, list);
  }
  const auto start = [&](StepName step, std::string because, Position cause) {
    list.emplace_back(Command(StartDue{step, std::move(because), cause}));
  };
  if (state.pending > 0 && !busy.validate && (busy.import || !called_off(state)))
    start(StepName::validate, "records imported or changed", state.records_changed.position);
  const bool settled = !busy.import && state.pending == 0 && state.counters.valid > 0;
  if (settled && state.topics->version == 0 && state.last_run(StepName::topics) == nullptr) {
    start(StepName::topics, "records validated", state.records_changed.position);
  }
  if (settled && state.categorize_due && !busy.topics && !busy.categorize) {
    start(StepName::categorize, state.topics_changed.because, state.topics_changed.position);
  } else if (settled && !busy.topics && !busy.categorize && !state.topic_counts.empty() &&
             state.uncategorized() > 0) {
    if (const Run* import = import_to_categorize(state); import != nullptr)
      start(StepName::categorize, "records imported", import->ended_at);
  }
  if (state.coverage_due && !busy.categorize && !busy.coverage && !state.topic_counts.empty()) {
    start(StepName::coverage, "records categorized", state.assignments_changed.position);
  }
  return list;
}

}  // namespace engine
