// One function for each fact, with only what a test cares about as arguments, and `given`, which folds facts
// into a dataset as the engine does. Any thread.
#pragma once

#include <string>
#include <vector>

#include "engine/dataset.hpp"
#include "engine/decide.hpp"

namespace support {

using engine::AssignmentMethod;
using engine::Dataset;
using engine::DatasetState;
using engine::Position;
using engine::RecordId;
using engine::RunId;
using engine::Source;
using engine::StepName;
using schemas::ImportMode;
using schemas::NewEvent;

using Facts = std::vector<NewEvent>;
inline constexpr std::uint64_t this_epoch = 7;
inline constexpr std::int64_t second = 1'000'000;  // µs

// The hash of a content that the test calls `content`. Few of them share their first bytes, so that an index
// by hash meets collisions.
std::array<std::uint8_t, 16> hash_of(unsigned content);

// What validation says of one record.
struct Verdict {
  std::uint8_t code = 0;
  unsigned content = 0;
  bool multi_turn = false;
  std::uint32_t tokens = 10;
  unsigned span = 0;  // 0: none
};
inline Verdict valid(unsigned content, bool multi_turn = false) {
  return {0, content, multi_turn, 10, 0};
}
inline Verdict invalid(std::uint8_t code = 4) {
  return {code, 0, false, 0, 0};
}

inline Verdict valid_of_span(unsigned content, unsigned span) {
  return {0, content, false, 10, span};
}

struct Assigned {
  std::uint32_t topic = 0;
  float confidence = 0.9F;
  std::uint32_t runner_up = 0;
};

// The system stream.
NewEvent dataset_registered(std::uint64_t dataset);
NewEvent dataset_unregistered(std::uint64_t dataset);

NewEvent dataset_created(std::string name = "chess", std::string objective = "explain chess moves");
NewEvent dataset_changed(std::string name, std::string objective = "explain chess moves");
NewEvent settings_changed(std::uint32_t max_tokens);
NewEvent dataset_deleted();
NewEvent dataset_purged();
NewEvent archive_imported(std::uint64_t source, Position at, std::string name = "from elsewhere");
// The payload that the event at `position` named, from 99/1 on as imported() names them, gives way to
// another.
NewEvent records_erased(std::vector<std::uint64_t> records, Position position = 0);
NewEvent dataset_forked(std::uint64_t source, Position at, std::string name = "copy");

NewEvent run_requested(std::uint64_t run, StepName step);
NewEvent categorize_requested(std::uint64_t run, bool overwrite_manual);
NewEvent import_requested(std::uint64_t run, ImportMode mode = ImportMode::append);
NewEvent run_started(std::uint64_t run, std::uint32_t attempt = 1);
NewEvent run_progressed(std::uint64_t run, std::uint64_t done, std::uint64_t total);
NewEvent run_completed(std::uint64_t run);
NewEvent attempt_failed(std::uint64_t run, std::uint32_t attempt, std::int64_t retry_at);
NewEvent run_failed(std::uint64_t run, std::string error = "it broke");
NewEvent run_parked(std::uint64_t run);
NewEvent run_resumed(std::uint64_t run);
NewEvent run_cancelled(std::uint64_t run);
NewEvent step_skipped(StepName step, std::string reason = "not needed");

NewEvent records_imported(std::uint64_t run, std::uint64_t first, std::size_t count);
NewEvent import_received(std::uint64_t run, std::uint64_t lines);
NewEvent import_completed(std::uint64_t run, std::uint64_t imported);
NewEvent records_validated(std::uint64_t run, std::uint64_t first, const std::vector<Verdict>& verdicts);
NewEvent record_edited(std::uint64_t record);
NewEvent records_deleted(std::vector<std::uint64_t> records);
NewEvent records_invalidated(std::vector<std::uint64_t> records);
NewEvent all_records_invalidated();

struct TopicSpec {
  std::uint32_t id = 0;
  std::string name;
  std::uint32_t parent = 0;
};
// `run` 0: a person did.
NewEvent topics_defined(std::uint32_t version, const std::vector<TopicSpec>& topics, std::uint64_t run = 0);
NewEvent topics_assigned(std::uint64_t run, std::uint64_t first, const std::vector<Assigned>& assigned);
NewEvent topic_assigned_manually(std::vector<std::uint64_t> records, std::uint32_t topic);
NewEvent assignments_cleared(bool keep_manual);
NewEvent calibration_fitted(std::uint64_t run, double temperature = 1.5);
NewEvent vectors_computed(std::uint64_t run, std::vector<std::uint64_t> records,
                          std::string embedder = "use-lite+glove");
NewEvent topic_renamed(std::uint32_t topic, std::string name);
NewEvent topic_moved(std::uint32_t topic, std::uint32_t parent);
NewEvent topic_added(const TopicSpec& topic);
NewEvent topic_removed(std::uint32_t topic, std::uint32_t reassign_to = 0, bool merged = false);
NewEvent topic_split(std::uint32_t topic, std::uint64_t run, const std::vector<TopicSpec>& parts);
NewEvent coverage_measured(std::uint64_t run, double balance = 0.5);
NewEvent coverage_targets_set(const std::map<std::uint32_t, double>& targets);

NewEvent grader_defined(std::uint32_t version, std::string kind = "script");
// Of `records` prompts and k answers each; `regrade_of` 0 = with answers of its own.
NewEvent dry_run_requested(std::uint64_t run, std::uint32_t k = 1, std::uint64_t regrade_of = 0);
NewEvent dry_run_sampled(std::uint64_t run, std::uint64_t records, std::uint64_t answers_of = 0);
NewEvent samples_answered(std::uint64_t run, std::uint64_t first, std::uint32_t count);
// Scores by record; below 0 = none.
NewEvent samples_graded(std::uint64_t run, std::uint64_t first,
                        const std::vector<std::pair<std::uint64_t, double>>& scores);
NewEvent calls_recorded(std::uint64_t run, std::uint32_t count);
NewEvent dry_run_measured(std::uint64_t run, schemas::Verdict verdict, double mean = 0.45);
NewEvent generation_requested(std::uint64_t run);
NewEvent generation_planned(std::uint64_t run, std::uint32_t topic);
NewEvent records_generated(std::uint64_t run, std::uint32_t count);
// Accepts number 0 as record `first_record`, of `topic`, added by run `import_run`; 0 = accepts none.
NewEvent generation_reviewed(std::uint64_t run, std::uint64_t import_run, std::uint64_t first_record = 0,
                             std::uint32_t topic = 0);

// The facts of a whole run that ends well.
Facts completed_run(std::uint64_t run, StepName step, Facts work = {});
// Run `run` imports the verdicts' records as number `first` and on, run + 1 validates them.
Facts imported(std::uint64_t run, std::uint64_t first, const std::vector<Verdict>& verdicts,
               ImportMode mode = ImportMode::append);

Facts operator+(Facts a, const Facts& b);
inline Facts operator+(Facts a, NewEvent b) {
  a.push_back(std::move(b));
  return a;
}

// Dataset 1 after these facts, at positions 1, 2, …, one second apart, by the daemon of this_epoch.
Dataset given(const Facts& facts);
// Folds facts that come next.
void then(Dataset& dataset, const Facts& facts);

// The time of `dataset`'s newest fact, in this epoch.
engine::Now now_of(const Dataset& dataset);
// Decides and, when accepted, folds.
schemas::Result<engine::Decision> wish(Dataset& dataset, const engine::Command& command);

// Facts as "run_requested run_started", for a test to compare.
std::string names_of(const Facts& facts);

}  // namespace support
