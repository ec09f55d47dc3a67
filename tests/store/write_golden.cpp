// Writes the golden files that are missing: run it once after adding an event type or a version of one. What
// is there stays as it is, for it stands for logs that are out there; only before a first release may one be
// deleted to be written anew.
#include <cstdio>

#include "store/codec.hpp"
#include "tests/store/golden.hpp"

namespace {
using namespace schemas;

Hash some_hash() {
  return store::sha256("golden");
}

template <class Fact>
void write(const Fact& fact) {
  const NewEvent event = encode(fact);
  const auto path = store_test::golden_file(event.type, event.version, ".event");
  if (std::filesystem::exists(path)) return;
  const auto number = static_cast<std::uint64_t>(event.type);
  store::EnvelopeEncoder encoder;
  const std::string envelope =
      encoder.encode({.stream = 7,
                      .position = number + 1,
                      .global_position = number + 100,
                      .time = 1'700'000'000'000'000 + static_cast<std::int64_t>(number),
                      .actor = "local",
                      .command = "c-" + std::to_string(number),
                      .cause = number,
                      .run = 3,
                      .idempotency_key = "key-" + std::to_string(number),
                      .epoch = 2,
                      .prev_hash = some_hash()},
                     event);
  const auto prefix = store::checksum_prefix(envelope);
  std::ofstream(path, std::ios::binary) << std::string_view(prefix.data(), prefix.size()) << envelope;
  std::ofstream(store_test::golden_file(event.type, event.version, ".json"), std::ios::binary)
      << to_json(event.type, event.body) << "\n";
  std::puts(path.filename().c_str());
}

// Fills a fact in place.
template <class Fact, class Fill>
void write(Fill fill) {
  Fact fact;
  fill(fact);
  write(fact);
}

std::unique_ptr<DatasetSettingsT> settings() {
  auto made = std::make_unique<DatasetSettingsT>();
  made->max_tokens = 4000;
  made->min_user_characters = 3;
  made->encoding = "cl100k_base";
  return made;
}

void write_datasets() {
  write<DatasetRegisteredT>([](auto& f) { f.dataset = DatasetId(7), f.name = "Schach – Züge"; });
  write<DatasetUnregisteredT>([](auto& f) { f.dataset = DatasetId(7); });
  write<DatasetCreatedT>([](auto& f) {
    f.name = "chess", f.objective = "win \"more\" games", f.source = Source::trace, f.settings = settings();
  });
  write<DatasetChangedT>([](auto& f) { f.name = "go", f.objective = "", f.settings = settings(); });
  write<DatasetDeletedT>([](auto& f) { f.records = 12; });
  write<DatasetPurgedT>([](auto& f) { f.blobs = 3, f.bytes = 4096; });
  write<ArchiveImportedT>([](auto& f) {
    f.source = DatasetId(6), f.source_position = 99, f.source_hash = some_hash(), f.name = "chess, elsewhere";
  });
  write<DatasetForkedT>([](auto& f) {
    f.source = DatasetId(6), f.source_position = 99, f.source_hash = some_hash(), f.name = "chess, again";
  });
}

void write_runs() {
  write<RunRequestedT>([](auto& f) {
    f.run = RunId(3), f.step = StepName::topics, f.seed = 42, f.because = "triggered";
    f.parameters = std::make_unique<RunParametersT>();
    f.parameters->topics = std::make_unique<TopicsParametersT>();
    f.parameters->topics->method = TopicsMethod::template_;
    f.parameters->topics->max_topics = 12;
    f.parameters->topics->template_name = "support";
  });
  write<RunStartedT>([](auto& f) { f.run = RunId(3), f.attempt = 1; });
  write<RunProgressedT>([](auto& f) { f.run = RunId(3), f.done = 10, f.total = 20, f.stage = "embedding"; });
  write<RunCompletedT>([](auto& f) { f.run = RunId(3); });
  write<AttemptFailedT>([](auto& f) {
    f.run = RunId(3), f.attempt = 2, f.error = "no answer", f.retry_at = 1'700'000'001'000'000;
  });
  write<RunFailedT>([](auto& f) { f.run = RunId(3), f.error = "no such file"; });
  write<RunParkedT>([](auto& f) { f.run = RunId(3), f.attempt = 5, f.error = "no answer"; });
  write<RunResumedT>([](auto& f) { f.run = RunId(3); });
  write<RunCancelledT>([](auto& f) { f.run = RunId(3), f.reason = "changed my mind"; });
  write<StepSkippedT>([](auto& f) { f.step = StepName::generate, f.reason = "covered"; });
}

void write_records() {
  write<RecordsImportedT>([](auto& f) {
    f.run = RunId(3), f.block = BlobId(1, 2), f.first_record = RecordId(100), f.lengths = {10, 20, 30};
    f.first_line = 5, f.line_gaps = {0, 2, 0}, f.source = Source::synthetic, f.bytes_read = 62,
    f.truncated = {1};
  });
  write<ImportReceivedT>([](auto& f) { f.run = RunId(3), f.lines = 5, f.blank = 2, f.bytes = 62; });
  write<ImportCompletedT>(
      [](auto& f) { f.run = RunId(3), f.imported = 3, f.valid = 2, f.invalid = 1, f.replaced = 4; });
  write<RecordsValidatedT>([](auto& f) {
    f.run = RunId(3), f.first_record = RecordId(100), f.codes = {0, 4}, f.flags = {1, 0}, f.tokens = {7, 0};
    f.hashes.assign(32, 9), f.span_hashes.assign(32, 8);
  });
  write<RecordEditedT>([](auto& f) { f.record = RecordId(101), f.block = BlobId(3, 4), f.length = 25; });
  write<RecordsDeletedT>([](auto& f) { f.records = {100, 102}; });
  write<RecordsErasedT>([](auto& f) {
    f.records = {101}, f.reason = "asked for";
    auto payload = std::make_unique<PayloadReplacedT>();
    payload->position = 7, payload->from = BlobId(1, 2), payload->to = BlobId(3, 4);
    f.replaced.push_back(std::move(payload));
  });
  write<RecordsInvalidatedT>([](auto& f) { f.records = {101}, f.all = true, f.reason = "limits changed"; });
}

void write_topics() {
  write<TopicsDefinedT>([](auto& f) {
    f.version = 2, f.method = TopicsMethod::automatic, f.clear_assignments = true, f.run = 3;
    auto topic = std::make_unique<TopicT>();
    topic->id = TopicId(1), topic->parent = 0, topic->name = "openings",
    topic->description = "the first moves";
    topic->keywords = {"e4", "d4"}, topic->labels_by = LabelSource::keyphrase, topic->exemplars = {100};
    f.topics.push_back(std::move(topic));
  });
  write<TopicsAssignedT>([](auto& f) {
    f.run = RunId(3), f.first_record = RecordId(100), f.topics = {1, 0}, f.confidences = {0.75F, 0.5F};
    f.methods = {2, 0}, f.runner_ups = {0, 1};
  });
  write<TopicAssignedManuallyT>([](auto& f) { f.records = {101}, f.topic = 1; });
  write<AssignmentsClearedT>([](auto& f) { f.run = 3, f.keep_manual = true; });
  write<CalibrationFittedT>([](auto& f) {
    f.run = RunId(3), f.temperature = 1.5, f.samples = 200, f.error_before = 0.25, f.error_after = 0.125;
  });
  write<VectorsComputedT>([](auto& f) {
    f.run = RunId(3), f.block = BlobId(5, 6), f.embedder = "use-lite+glove", f.records = {100, 102};
  });
  write<TopicChangedT>([](auto& f) {
    f.topic = TopicId(1), f.name = "first moves", f.description = "how a game begins", f.keywords = {"c4"},
    f.sets_keywords = true, f.parent = 2, f.moved = true;
  });
  write<TopicAddedT>([](auto& f) {
    f.topic = std::make_unique<TopicT>();
    f.topic->id = TopicId(4), f.topic->parent = 1, f.topic->name = "gambits", f.topic->keywords = {"f4"};
  });
  write<TopicRemovedT>([](auto& f) { f.topic = TopicId(4), f.reassign_to = 1, f.merged = true; });
  write<TopicSplitT>([](auto& f) {
    f.topic = TopicId(1), f.run = 3;
    auto part = std::make_unique<TopicT>();
    part->id = TopicId(5), part->parent = 1, part->name = "open games", part->members = {100};
    f.parts.push_back(std::move(part));
  });
  write<CoverageMeasuredT>([](auto& f) {
    f.run = RunId(3), f.balance = 0.5, f.noise_floor = 0.25, f.entropy = 1.5, f.effective_topics = 4.5;
    f.categorized = 90, f.uncategorized = 10;
  });
  write<CoverageTargetsSetT>([](auto& f) {
    auto target = std::make_unique<CoverageTargetT>();
    target->topic = TopicId(1), target->percent = 12.5;
    f.targets.push_back(std::move(target));
  });
}

void write_grading() {
  write<GraderDefinedT>([](auto& f) {
    f.version = 2, f.definition = BlobId(5, 6), f.kind = "llm_judge", f.title = "Judge: gpt-4o";
    f.models = {"gpt-4o"}, f.reason = "stricter", f.restores = 1;
  });
  write<DryRunSampledT>([](auto& f) {
    f.run = RunId(3), f.sample = BlobId(7, 8), f.records = 300, f.candidates = 790, f.without_answer = 218;
    f.answers_of = 2;
  });
  write<SamplesAnsweredT>([](auto& f) {
    f.run = RunId(3), f.block = BlobId(9, 10), f.first = 64, f.count = 32, f.missing = 1;
    f.input_tokens = 4000, f.output_tokens = 900, f.cost_usd = 0.25;
  });
  write<SamplesGradedT>([](auto& f) {
    f.run = RunId(3), f.block = BlobId(11, 12), f.first = 64, f.records = {100, 101}, f.scores = {0.75, -1};
  });
  write<CallsRecordedT>([](auto& f) {
    f.run = RunId(3), f.block = BlobId(13, 14), f.count = 2, f.input_tokens = 400, f.output_tokens = 90;
    f.cost_usd = 0.125;
  });
  write<DryRunMeasuredT>([](auto& f) {
    f.run = RunId(3), f.verdict = Verdict::caution, f.mean = 0.15, f.std = 0.25, f.above_zero = 0.75;
    f.scored = 299, f.unscored = 1, f.cause = "the mean is 0.15";
  });
}

void write_generation() {
  write<GenerationPlannedT>([](auto& f) {
    f.run = RunId(3), f.planned = 10, f.balance_before = 0.25, f.balance_after = 0.5;
    auto call = std::make_unique<GenerationCallT>();
    call->strategy = Strategy::few_shot, call->topic = 1, call->sources = {100, 101}, call->count = 10,
    call->sample = 2;
    f.calls.push_back(std::move(call));
  });
  write<RecordsGeneratedT>([](auto& f) {
    f.run = RunId(3), f.block = BlobId(15, 16), f.first_call = 4, f.calls = 1, f.count = 7;
    f.rejected = {1, 0, 0, 1, 0, 1, 0}, f.failed = 1;
  });
  write<GenerationReviewedT>([](auto& f) {
    f.run = RunId(3), f.import_run = 4, f.first_record = 200, f.accepted = {0, 2}, f.rejected = 5;
    f.sources = {100, 0}, f.strategies = {1, 2}, f.topics = {1, 0};
  });
}
}  // namespace

int main() {
  std::filesystem::create_directories(store_test::golden_file(EventType::none, 1, "").parent_path());
  write_datasets();
  write_runs();
  write_records();
  write_topics();
  write_grading();
  write_generation();
}
