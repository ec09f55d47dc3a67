// Wishes: what a person, a program, a step or the scheduler asks of a dataset. A command may be refused;
// what follows from it are events. Pure values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/dataset_state.hpp"
#include "schemas/error.hpp"
#include "schemas/facts.hpp"
#include "store/event_log.hpp"

namespace engine {

using schemas::Error;
using schemas::ErrorCode;
using schemas::NewEvent;
using schemas::Result;

// Goes to a new stream; the engine gives the id.
struct CreateDataset {
  std::string name;       // unique among the living, 1..80 characters
  std::string objective;  // 1..4000 bytes
  Source source = Source::upload;
};
// Copies the stream up to `at` (0 = now) into a new dataset.
struct ForkDataset {
  std::string name;
  Position at = 0;
};
// An archive on its way in. Its payloads are staged first (held by the system stream), a few at a time; the
// dataset then comes with all its facts in one write. What is staged and not taken is dropped, at the latest
// by the next start.
struct StageBlobs {
  std::uint64_t staging = 0;  // 0 begins one; the answer's subject is its number
  std::vector<store::Blob> blobs;
};
struct DropStaged {
  std::uint64_t staging = 0;
};
struct ArchivedDataset;  // engine/archive.hpp
struct ImportArchive {
  std::string name;
  std::uint64_t staging = 0;
  std::shared_ptr<const ArchivedDataset> dataset;
};
using ArchiveWish = std::variant<StageBlobs, DropStaged, ImportArchive>;

struct ChangeDataset {
  std::optional<std::string> name;
  std::optional<std::string> objective;
  std::optional<Settings> settings;
};
struct DeleteDataset {
  bool confirm = false;
};

// Runs a step: the trigger of the canvas. Import has commands of its own.
struct RequestRun {
  StepName step = StepName::topics;
  schemas::RunParametersT parameters;
  std::uint64_t seed = 0;  // 0 = the run's number
  bool confirm = false;
  std::string because = "triggered";
};
struct CancelRun {
  RunId run;
  std::string reason = "cancelled";
};
// Takes a parked run up again, from where it stood.
struct ResumeRun {
  RunId run;
};
struct SkipStep {
  StepName step = StepName::coverage;
  std::string reason;
};

// An import: begin, blocks in order, receive; or fail. Blocks are staged until the engine completes it.
struct BeginImport {
  schemas::ImportParametersT parameters;
  bool confirm = false;  // replacing needs it
};
struct ImportBlock {
  RunId run;
  store::Blob blob;
  schemas::RecordsImportedT block;  // its `run`, `block` and `first_record` are filled in by decide
};
struct ReceiveImport {
  RunId run;
  std::uint64_t lines = 0;
  std::uint64_t blank = 0;
  std::uint64_t bytes = 0;
  std::optional<schemas::TracesPulledT> pulled = {};  // of an import from the trace store
};
struct FailImport {
  RunId run;
  std::string error;
};

struct EditRecord {
  RecordId record;
  store::Blob blob;
  std::uint32_t length = 0;  // bytes
};
struct DeleteRecords {
  std::vector<std::uint64_t> records;
  bool confirm = false;
};
// Deletes records and takes their contents out of every payload that quotes them (engine/erasure.hpp).
struct EraseRecords {
  std::vector<std::uint64_t> records;  // visible or deleted ones
  Position based_on = 0;               // where `replaced` was worked out
  std::vector<ReplacedPayload> replaced;
  std::vector<store::Blob> blobs;  // what the replaced ones give way to
  std::string reason;              // at most 1000 bytes; kept for ever, so it must not repeat the content
  bool confirm = false;
};
struct RevalidateRecords {
  std::vector<std::uint64_t> records;  // empty = all
};
struct AssignTopic {
  std::vector<std::uint64_t> records;
  std::uint32_t topic = 0;  // 0 takes the assignment away
};

struct DefineTopics {
  std::vector<Topic> topics;          // id 0 asks for a new id; `parent` is filled in from `parents`
  std::vector<std::int32_t> parents;  // per topic: index into `topics`, -1 = top level
  bool clear_assignments = false;
  schemas::TopicsMethod method = schemas::TopicsMethod::manual;
  std::string template_name;
};
// Absent: stays as it was.
struct ChangeTopic {
  std::uint32_t topic = 0;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::vector<std::string>> keywords;
  std::optional<std::uint32_t> parent;  // 0 = top level
};
struct AddTopic {
  Topic topic;  // its id is given by decide
};
struct RemoveTopic {
  std::uint32_t topic = 0;
  std::uint32_t reassign_to = 0;  // a leaf; 0 leaves the records without a topic
  bool confirm = false;           // needed when records would lose their topic
};
struct MergeTopics {
  std::vector<std::uint32_t> from;
  std::uint32_t into = 0;  // a leaf
};
// A new version of the grader, unless it says what the current one says.
struct DefineGrader {
  store::Blob definition;  // the grader object as JSON, checked and with defaults filled in
  std::string kind;
  std::string title;
  std::vector<std::string> models;
  std::string reason;  // at most 1000 bytes
};
// Adds the accepted ones of what a run has generated, and drops the others.
struct ReviewGeneration {
  RunId run;
  std::vector<std::uint32_t> accepted;  // numbers among the generated, from 0
  // Of the accepted ones, in their order:
  store::Blob lines;
  std::vector<std::uint32_t> lengths;  // bytes
  std::vector<std::uint32_t> topics;   // 0 = none
  std::vector<std::uint64_t> sources;  // records they were made from; 0 = several or none
  std::vector<std::uint8_t> strategies;
};
struct SetTargets {
  std::map<std::uint32_t, double> targets;  // percent per leaf; empty = uniform
};

// What a step has worked out since it looked at the state at `based_on`.
struct CommitBlock {
  RunId run;
  std::uint32_t attempt = 0;
  Position based_on = 0;
  std::vector<NewEvent> events;
  bool done = false;
  std::vector<store::Blob> blobs = {};  // that the events name
};
struct FailAttempt {
  RunId run;
  std::uint32_t attempt = 0;
  std::string error;
  bool worth_a_retry = true;
};

// The scheduler's own: what due() found.
struct StartDue {
  StepName step = StepName::validate;
  std::string because;
  Position cause = 0;
};
struct StartAttempt {
  RunId run;
};
struct CompleteImport {
  RunId run;
};
struct AbandonImport {
  RunId run;
};
struct PurgeDataset {};

using Command =
    std::variant<ChangeDataset, DeleteDataset, RequestRun, CancelRun, ResumeRun, SkipStep, BeginImport,
                 ImportBlock, ReceiveImport, FailImport, EditRecord, DeleteRecords, EraseRecords,
                 RevalidateRecords, AssignTopic, DefineTopics, ChangeTopic, AddTopic, RemoveTopic,
                 MergeTopics, SetTargets, DefineGrader, ReviewGeneration, CommitBlock, FailAttempt, StartDue,
                 StartAttempt, CompleteImport, AbandonImport, PurgeDataset>;

}  // namespace engine
