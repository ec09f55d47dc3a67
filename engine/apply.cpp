#include "engine/apply_parts.hpp"

namespace engine {

namespace {
using namespace schemas;  // the tables' names, thirty of them

void apply_settings(DatasetState& state, const DatasetSettings* settings, Position position) {
  if (settings == nullptr) return;
  Settings changed{settings->max_tokens(),           settings->min_user_characters(),
                   text_of(settings->encoding()),    text_of(settings->embedder()),
                   text_of(settings->label_model()), settings->categorize_imports()};
  if (changed.encoding.empty()) changed.encoding = "o200k_base";
  if (changed.embedder.empty()) changed.embedder = "quality";
  if (!changed.same_limits(state.settings)) state.settings_changed = position;
  state.settings = changed;
}

void apply_dataset_created(DatasetState& state, const DatasetCreated& event, const Fact& fact) {
  state.created_time = fact.time;
  state.name = text_of(event.name());
  state.objective = text_of(event.objective());
  state.source = event.source();
  apply_settings(state, event.settings(), fact.position);
}

void apply_dataset_changed(DatasetState& state, const DatasetChanged& event, const Fact& fact) {
  if (event.name() != nullptr) state.name = event.name()->str();
  if (event.objective() != nullptr) state.objective = event.objective()->str();
  apply_settings(state, event.settings(), fact.position);
}

void apply_dataset_forked(DatasetState& state, const DatasetForked& event, const Fact& fact) {
  state.forked_from = event.source()->value();
  state.forked_at = event.source_position();
  state.created_time = fact.time;
  if (event.name() != nullptr) state.name = event.name()->str();
  cancel_copied_runs(state, fact);
}

void apply_archive_imported(DatasetState& state, const ArchiveImported& event, const Fact& fact) {
  state.archived_from = event.source()->value();
  state.archived_at = event.source_position();
  state.created_time = fact.time;
  if (event.name() != nullptr) state.name = event.name()->str();
  cancel_copied_runs(state, fact);
}
}  // namespace

void apply(Dataset& dataset, const Fact& fact) {
  DatasetState& state = dataset.state;
  state.position = fact.position;
  state.time = fact.time;
  const std::string_view body = fact.body;
  switch (fact.type) {
    case EventType::none:
    case EventType::dataset_registered:  // these two stand in the system stream
    case EventType::dataset_unregistered:
      throw BrokenLog("a dataset's stream holds an event of type " + std::string(name_of(fact.type)));
    case EventType::dataset_created:
      return apply_dataset_created(state, view<DatasetCreated>(body), fact);
    case EventType::dataset_changed:
      return apply_dataset_changed(state, view<DatasetChanged>(body), fact);
    case EventType::dataset_deleted:
      state.deleted_at = fact.position;
      return cancel_copied_runs(state, fact);
    case EventType::dataset_purged:
      state.purged = true;
      return;
    case EventType::dataset_forked:
      return apply_dataset_forked(state, view<DatasetForked>(body), fact);
    case EventType::archive_imported:
      return apply_archive_imported(state, view<ArchiveImported>(body), fact);
    case EventType::run_requested:
      return apply_run_requested(state, view<RunRequested>(body), fact);
    case EventType::run_started:
      return apply_run_started(state, view<RunStarted>(body), fact);
    case EventType::run_progressed:
      return apply_run_progressed(state, view<RunProgressed>(body));
    case EventType::run_completed:
      return apply_run_completed(state, view<RunCompleted>(body), fact);
    case EventType::attempt_failed:
      return apply_attempt_failed(state, view<AttemptFailed>(body));
    case EventType::run_failed:
      return apply_run_failed(state, view<RunFailed>(body), fact);
    case EventType::run_parked:
      return apply_run_parked(state, view<RunParked>(body));
    case EventType::run_resumed:
      return apply_run_resumed(state, view<RunResumed>(body));
    case EventType::run_cancelled:
      return apply_run_cancelled(state, view<RunCancelled>(body), fact);
    case EventType::step_skipped: {
      const auto& event = view<StepSkipped>(body);
      state.skipped[event.step()] = text_of(event.reason());
      return;
    }
    case EventType::records_imported:
      return apply_records_imported(state, view<RecordsImported>(body), fact);
    case EventType::import_received:
      return apply_import_received(state, view<ImportReceived>(body));
    case EventType::import_completed:
      return apply_import_completed(dataset, view<ImportCompleted>(body), fact);
    case EventType::records_validated:
      return apply_records_validated(dataset, view<RecordsValidated>(body), fact);
    case EventType::record_edited:
      return apply_record_edited(dataset, view<RecordEdited>(body), fact);
    case EventType::records_deleted:
      return apply_records_deleted(dataset, view<RecordsDeleted>(body), fact);
    case EventType::records_erased:
      return apply_records_erased(dataset, view<RecordsErased>(body), fact);
    case EventType::records_invalidated:
      return apply_records_invalidated(dataset, view<RecordsInvalidated>(body), fact);
    case EventType::topics_defined:
      return apply_topics_defined(state, view<TopicsDefined>(body), fact);
    case EventType::topics_assigned:
      return apply_topics_assigned(state, view<TopicsAssigned>(body), fact);
    case EventType::topic_assigned_manually:
      return apply_topic_assigned_manually(state, view<TopicAssignedManually>(body), fact);
    case EventType::assignments_cleared:
      return apply_assignments_cleared(state, view<AssignmentsCleared>(body), fact);
    case EventType::calibration_fitted:
      return apply_calibration_fitted(state, view<CalibrationFitted>(body));
    case EventType::vectors_computed:
      return apply_vectors_computed(state, view<VectorsComputed>(body), fact);
    case EventType::topic_changed:
      return apply_topic_changed(state, view<TopicChanged>(body), fact);
    case EventType::topic_added:
      return apply_topic_added(state, view<TopicAdded>(body), fact);
    case EventType::topic_removed:
      return apply_topic_removed(state, view<TopicRemoved>(body), fact);
    case EventType::topic_split:
      return apply_topic_split(state, view<TopicSplit>(body), fact);
    case EventType::coverage_measured:
      return apply_coverage_measured(state, view<CoverageMeasured>(body), fact);
    case EventType::coverage_targets_set:
      return apply_coverage_targets_set(state, view<CoverageTargetsSet>(body));
    case EventType::grader_defined:
      return apply_grader_defined(state, view<GraderDefined>(body), fact);
    case EventType::dry_run_sampled:
      return apply_dry_run_sampled(state, view<DryRunSampled>(body), fact);
    case EventType::samples_answered:
      return apply_samples_answered(state, view<SamplesAnswered>(body), fact);
    case EventType::samples_graded:
      return apply_samples_graded(state, view<SamplesGraded>(body), fact);
    case EventType::calls_recorded:
      return apply_calls_recorded(state, view<CallsRecorded>(body), fact);
    case EventType::dry_run_measured:
      return apply_dry_run_measured(state, view<DryRunMeasured>(body), fact);
    case EventType::generation_planned:
      return apply_generation_planned(state, view<GenerationPlanned>(body));
    case EventType::records_generated:
      return apply_records_generated(state, view<RecordsGenerated>(body), fact);
    case EventType::generation_reviewed:
      return apply_generation_reviewed(state, view<GenerationReviewed>(body), fact);
  }
  throw BrokenLog("an event of a type this build does not know: " +
                  std::to_string(static_cast<std::uint16_t>(fact.type)));
}

}  // namespace engine
