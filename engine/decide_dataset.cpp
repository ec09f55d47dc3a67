#include "engine/decide_parts.hpp"

#include <set>

namespace engine {

namespace {
std::unique_ptr<schemas::DatasetSettingsT> told(const Settings& settings) {
  auto table = std::make_unique<schemas::DatasetSettingsT>();
  table->max_tokens = settings.max_tokens;
  table->min_user_characters = settings.min_user_characters;
  table->encoding = settings.encoding;
  table->embedder = settings.embedder;
  table->label_model = settings.label_model;
  table->categorize_imports = settings.categorize_imports;
  return table;
}

Result<void> check_settings(const Settings& settings) {
  if (settings.encoding != "o200k_base" && settings.encoding != "cl100k_base" &&
      settings.encoding != "chars/4") {
    return schemas::fail(ErrorCode::invalid_argument, "one of o200k_base, cl100k_base, chars/4",
                         "'" + settings.encoding + "'", {}, "/settings/encoding");
  }
  if (settings.max_tokens == 0 || settings.max_tokens > 10'000'000) {
    return schemas::fail(ErrorCode::invalid_argument, "1 to 10,000,000 tokens",
                         std::to_string(settings.max_tokens), "the default is 8000", "/settings/max_tokens");
  }
  return {};
}
}  // namespace

Result<Decision> decide_on(const DatasetState& state, const ChangeDataset& command, const Now& /*now*/) {
  schemas::DatasetChangedT event;
  Decision decision;
  bool revalidate = false;
  if (command.name) {
    if (auto good = check_name(*command.name); !good) return std::unexpected(good.error());
    event.name = *command.name;
  }
  if (command.objective) {
    if (auto good = check_objective(*command.objective); !good) return std::unexpected(good.error());
    event.objective = *command.objective;
  }
  if (command.settings && *command.settings != state.settings) {
    if (auto good = check_settings(*command.settings); !good) return std::unexpected(good.error());
    event.settings = told(*command.settings);
    // Staged ones as well.
    revalidate = !state.records.empty() && !command.settings->same_limits(state.settings);
  }
  const bool nothing_new = (!command.name || *command.name == state.name) &&
                           (!command.objective || *command.objective == state.objective) && !event.settings;
  if (nothing_new) return decision;
  // The object API writes an empty string for an absent one, so absent fields repeat what holds already.
  if (!command.name) event.name = state.name;
  if (!command.objective) event.objective = state.objective;
  decision.events.push_back(schemas::encode(event));
  if (revalidate) {
    schemas::RecordsInvalidatedT invalidated;
    invalidated.all = true;
    invalidated.reason = "limits changed";
    decision.events.push_back(schemas::encode(invalidated));
  }
  return decision;
}

Result<Decision> decide_on(const DatasetState& state, const DeleteDataset& command, const Now& /*now*/) {
  if (!command.confirm) {
    return schemas::fail(ErrorCode::needs_confirmation, "confirm=true to delete a dataset",
                         "'" + state.name + "' with " + std::to_string(state.counters.records) +
                             " records, " + std::to_string(state.topics->topics.size()) + " topics and " +
                             std::to_string(state.runs.size()) + " runs",
                         "their contents are erased for good; the list of events stays for audit");
  }
  schemas::DatasetDeletedT event;
  event.records = state.counters.records;
  return Decision{{schemas::encode(event)}, {}, {}, state.counters.records};
}

Result<Decision> decide_on(const DatasetState& state, const PurgeDataset& /*command*/, const Now& /*now*/) {
  Decision decision;
  if (state.purged || state.deleted_at == 0) return decision;
  decision.blobs_released = blobs_of(state);
  schemas::DatasetPurgedT event;
  event.blobs = decision.blobs_released.size();
  decision.events.push_back(schemas::encode(event));
  return decision;
}

Result<Decision> decide_on(const DatasetState& state, const SkipStep& command, const Now& /*now*/) {
  if (command.step != StepName::coverage) {
    return schemas::fail(ErrorCode::invalid_argument, "a step that may be skipped: coverage",
                         "'" + std::string(name_of(command.step)) + "'", {}, "/step");
  }
  Decision decision;
  if (const auto skipped = state.skipped.find(command.step);
      skipped != state.skipped.end() && skipped->second == command.reason) {
    return decision;
  }
  schemas::StepSkippedT event;
  event.step = command.step;
  event.reason = command.reason;
  decision.events.push_back(schemas::encode(event));
  return decision;
}

}  // namespace engine
