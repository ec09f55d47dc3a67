// The fold, one function a fact; apply.cpp's switch is their only caller.
#pragma once

#include "engine/dataset.hpp"

namespace engine {

// apply_runs.cpp
void apply_run_requested(DatasetState& state, const schemas::RunRequested& event, const Fact& fact);
void apply_run_started(DatasetState& state, const schemas::RunStarted& event, const Fact& fact);
void apply_run_progressed(DatasetState& state, const schemas::RunProgressed& event);
void apply_run_completed(DatasetState& state, const schemas::RunCompleted& event, const Fact& fact);
void apply_attempt_failed(DatasetState& state, const schemas::AttemptFailed& event);
void apply_run_failed(DatasetState& state, const schemas::RunFailed& event, const Fact& fact);
void apply_run_parked(DatasetState& state, const schemas::RunParked& event);
void apply_run_resumed(DatasetState& state, const schemas::RunResumed& event);
void apply_run_cancelled(DatasetState& state, const schemas::RunCancelled& event, const Fact& fact);
// Ends what a fork has copied in mid-run: nothing runs on in the copy.
void cancel_copied_runs(DatasetState& state, const Fact& fact);
// The run that an event names; BrokenLog when there is none.
Run& run_for_writing(DatasetState& state, std::uint64_t id);
// A block of work of its present attempt is done: the attempts before it no longer count towards parking.
void get_on(Run& run);

// apply_records.cpp
void apply_records_imported(DatasetState& state, const schemas::RecordsImported& event, const Fact& fact);
void apply_import_received(DatasetState& state, const schemas::ImportReceived& event);
void apply_import_completed(Dataset& dataset, const schemas::ImportCompleted& event, const Fact& fact);
void apply_records_validated(Dataset& dataset, const schemas::RecordsValidated& event, const Fact& fact);
void apply_record_edited(Dataset& dataset, const schemas::RecordEdited& event, const Fact& fact);
void apply_records_deleted(Dataset& dataset, const schemas::RecordsDeleted& event, const Fact& fact);
void apply_records_erased(Dataset& dataset, const schemas::RecordsErased& event, const Fact& fact);
void apply_records_invalidated(Dataset& dataset, const schemas::RecordsInvalidated& event, const Fact& fact);
// Removes what a run has staged.
void drop_staged(DatasetState& state, std::uint64_t run);

// apply_duplicates.cpp
// Gives a valid, visible record its place among its equals. False when the order among them is disturbed (an
// equal record after it was kept), and all have to be looked at again.
bool place_among_duplicates(Dataset& dataset, std::uint64_t number);
// Others may be duplicates of this record, so that its leaving makes one of them the first of its kind.
bool is_original(const DatasetState& state, std::uint64_t number);
struct Indexed {
  bool content = false;
  bool span = false;
};
// By which hashes the record is found.
Indexed indexed_by(const Dataset& dataset, std::uint64_t number);

// apply_topics.cpp
void apply_topics_defined(DatasetState& state, const schemas::TopicsDefined& event, const Fact& fact);
void apply_topics_assigned(DatasetState& state, const schemas::TopicsAssigned& event, const Fact& fact);
void apply_topic_assigned_manually(DatasetState& state, const schemas::TopicAssignedManually& event,
                                   const Fact& fact);
void apply_assignments_cleared(DatasetState& state, const schemas::AssignmentsCleared& event,
                               const Fact& fact);
void apply_calibration_fitted(DatasetState& state, const schemas::CalibrationFitted& event);
void apply_coverage_measured(DatasetState& state, const schemas::CoverageMeasured& event, const Fact& fact);
void apply_coverage_targets_set(DatasetState& state, const schemas::CoverageTargetsSet& event);

// apply_topic_edits.cpp
void apply_topic_changed(DatasetState& state, const schemas::TopicChanged& event, const Fact& fact);
void apply_topic_added(DatasetState& state, const schemas::TopicAdded& event, const Fact& fact);
void apply_topic_removed(DatasetState& state, const schemas::TopicRemoved& event, const Fact& fact);
void apply_topic_split(DatasetState& state, const schemas::TopicSplit& event, const Fact& fact);

// apply_vectors.cpp
void apply_vectors_computed(DatasetState& state, const schemas::VectorsComputed& event, const Fact& fact);
// The record has another text now.
void forget_vector(DatasetState& state, std::uint64_t number);

// A topic as an event tells it.
Topic topic_from(const schemas::Topic& told);
// Takes a record out of its topic.
void uncategorize(DatasetState& state, std::uint64_t number);
// After the hierarchy has changed: only leaves have records and counts, and targets.
void settle_leaves(DatasetState& state);

// apply_grading.cpp
void begin_dry_run(DatasetState& state, const Run& run);
void apply_grader_defined(DatasetState& state, const schemas::GraderDefined& event, const Fact& fact);
void apply_dry_run_sampled(DatasetState& state, const schemas::DryRunSampled& event, const Fact& fact);
void apply_samples_answered(DatasetState& state, const schemas::SamplesAnswered& event, const Fact& fact);
void apply_samples_graded(DatasetState& state, const schemas::SamplesGraded& event, const Fact& fact);
void apply_calls_recorded(DatasetState& state, const schemas::CallsRecorded& event, const Fact& fact);
void apply_dry_run_measured(DatasetState& state, const schemas::DryRunMeasured& event, const Fact& fact);

// apply_generation.cpp
void begin_generation(DatasetState& state, const Run& run);
void apply_calls_of_generation(DatasetState& state, const schemas::CallsRecorded& event, const Fact& fact);
void apply_generation_planned(DatasetState& state, const schemas::GenerationPlanned& event);
void apply_records_generated(DatasetState& state, const schemas::RecordsGenerated& event, const Fact& fact);
void apply_generation_reviewed(DatasetState& state, const schemas::GenerationReviewed& event,
                               const Fact& fact);

inline std::string text_of(const flatbuffers::String* text) {
  return text == nullptr ? std::string{} : text->str();
}

}  // namespace engine
