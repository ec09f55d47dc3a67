// Facts as C++ values: what an event says before it has a position. The generated `XxxT` structs are
// built by `decide`; `encode` turns one into the bytes that go into an envelope, and readers see the
// same bytes as a generated `Xxx` view. Pure values, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/envelope_generated.h"
#include "schemas/error.hpp"

namespace schemas {

// A fact on its way into the log.
struct NewEvent {
  EventType type = EventType::none;
  std::uint16_t version = 1;
  std::string body;  // FlatBuffers root of the table that belongs to `type`

  bool operator==(const NewEvent&) const = default;
};

// EventTypeOf<RecordsImported>::value == EventType::records_imported, for tables and their native structs.
template <class Table>
struct EventTypeOf;

#define RFTD_FACTS(X)                               \
  X(dataset_registered, DatasetRegistered)          \
  X(dataset_unregistered, DatasetUnregistered)      \
  X(dataset_created, DatasetCreated)                \
  X(dataset_changed, DatasetChanged)                \
  X(dataset_deleted, DatasetDeleted)                \
  X(dataset_purged, DatasetPurged)                  \
  X(dataset_forked, DatasetForked)                  \
  X(archive_imported, ArchiveImported)              \
  X(run_requested, RunRequested)                    \
  X(run_started, RunStarted)                        \
  X(run_progressed, RunProgressed)                  \
  X(run_completed, RunCompleted)                    \
  X(attempt_failed, AttemptFailed)                  \
  X(run_failed, RunFailed)                          \
  X(run_parked, RunParked)                          \
  X(run_resumed, RunResumed)                        \
  X(run_cancelled, RunCancelled)                    \
  X(step_skipped, StepSkipped)                      \
  X(records_imported, RecordsImported)              \
  X(import_received, ImportReceived)                \
  X(import_completed, ImportCompleted)              \
  X(records_validated, RecordsValidated)            \
  X(record_edited, RecordEdited)                    \
  X(records_deleted, RecordsDeleted)                \
  X(records_invalidated, RecordsInvalidated)        \
  X(records_erased, RecordsErased)                  \
  X(topics_defined, TopicsDefined)                  \
  X(topics_assigned, TopicsAssigned)                \
  X(topic_assigned_manually, TopicAssignedManually) \
  X(assignments_cleared, AssignmentsCleared)        \
  X(calibration_fitted, CalibrationFitted)          \
  X(vectors_computed, VectorsComputed)              \
  X(topic_changed, TopicChanged)                    \
  X(topic_added, TopicAdded)                        \
  X(topic_removed, TopicRemoved)                    \
  X(topic_split, TopicSplit)                        \
  X(coverage_measured, CoverageMeasured)            \
  X(coverage_targets_set, CoverageTargetsSet)       \
  X(grader_defined, GraderDefined)                  \
  X(dry_run_sampled, DryRunSampled)                 \
  X(samples_answered, SamplesAnswered)              \
  X(samples_graded, SamplesGraded)                  \
  X(calls_recorded, CallsRecorded)                  \
  X(dry_run_measured, DryRunMeasured)               \
  X(generation_planned, GenerationPlanned)          \
  X(records_generated, RecordsGenerated)            \
  X(generation_reviewed, GenerationReviewed)

#define RFTD_FACT_TRAIT(event_type, Table)                    \
  template <>                                                 \
  struct EventTypeOf<Table> {                                 \
    static constexpr EventType value = EventType::event_type; \
  };                                                          \
  template <>                                                 \
  struct EventTypeOf<Table##T> {                              \
    static constexpr EventType value = EventType::event_type; \
  };
RFTD_FACTS(RFTD_FACT_TRAIT)
#undef RFTD_FACT_TRAIT

// The version that this build writes for a type; the upcasters lead to it from every older one.
std::uint16_t current_version(EventType type);

// Bytes and type of a fact, at its current version.
template <class Native>
NewEvent encode(const Native& fact) {
  flatbuffers::FlatBufferBuilder builder(256);
  builder.ForceDefaults(
      true);  // what an event says must not depend on a default of the release that reads it
  builder.Finish(Native::TableType::Pack(builder, &fact));
  return NewEvent{EventTypeOf<Native>::value, current_version(EventTypeOf<Native>::value),
                  std::string(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize())};
}

// A view of the body of an event whose type and version are known to fit.
template <class Table>
const Table& view(std::string_view body) {
  return *flatbuffers::GetRoot<Table>(body.data());
}

// Structural check of a body against its type's table; an Error (corrupt) names the type.
// FlatBuffers' verifier is structural only: half of random byte flips pass it, so checksums come first.
Result<void> verify_body(EventType type, std::string_view body);

// The fact as JSON, column vectors included, for people and auditors. `body` must have been verified.
std::string to_json(EventType type, std::string_view body);

// "records_imported"; "unknown" for a number this build does not know.
std::string_view name_of(EventType type);
// none when no type has that name.
EventType event_type_from(std::string_view name);
std::string_view name_of(StepName step);
Result<StepName> step_from(std::string_view name);

}  // namespace schemas
