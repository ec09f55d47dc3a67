#include "tests/support/event_builders.hpp"

#include "store/event_log.hpp"

namespace support {

using namespace schemas;

std::array<std::uint8_t, 16> hash_of(unsigned content) {
  std::array<std::uint8_t, 16> hash{};
  hash[0] = static_cast<std::uint8_t>(content % 5);
  hash[1] = 1;
  hash[14] = static_cast<std::uint8_t>(content >> 8U);
  hash[15] = static_cast<std::uint8_t>(content);
  return hash;
}

NewEvent dataset_registered(std::uint64_t dataset) {
  DatasetRegisteredT fact;
  fact.dataset = DatasetId(dataset);
  return encode(fact);
}

NewEvent dataset_unregistered(std::uint64_t dataset) {
  DatasetUnregisteredT fact;
  fact.dataset = DatasetId(dataset);
  return encode(fact);
}

NewEvent dataset_created(std::string name, std::string objective) {
  DatasetCreatedT fact;
  fact.name = std::move(name);
  fact.objective = std::move(objective);
  return encode(fact);
}

NewEvent dataset_changed(std::string name, std::string objective) {
  DatasetChangedT fact;
  fact.name = std::move(name);
  fact.objective = std::move(objective);
  return encode(fact);
}

NewEvent settings_changed(std::uint32_t max_tokens) {
  DatasetChangedT fact;
  fact.name = "chess";
  fact.objective = "explain chess moves";
  fact.settings = std::make_unique<DatasetSettingsT>();
  fact.settings->max_tokens = max_tokens;
  return encode(fact);
}

NewEvent dataset_deleted() {
  return encode(DatasetDeletedT{});
}
NewEvent dataset_purged() {
  return encode(DatasetPurgedT{});
}

NewEvent dataset_forked(std::uint64_t source, Position at, std::string name) {
  DatasetForkedT fact;
  fact.source = DatasetId(source);
  fact.source_position = at;
  fact.name = std::move(name);
  return encode(fact);
}

NewEvent archive_imported(std::uint64_t source, Position at, std::string name) {
  ArchiveImportedT fact;
  fact.source = DatasetId(source);
  fact.source_position = at;
  fact.name = std::move(name);
  return encode(fact);
}

NewEvent records_erased(std::vector<std::uint64_t> records, Position position) {
  RecordsErasedT fact;
  fact.records = std::move(records);
  auto payload = std::make_unique<PayloadReplacedT>();
  payload->position = position;
  payload->to = BlobId(98, 1);
  fact.replaced.push_back(std::move(payload));
  return encode(fact);
}

NewEvent run_requested(std::uint64_t run, StepName step) {
  RunRequestedT fact;
  fact.run = RunId(run);
  fact.step = step;
  fact.seed = run;
  fact.because = "the test asks";
  return encode(fact);
}

NewEvent categorize_requested(std::uint64_t run, bool overwrite_manual) {
  RunRequestedT fact;
  fact.run = RunId(run);
  fact.step = StepName::categorize;
  fact.parameters = std::make_unique<RunParametersT>();
  fact.parameters->categorize = std::make_unique<CategorizeParametersT>();
  fact.parameters->categorize->overwrite_manual = overwrite_manual;
  return encode(fact);
}

NewEvent import_requested(std::uint64_t run, ImportMode mode) {
  RunRequestedT fact;
  fact.run = RunId(run);
  fact.step = StepName::import_;
  fact.parameters = std::make_unique<RunParametersT>();
  fact.parameters->import_ = std::make_unique<ImportParametersT>();
  fact.parameters->import_->mode = mode;
  return encode(fact);
}

namespace {
template <class Fact>
Fact of_run(std::uint64_t run) {
  Fact fact;
  fact.run = RunId(run);
  return fact;
}
}  // namespace

NewEvent run_started(std::uint64_t run, std::uint32_t attempt) {
  auto fact = of_run<RunStartedT>(run);
  fact.attempt = attempt;
  return encode(fact);
}

NewEvent run_progressed(std::uint64_t run, std::uint64_t done, std::uint64_t total) {
  auto fact = of_run<RunProgressedT>(run);
  fact.done = done;
  fact.total = total;
  return encode(fact);
}

NewEvent run_completed(std::uint64_t run) {
  return encode(of_run<RunCompletedT>(run));
}

NewEvent attempt_failed(std::uint64_t run, std::uint32_t attempt, std::int64_t retry_at) {
  auto fact = of_run<AttemptFailedT>(run);
  fact.attempt = attempt;
  fact.error = "it stumbled";
  fact.retry_at = retry_at;
  return encode(fact);
}

NewEvent run_failed(std::uint64_t run, std::string error) {
  auto fact = of_run<RunFailedT>(run);
  fact.error = std::move(error);
  return encode(fact);
}

NewEvent run_parked(std::uint64_t run) {
  auto fact = of_run<RunParkedT>(run);
  fact.error = "it stumbled too often";
  return encode(fact);
}

NewEvent run_resumed(std::uint64_t run) {
  return encode(of_run<RunResumedT>(run));
}

NewEvent run_cancelled(std::uint64_t run) {
  auto fact = of_run<RunCancelledT>(run);
  fact.reason = "cancelled";
  return encode(fact);
}

NewEvent step_skipped(StepName step, std::string reason) {
  StepSkippedT fact;
  fact.step = step;
  fact.reason = std::move(reason);
  return encode(fact);
}

NewEvent records_imported(std::uint64_t run, std::uint64_t first, std::size_t count) {
  auto fact = of_run<RecordsImportedT>(run);
  fact.block = BlobId(run, first);
  fact.first_record = RecordId(first);
  fact.lengths.assign(count, 100);
  fact.first_line = first;
  return encode(fact);
}

NewEvent import_received(std::uint64_t run, std::uint64_t lines) {
  auto fact = of_run<ImportReceivedT>(run);
  fact.lines = lines;
  return encode(fact);
}

NewEvent import_completed(std::uint64_t run, std::uint64_t imported_count) {
  auto fact = of_run<ImportCompletedT>(run);
  fact.imported = imported_count;
  return encode(fact);
}

NewEvent records_validated(std::uint64_t run, std::uint64_t first, const std::vector<Verdict>& verdicts) {
  auto fact = of_run<RecordsValidatedT>(run);
  fact.first_record = RecordId(first);
  std::vector<std::uint8_t> spans;
  bool any_span = false;
  for (const Verdict& verdict : verdicts) {
    fact.codes.push_back(verdict.code);
    fact.flags.push_back(verdict.multi_turn ? engine::multi_turn : 0);
    fact.tokens.push_back(verdict.tokens);
    const auto hash = verdict.code == 0 ? hash_of(verdict.content) : std::array<std::uint8_t, 16>{};
    fact.hashes.insert(fact.hashes.end(), hash.begin(), hash.end());
    const auto span = verdict.span != 0 ? hash_of(verdict.span) : std::array<std::uint8_t, 16>{};
    spans.insert(spans.end(), span.begin(), span.end());
    any_span |= verdict.span != 0;
  }
  if (any_span) fact.span_hashes = std::move(spans);
  return encode(fact);
}

NewEvent record_edited(std::uint64_t record) {
  RecordEditedT fact;
  fact.record = RecordId(record);
  fact.block = BlobId(99, record);
  fact.length = 50;
  return encode(fact);
}

NewEvent records_deleted(std::vector<std::uint64_t> records) {
  RecordsDeletedT fact;
  fact.records = std::move(records);
  return encode(fact);
}

NewEvent records_invalidated(std::vector<std::uint64_t> records) {
  RecordsInvalidatedT fact;
  fact.records = std::move(records);
  return encode(fact);
}

NewEvent all_records_invalidated() {
  RecordsInvalidatedT fact;
  fact.all = true;
  return encode(fact);
}

NewEvent topics_defined(std::uint32_t version, const std::vector<TopicSpec>& topics, std::uint64_t run) {
  TopicsDefinedT fact;
  fact.version = version;
  fact.run = run;
  for (const TopicSpec& topic : topics) {
    auto told = std::make_unique<TopicT>();
    told->id = TopicId(topic.id);
    told->name = topic.name;
    told->parent = topic.parent;
    told->keywords = {"word", topic.name};
    told->members = {topic.id};
    fact.topics.push_back(std::move(told));
  }
  return encode(fact);
}

NewEvent topics_assigned(std::uint64_t run, std::uint64_t first, const std::vector<Assigned>& assigned) {
  auto fact = of_run<TopicsAssignedT>(run);
  fact.first_record = RecordId(first);
  for (const Assigned& one : assigned) {
    fact.topics.push_back(one.topic);
    fact.confidences.push_back(one.confidence);
    fact.methods.push_back(static_cast<std::uint8_t>(AssignmentMethod::embedding));
    fact.runner_ups.push_back(one.runner_up);
  }
  return encode(fact);
}

NewEvent topic_assigned_manually(std::vector<std::uint64_t> records, std::uint32_t topic) {
  TopicAssignedManuallyT fact;
  fact.records = std::move(records);
  fact.topic = topic;
  return encode(fact);
}

NewEvent assignments_cleared(bool keep_manual) {
  AssignmentsClearedT fact;
  fact.keep_manual = keep_manual;
  return encode(fact);
}

NewEvent calibration_fitted(std::uint64_t run, double temperature) {
  auto fact = of_run<CalibrationFittedT>(run);
  fact.temperature = temperature;
  fact.samples = 40;
  return encode(fact);
}

NewEvent vectors_computed(std::uint64_t run, std::vector<std::uint64_t> records, std::string embedder) {
  VectorsComputedT event;
  event.run = RunId(run);
  event.block = BlobId(77, run);
  event.embedder = std::move(embedder);
  event.records = std::move(records);
  return encode(event);
}

NewEvent topic_renamed(std::uint32_t topic, std::string name) {
  TopicChangedT event;
  event.topic = TopicId(topic);
  event.name = std::move(name);
  return encode(event);
}

NewEvent topic_moved(std::uint32_t topic, std::uint32_t parent) {
  TopicChangedT event;
  event.topic = TopicId(topic);
  event.parent = parent;
  event.moved = true;
  return encode(event);
}

namespace {
std::unique_ptr<TopicT> topic_from(const TopicSpec& spec) {
  auto topic = std::make_unique<TopicT>();
  topic->id = TopicId(spec.id);
  topic->parent = spec.parent;
  topic->name = spec.name;
  return topic;
}
}  // namespace

NewEvent topic_added(const TopicSpec& topic) {
  TopicAddedT event;
  event.topic = topic_from(topic);
  return encode(event);
}

NewEvent topic_removed(std::uint32_t topic, std::uint32_t reassign_to, bool merged) {
  TopicRemovedT event;
  event.topic = TopicId(topic);
  event.reassign_to = reassign_to;
  event.merged = merged;
  return encode(event);
}

NewEvent topic_split(std::uint32_t topic, std::uint64_t run, const std::vector<TopicSpec>& parts) {
  TopicSplitT event;
  event.topic = TopicId(topic);
  event.run = run;
  for (const TopicSpec& part : parts) event.parts.push_back(topic_from(part));
  return encode(event);
}

NewEvent coverage_measured(std::uint64_t run, double balance) {
  auto fact = of_run<CoverageMeasuredT>(run);
  fact.balance = balance;
  return encode(fact);
}

NewEvent coverage_targets_set(const std::map<std::uint32_t, double>& targets) {
  CoverageTargetsSetT fact;
  for (const auto& [topic, percent] : targets) {
    auto told = std::make_unique<CoverageTargetT>();
    told->topic = TopicId(topic);
    told->percent = percent;
    fact.targets.push_back(std::move(told));
  }
  return encode(fact);
}

}  // namespace support
