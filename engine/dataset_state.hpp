// What a dataset is at a position: the fold of its events. Columnar and cheap to copy (copies share
// chunks), so the engine thread publishes one after every commit and readers on other threads keep it as
// long as they like. Holds no payload: a record's text is a blob that `Block` names. No behaviour but
// counting: who changes it is engine/apply.cpp alone.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cow_vector.hpp"
#include "engine/grading_state.hpp"
#include "schemas/facts.hpp"
#include "schemas/ids.hpp"

namespace engine {

using schemas::AssignmentMethod;
using schemas::BlobId;
using schemas::DatasetId;
using schemas::Position;
using schemas::RecordId;
using schemas::RunId;
using schemas::Source;
using schemas::StepName;
using schemas::TopicId;

inline constexpr float low_confidence = 0.7F;  // spec §2
inline constexpr std::size_t code_count = 13;  // steps::text::Code: valid and the twelve reasons

// Bits of RecordRow::flags. The first four are RecordsValidated's.
enum RecordFlag : std::uint16_t {
  has_tools = 1,
  has_output = 2,
  multi_turn = 4,
  tokens_exact = 8,
  staged = 16,       // imported by a run that has not completed: not counted, not shown
  deleted = 32,      // removed, replaced, or dropped with its import
  unvalidated = 64,  // no verdict, or one that no longer holds
  truncated = 128,   // longer than the line limit, kept cut
  edited = 256,
  erased = 512,  // deleted, and its content is gone for good
};

// One record: where its bytes are, what validation said, where it belongs.
struct RecordRow {
  std::uint32_t block = 0;   // index into DatasetState::blocks
  std::uint32_t offset = 0;  // of its bytes in the block
  std::uint32_t length = 0;
  std::uint32_t line = 0;  // physical line of the import, from 1
  std::uint32_t tokens = 0;
  std::uint32_t duplicate_of = 0;  // record number of the earlier one, 0 = not a duplicate
  std::uint32_t topic = 0;         // 0 = uncategorized
  std::uint32_t runner_up = 0;
  float confidence = 0;
  float score = -1;  // the last one, 0..1; below 0: none
  std::array<std::uint8_t, 16> hash{};
  std::uint16_t flags = 0;
  std::uint8_t code = 0;
  AssignmentMethod method = AssignmentMethod::none;

  [[nodiscard]] bool is(RecordFlag flag) const { return (flags & flag) != 0; }
  void set(RecordFlag flag, bool on) {
    flags = static_cast<std::uint16_t>(on ? flags | flag : flags & ~static_cast<unsigned>(flag));
  }
  // Counted and shown.
  [[nodiscard]] bool visible() const { return !is(staged) && !is(deleted); }
  [[nodiscard]] bool valid() const { return code == 0 && !is(unvalidated); }
};

static_assert(sizeof(RecordRow) == 60, "snapshots copy rows as bytes: no padding");

// Bytes of consecutive records, as one RecordsImported or RecordEdited put them into a blob.
struct Block {
  BlobId id;
  std::uint64_t first_record = 0;
  std::uint32_t count = 0;
  Source source = Source::upload;
  std::uint64_t run = 0;
  Position position = 0;  // of the event
};

// What an embedder made of some records, as one VectorsComputed put it into a blob.
struct VectorBlock {
  BlobId id;
  std::string embedder;
  Position position = 0;  // of the event
};

using TextHash = std::array<std::uint8_t, 16>;  // XXH3 of a text's bytes

// Where a record's vector is; block 0 = nowhere, else index into DatasetState::vector_blocks + 1.
struct VectorPlace {
  std::uint32_t block = 0;
  std::uint32_t row = 0;
};

struct Topic {
  std::uint32_t id = 0;
  std::uint32_t parent = 0;  // 0 = top level
  std::string name;
  std::string description;
  std::vector<std::string> keywords;
  schemas::LabelSource labels_by = schemas::LabelSource::person;
  std::vector<std::uint64_t> exemplars;  // the most central records
  std::vector<std::uint64_t> members;    // what a categorizer learns from

  bool operator==(const Topic&) const = default;
};

struct TopicTree {
  std::uint32_t version = 0;  // 0 = never defined
  schemas::TopicsMethod method = schemas::TopicsMethod::automatic;
  std::vector<Topic> topics;   // parents before children
  std::string template_name;   // of method template_
  std::string embedder;        // what the texts were compared by; empty when a person defined them
  std::string language;        // en, or other: compared by character n-grams
  std::uint64_t outliers = 0;  // of the records looked at, those far from the centre of their topic
  std::string label_model;     // that was asked for names; empty: none
  std::string label_problem;   // why some topics are named by their words all the same
  [[nodiscard]] const Topic* find(std::uint32_t id) const;
  [[nodiscard]] bool is_leaf(std::uint32_t id) const;
  [[nodiscard]] std::vector<std::uint32_t> leaves() const;
};

// Valid records of one leaf topic.
struct TopicCount {
  std::uint64_t records = 0;
  std::uint64_t low_confidence = 0;
  std::uint64_t manual = 0;
  bool operator==(const TopicCount&) const = default;
};

// Over visible records. records = valid + invalid + unvalidated.
struct Counters {
  std::uint64_t records = 0;
  std::uint64_t valid = 0;
  std::uint64_t invalid = 0;
  std::uint64_t unvalidated = 0;
  std::uint64_t duplicates = 0;  // among the valid
  std::uint64_t categorized = 0;
  std::uint64_t low_confidence = 0;  // categorized under 0.7
  std::uint64_t multi_turn = 0;      // among the valid
  std::array<std::uint64_t, code_count> by_code{};
  std::array<std::uint64_t, 3> by_source{};
  bool operator==(const Counters&) const = default;
};

enum class RunState : std::uint8_t {
  requested,
  running,
  waiting_retry,
  parked,
  completed,
  failed,
  cancelled
};

// Of the pair of ids that a record's metadata names (steps::text::Verdict::span_hash); zero: none.
using SpanHash = std::array<std::uint8_t, 16>;

struct SkippedCalls {
  std::string reason;
  std::uint64_t calls = 0;
};
// What is taken from the trace store, and up to where it has been.
struct Pull {
  std::string filter;           // JSON as the API has it; empty: calls were chosen one by one
  std::string folding;          // empty: not_a_prefix
  std::uint64_t watermark = 0;  // sequence number in the trace store: everything up to it has been looked at
  std::uint64_t matching = 0;   // known when received, as `skipped`
  std::vector<SkippedCalls> skipped;
  Position position = 0;  // of the event that ended it; 0 = not ended
  std::int64_t time = 0;  // of that event, µs UTC
  bool with_failed = false;
};

struct ImportProgress {
  schemas::ImportMode mode = schemas::ImportMode::append;
  Source source = Source::upload;
  std::string name;  // of the file, as the client gave it
  std::uint64_t bytes_expected = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t imported = 0;  // staged, later counted
  std::uint64_t validated = 0;
  std::uint64_t invalid = 0;
  std::uint64_t duplicates = 0;  // known when completed
  std::uint64_t lines = 0;       // known when received
  std::uint64_t blank = 0;
  std::uint64_t replaced = 0;
  std::uint64_t generation = 0;  // the run that generated these records; 0 = none
  bool received = false;
  bool categorize = false;   // give the records topics, whatever the settings say
  std::optional<Pull> pull;  // of an import from the trace store
};

struct Run {
  std::uint64_t id = 0;
  StepName step = StepName::import_;
  RunState state = RunState::requested;
  std::uint32_t attempt = 0;
  std::uint32_t forgiven = 0;  // of these attempts: those before the one in which it last got on
  std::uint64_t epoch = 0;     // of the daemon that started the attempt
  std::uint64_t seed = 0;
  std::string because;
  Position requested_at = 0;  // positions of the events
  Position started_at = 0;
  Position ended_at = 0;
  std::int64_t requested_time = 0;  // µs UTC
  std::int64_t started_time = 0;
  std::int64_t ended_time = 0;
  std::int64_t retry_time = 0;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::string stage;
  std::string error;
  std::optional<ImportProgress> import;
  std::optional<schemas::TopicsParametersT> topics;
  std::optional<schemas::CategorizeParametersT> categorize;
  std::optional<schemas::DryRunParametersT> dry_run;
  std::optional<schemas::GenerateParametersT> generate;
  std::vector<WorkBlock> calls;  // of topics and categorize: what models have answered
  Spending spent;                // for those

  // Attempts in a row without a block of work done, the present one included; too many park it.
  [[nodiscard]] std::uint32_t fruitless() const { return attempt - forgiven; }
  [[nodiscard]] bool ended() const {
    return state == RunState::completed || state == RunState::failed || state == RunState::cancelled;
  }
  // Wants work now or later, without a person.
  [[nodiscard]] bool active() const {
    return state == RunState::requested || state == RunState::running || state == RunState::waiting_retry;
  }
};

struct CoverageMeasurement {
  double balance = 0;
  double noise_floor = 0;
  double entropy = 0;
  double effective_topics = 0;
  Position position = 0;
};

struct Calibration {
  std::uint64_t run = 0;   // that fitted it
  double temperature = 0;  // 0 = none fitted
  std::uint64_t samples = 0;
  double error_before = 0;
  double error_after = 0;
};

// Where an input last changed, for the stale marks: position and what happened.
struct LastChange {
  Position position = 0;
  std::string because;
};

struct Settings {
  std::uint32_t max_tokens = 8000;
  std::uint32_t min_user_characters = 0;
  std::string encoding = "o200k_base";
  std::string embedder = "quality";  // what compares texts: quality, fast, words, or provider/model
  std::string label_model;           // provider/model that names topics; empty: their own words do
  bool categorize_imports = false;   // records that are added get one of the topics there are
  bool operator==(const Settings&) const = default;
  // Whether a verdict on a record holds under the other settings as well.
  [[nodiscard]] bool same_limits(const Settings& other) const {
    return max_tokens == other.max_tokens && min_user_characters == other.min_user_characters &&
           encoding == other.encoding;
  }
};

// A payload that gave way to one in which erased records are blank.
struct ReplacedPayload {
  Position position = 0;  // of the event that named `from`
  BlobId from;
  BlobId to;
};

struct Erasure {
  Position position = 0;  // of the event
  std::vector<std::uint64_t> records;
  std::vector<ReplacedPayload> replaced;
};

struct DatasetState {
  bool outline =
      false;  // not the state itself: records, blocks and vectors are left out (never written down)
  std::uint64_t id = 0;
  Position position = 0;  // of the newest event folded in
  std::int64_t time = 0;  // of that event, µs UTC
  std::int64_t created_time = 0;
  std::string name;
  std::string objective;
  Source source = Source::upload;
  Settings settings;
  Position settings_changed = 0;
  Position invalidated_at = 0;  // records were sent back to validation
  Position deleted_at = 0;      // 0 = alive
  bool purged = false;
  std::uint64_t forked_from = 0;
  Position forked_at = 0;
  std::uint64_t archived_from = 0;  // id in the store that wrote the archive; 0 = not from an archive
  Position archived_at = 0;

  CowVector<RecordRow, 1024> records;  // index = record number - 1
  CowVector<Block, 256> blocks;
  CowVector<VectorPlace, 1024> vectors;  // index = record number - 1; shorter than `records`
  CowVector<VectorBlock, 64> vector_blocks;
  CowVector<SpanHash, 1024>
      spans;  // index = record number - 1; shorter than `records`, zero where there is none
  std::map<TextHash, std::vector<VectorPlace>> text_vectors;  // of texts that are no records, by embedder
  Counters counters;
  std::uint64_t pending = 0;  // records to be validated, staged ones included

  std::shared_ptr<const TopicTree> topics = std::make_shared<const TopicTree>();
  std::map<std::uint32_t, TopicCount> topic_counts;  // leaves, empty ones included
  std::uint32_t topics_ever = 0;                     // the highest topic id given so far
  Calibration calibration;
  std::map<std::uint32_t, double> targets;  // percent; empty = uniform
  std::optional<CoverageMeasurement> coverage;

  CowVector<Run, 32> runs;               // index = run number - 1
  CowVector<GraderVersion, 16> graders;  // index = version - 1
  CowVector<DryRun, 4> dry_runs;         // in the order they were requested
  CowVector<Generation, 4> generations;
  std::map<StepName, std::string> skipped;  // step -> reason, until it runs
  std::optional<Pull> pull;                 // the newest one that has completed

  LastChange records_changed;      // import, edit, delete, a verdict that moved
  LastChange topics_changed;       // the hierarchy
  LastChange assignments_changed;  // topics of records
  LastChange grader_changed;
  std::vector<Erasure> erasures;  // in the order they happened
  bool categorize_due = false;    // topics were defined and nobody has assigned yet
  bool coverage_due = false;      // a categorization has ended

  [[nodiscard]] const RecordRow* record(RecordId id) const;  // null when it never existed
  // The earlier record of the same messages and tools that this one repeats, or itself.
  [[nodiscard]] std::uint64_t first_of_content(std::uint64_t number) const;
  // Where the vector of a record, or of the earlier one it repeats, is; null when `embedder` has made none.
  [[nodiscard]] const VectorPlace* vector(std::uint64_t number, std::string_view embedder) const;
  [[nodiscard]] const VectorPlace* text_vector(const TextHash& hash, std::string_view embedder) const;
  [[nodiscard]] const Run* run(RunId id) const;
  [[nodiscard]] const Run* last_run(StepName step) const;
  // The newest run of a step that has completed; null when there is none.
  [[nodiscard]] const Run* last_completed(StepName step) const;
  [[nodiscard]] const Run* active_run(StepName step) const;
  [[nodiscard]] const GraderVersion* grader() const;  // the one that counts; null when there is none
  [[nodiscard]] const GraderVersion* grader(std::uint32_t version) const;
  [[nodiscard]] const DryRun* dry_run(std::uint64_t run) const;
  // The newest one whose verdict is known.
  [[nodiscard]] const DryRun* last_measured() const;
  [[nodiscard]] const Generation* generation(std::uint64_t run) const;
  [[nodiscard]] std::uint64_t uncategorized() const { return counters.valid - counters.categorized; }
};

// What lists of datasets need of a state, without all that grows with records.
DatasetState outline_of(const DatasetState& state);
// Of memory, about: what outline_of() would save.
std::size_t bytes_of(const DatasetState& state);

// Every payload that the state names, each once.
std::vector<BlobId> blobs_of(const DatasetState& state);

// Puts the blank payloads of an erasure in the place of what was erased, as far as the state names it.
void replace_payloads(DatasetState& state, const std::vector<ReplacedPayload>& replaced);
// Erasing reaches into the past: makes of a state folded up to some position what may be shown of it today.
void redact(DatasetState& past, const DatasetState& newest);

}  // namespace engine
