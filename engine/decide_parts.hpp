// decide(), one function a command; decide.cpp's visit is their only caller. Grouped by file.
#pragma once

#include "engine/decide.hpp"

namespace engine {

// decide_dataset.cpp
Result<Decision> decide_on(const DatasetState& state, const ChangeDataset& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const DeleteDataset& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const PurgeDataset& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const SkipStep& command, const Now& now);

// decide_runs.cpp
Result<Decision> decide_on(const DatasetState& state, const RequestRun& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const CancelRun& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const ResumeRun& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const StartDue& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const StartAttempt& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const CommitBlock& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const FailAttempt& command, const Now& now);

// decide_import.cpp
Result<Decision> decide_on(const DatasetState& state, const BeginImport& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const ImportBlock& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const ReceiveImport& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const FailImport& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const CompleteImport& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const AbandonImport& command, const Now& now);

// decide_records.cpp
Result<Decision> decide_on(const DatasetState& state, const EditRecord& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const DeleteRecords& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const RevalidateRecords& command, const Now& now);
// decide_erase.cpp
Result<Decision> decide_on(const DatasetState& state, const EraseRecords& command, const Now& now);

// decide_topics.cpp
Result<Decision> decide_on(const DatasetState& state, const AssignTopic& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const DefineTopics& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const SetTargets& command, const Now& now);

// A person's topics come first: a run that is about to define others would take them away again.
void cancel_topic_runs(const DatasetState& state, std::vector<NewEvent>& events);

// decide_topic_edits.cpp
Result<Decision> decide_on(const DatasetState& state, const ChangeTopic& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const AddTopic& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const RemoveTopic& command, const Now& now);
Result<Decision> decide_on(const DatasetState& state, const MergeTopics& command, const Now& now);

// decide_grading.cpp
Result<Decision> decide_on(const DatasetState& state, const DefineGrader& command, const Now& now);
// Fills in the grader's version, and for a regrade everything but that.
Result<void> check_dry_run(const DatasetState& state, schemas::DryRunParametersT& parameters);

// decide_generation.cpp
Result<Decision> decide_on(const DatasetState& state, const ReviewGeneration& command, const Now& now);
Result<void> check_generate(const DatasetState& state, const schemas::GenerateParametersT& parameters);

// "run 7 of this dataset" as found in errors.
std::string describe(const Run& run);
// The run, or not_found.
Result<const Run*> find_run(const DatasetState& state, RunId id);
// The facts that begin a run.
NewEvent run_requested(const DatasetState& state, StepName step, const schemas::RunParametersT& parameters,
                       std::uint64_t seed, std::string because);
inline std::uint64_t next_run(const DatasetState& state) {
  return state.runs.size() + 1;
}

}  // namespace engine
