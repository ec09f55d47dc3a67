#include "engine/decide_parts.hpp"

namespace engine {

namespace {
Result<const Run*> open_import(const DatasetState& state, RunId id) {
  const auto run = find_run(state, id);
  if (!run) return run;
  if (!(*run)->import || !(*run)->active()) {
    const std::string why = (*run)->error.empty() ? "" : ": " + (*run)->error;
    return schemas::fail((*run)->state == RunState::cancelled ? ErrorCode::cancelled : ErrorCode::conflict,
                         "an import that is under way", describe(**run) + " has ended" + why);
  }
  return run;
}

// Two imports may append side by side; replacing wants to be alone.
Result<void> refuse_beside_replace(const DatasetState& state, schemas::ImportMode mode) {
  for (std::size_t i = state.runs.size(); i-- > 0;) {
    const Run& run = state.runs[i];
    if (!run.import || !run.active()) continue;
    if (mode == schemas::ImportMode::replace || run.import->mode == schemas::ImportMode::replace) {
      return schemas::fail(ErrorCode::conflict, "no other import beside one that replaces all records",
                           describe(run) + " is under way",
                           "wait for it, or cancel it, then send the file again");
    }
  }
  return {};
}

// What a pull takes was chosen from what the dataset had at that moment.
Result<void> refuse_stale_pull(const DatasetState& state, const schemas::ImportParametersT& parameters) {
  if (!parameters.pull) return {};
  if (parameters.source != Source::trace)
    return schemas::fail(ErrorCode::internal, "a pull whose records come from traces", "another source");
  const std::uint64_t watermark = state.pull ? state.pull->watermark : 0;
  const Run* other = nullptr;
  for (const Run& run : state.runs) {
    if (run.import && run.import->pull && run.active()) other = &run;
  }
  if (other == nullptr && parameters.pull->after == watermark) return {};
  return schemas::fail(
      ErrorCode::conflict, "one pull at a time",
      other != nullptr ? describe(*other) + " is under way" : "another pull has come in between",
      "repeat the pull: it takes what is left");
}

NewEvent run_failed(RunId run, std::string error) {
  schemas::RunFailedT event;
  event.run = run;
  event.error = std::move(error);
  return schemas::encode(event);
}
}  // namespace

Result<Decision> decide_on(const DatasetState& state, const BeginImport& command, const Now& /*now*/) {
  if (auto good = refuse_beside_replace(state, command.parameters.mode); !good)
    return std::unexpected(good.error());
  if (command.parameters.mode == schemas::ImportMode::replace && !command.confirm &&
      state.counters.records > 0) {
    return schemas::fail(
        ErrorCode::needs_confirmation, "confirm=true to replace all records",
        std::to_string(state.counters.records) + " records (" + std::to_string(state.counters.valid) +
            " valid, " + std::to_string(state.counters.categorized) + " categorized) would be removed",
        "repeat with confirm=true; they stay readable with ?at=" + std::to_string(state.position));
  }
  if (auto good = refuse_stale_pull(state, command.parameters); !good) return std::unexpected(good.error());
  schemas::RunParametersT parameters;
  parameters.import_ = std::make_unique<schemas::ImportParametersT>(command.parameters);
  const RunId run(next_run(state));
  schemas::RunStartedT started;
  started.run = run;
  started.attempt = 1;
  return Decision{
      {run_requested(state, StepName::import_, parameters, 0, "import requested"), schemas::encode(started)},
      {},
      {},
      run.value()};
}

Result<Decision> decide_on(const DatasetState& state, const ImportBlock& command, const Now& /*now*/) {
  const auto run = open_import(state, command.run);
  if (!run) return std::unexpected(run.error());
  if ((*run)->import->received || command.block.lengths.empty()) {
    return schemas::fail(ErrorCode::internal, "a block of lines before the end of the import",
                         "an empty block or a closed import");
  }
  if (state.records.size() + command.block.lengths.size() > UINT32_MAX) {
    return schemas::fail(ErrorCode::too_large, "at most 4,294,967,295 records in one dataset", "more",
                         "start another dataset");
  }
  schemas::RecordsImportedT event = command.block;
  event.run = command.run;
  event.block = command.blob.id;
  event.first_record = RecordId(state.records.size() + 1);
  event.source = (*run)->import->source;
  return Decision{{schemas::encode(event)}, {command.blob}, {}, command.block.lengths.size()};
}

Result<Decision> decide_on(const DatasetState& state, const ReceiveImport& command, const Now& /*now*/) {
  const auto run = open_import(state, command.run);
  if (!run) return std::unexpected(run.error());
  if ((*run)->import->imported + command.blank != command.lines) {
    return schemas::fail(ErrorCode::internal, "imported + blank = lines",
                         std::to_string((*run)->import->imported) + " + " + std::to_string(command.blank) +
                             " != " + std::to_string(command.lines));
  }
  schemas::ImportReceivedT event;
  event.run = command.run;
  event.lines = command.lines;
  event.blank = command.blank;
  event.bytes = command.bytes;
  if (command.pulled) event.pulled = std::make_unique<schemas::TracesPulledT>(*command.pulled);
  return Decision{{schemas::encode(event)}, {}, {}, command.run.value()};
}

Result<Decision> decide_on(const DatasetState& state, const FailImport& command, const Now& /*now*/) {
  const auto run = find_run(state, command.run);
  if (!run) return std::unexpected(run.error());
  if ((*run)->ended()) return Decision{};
  return Decision{{run_failed(command.run, command.error)}, {}, {}, command.run.value()};
}

Result<Decision> decide_on(const DatasetState& state, const CompleteImport& command, const Now& /*now*/) {
  const auto run = find_run(state, command.run);
  if (!run) return std::unexpected(run.error());
  const auto& import = (*run)->import;
  if (!import || !(*run)->active() || !import->received || import->validated < import->imported)
    return Decision{};
  schemas::ImportCompletedT completed;
  completed.run = command.run;
  completed.imported = import->imported;
  completed.invalid = import->invalid;
  completed.valid = import->imported - import->invalid;
  completed.replaced = import->mode == schemas::ImportMode::replace ? state.counters.records : 0;
  schemas::RunCompletedT ended;
  ended.run = command.run;
  return Decision{{schemas::encode(completed), schemas::encode(ended)}, {}, {}, command.run.value()};
}

Result<Decision> decide_on(const DatasetState& state, const AbandonImport& command, const Now& now) {
  const auto run = find_run(state, command.run);
  if (!run) return std::unexpected(run.error());
  if ((*run)->ended() || !(*run)->import || (*run)->import->received || (*run)->epoch == now.epoch)
    return Decision{};
  return Decision{
      {run_failed(
          command.run,
          "the daemon stopped while the upload was under way; nothing of it was kept: send the file again")},
      {},
      {},
      command.run.value()};
}

}  // namespace engine
