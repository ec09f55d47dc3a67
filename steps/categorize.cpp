// Categorization: gives every valid record without a topic the one it fits best, and says how sure that is.
// First block: learn from what has been found or assigned by hand. Then block after block of records.
#include "steps/topics/categorize.hpp"

#include <algorithm>
#include <unordered_map>

#include "steps/catalog.hpp"
#include "steps/text/normalize.hpp"

namespace steps {

namespace {
constexpr std::size_t block_records = 2048;
constexpr std::size_t corpus_max = 4'000;       // texts without labels that teach which words go together
constexpr std::size_t text_bytes_max = 16'384;  // of one message; the beginning says what it is about

struct Memory {
  std::optional<topics::Categorizer> categorizer;
  // What a classifier that had not seen them says of the records it learned from.
  std::unordered_map<std::uint64_t, topics::Assignment> held_out;
  std::uint64_t next = 1;
  text::Scratch scratch;
};

bool wants_topic(const engine::RecordRow& row) {
  return row.visible() && row.valid() && row.topic == 0;
}

std::vector<topics::TopicText> leaves_of(const engine::TopicTree& tree) {
  std::vector<topics::TopicText> leaves;
  for (const std::uint32_t id : tree.leaves()) {
    const engine::Topic& topic = *tree.find(id);
    leaves.push_back({id, topic.name, topic.description, topic.keywords});
  }
  return leaves;
}

// Records whose topic is known: those it was found in, and those a person assigned, whose word counts.
std::map<std::uint64_t, std::uint32_t> labelled(const engine::DatasetState& state) {
  std::map<std::uint64_t, std::uint32_t> topic_of;
  for (const engine::Topic& topic : state.topics->topics) {
    for (const std::uint64_t number : topic.members) {
      const engine::RecordRow* row = state.record(schemas::RecordId(number));
      if (row != nullptr && row->visible() && row->valid() && !row->is(engine::edited))
        topic_of[number] = topic.id;
    }
  }
  for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
    const engine::RecordRow& row = state.records[number - 1];
    if (row.visible() && row.valid() && row.method == schemas::AssignmentMethod::manual)
      topic_of[number] = row.topic;
  }
  return topic_of;
}

std::vector<std::uint64_t> corpus_of(const engine::DatasetState& state) {
  const std::uint64_t stride = std::max<std::uint64_t>(1, state.counters.valid / corpus_max);
  std::vector<std::uint64_t> numbers;
  std::uint64_t seen = 0;
  for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
    const engine::RecordRow& row = state.records[number - 1];
    if (row.visible() && row.valid() && seen++ % stride == 0) numbers.push_back(number);
  }
  return numbers;
}

schemas::Result<std::vector<std::string>> texts_of(const engine::StepInput& input,
                                                   const std::vector<std::uint64_t>& numbers) {
  std::vector<std::string> texts;
  text::Scratch scratch;
  const auto read =
      engine::read_records(input.state, numbers, input.blobs, [&](std::uint64_t, std::string_view line) {
        texts.push_back(text::last_user_message(line, scratch).substr(0, text_bytes_max));
      });
  if (!read) return std::unexpected(read.error());
  return texts;
}

schemas::NewEvent calibration_event(const engine::StepInput& input, const topics::Calibration& calibration) {
  schemas::CalibrationFittedT event;
  event.run = schemas::RunId(input.run.id);
  event.temperature = calibration.temperature;
  event.samples = calibration.samples;
  event.error_before = calibration.ece_before;
  event.error_after = calibration.ece_after;
  return schemas::encode(event);
}

schemas::Result<engine::StepBlock> learn(const engine::StepInput& input, Memory& memory) {
  const auto topic_of = labelled(input.state);
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, topic] : topic_of) numbers.push_back(number);
  const auto texts = texts_of(input, numbers);
  if (!texts) return std::unexpected(texts.error());
  const auto corpus = texts_of(input, corpus_of(input.state));
  if (!corpus) return std::unexpected(corpus.error());
  std::vector<topics::Example> examples;
  for (std::size_t i = 0; i < numbers.size(); ++i) examples.push_back({(*texts)[i], topic_of.at(numbers[i])});
  topics::CategorizerOptions options;
  options.seed = input.run.seed;
  options.keep_going = [&](double) { return !input.stop.stop_requested(); };
  const engine::Calibration& known = input.state.calibration;
  if (known.run == input.run.id && known.temperature > 0) {
    options.calibration = topics::Calibration{known.temperature, static_cast<std::uint32_t>(known.samples),
                                              known.error_before, known.error_after};
  }
  auto fitted = topics::Categorizer::fit(leaves_of(*input.state.topics), examples, *corpus, options);
  if (!fitted) return std::unexpected(fitted.error());
  memory.categorizer.emplace(std::move(*fitted));
  const auto held_out = memory.categorizer->held_out();
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    if (held_out[i].topic != 0) memory.held_out.emplace(numbers[i], held_out[i]);
  }
  schemas::RunProgressedT progress;
  progress.run = schemas::RunId(input.run.id);
  progress.total = input.state.uncategorized();
  progress.stage = "learned from " + std::to_string(examples.size()) + " records";
  return engine::StepBlock{
      {calibration_event(input, memory.categorizer->calibration()), schemas::encode(progress)}, false};
}

schemas::AssignmentMethod told(topics::Method method) {
  return method == topics::Method::keyword ? schemas::AssignmentMethod::keyword
                                           : schemas::AssignmentMethod::embedding;
}

schemas::Result<engine::StepBlock> assign_block(const engine::StepInput& input, Memory& memory) {
  const auto& records = input.state.records;
  while (memory.next <= records.size() && !wants_topic(records[memory.next - 1])) ++memory.next;
  if (memory.next > records.size()) return engine::StepBlock{{}, true};
  schemas::TopicsAssignedT event;
  event.run = schemas::RunId(input.run.id);
  event.first_record = schemas::RecordId(memory.next);
  const std::uint64_t end = std::min<std::uint64_t>(memory.next + block_records, records.size() + 1);
  std::vector<std::uint64_t> wanted;
  for (std::uint64_t number = memory.next; number < end; ++number) {
    if (wants_topic(records[number - 1])) wanted.push_back(number);
  }
  const std::size_t count = end - memory.next;
  event.topics.assign(count, 0);
  event.confidences.assign(count, 0);
  event.methods.assign(count, 0);
  event.runner_ups.assign(count, 0);
  const auto read = engine::read_records(
      input.state, wanted, input.blobs, [&](std::uint64_t number, std::string_view line) {
        const auto known = memory.held_out.find(number);
        const topics::Assignment assigned =
            known != memory.held_out.end()
                ? known->second
                : memory.categorizer->assign(
                      text::last_user_message(line, memory.scratch).substr(0, text_bytes_max));
        const std::size_t i = number - memory.next;
        event.topics[i] = assigned.topic;
        event.confidences[i] = static_cast<float>(assigned.confidence);
        event.methods[i] = static_cast<std::uint8_t>(told(assigned.method));
        event.runner_ups[i] = assigned.runner_up;
      });
  if (!read) return std::unexpected(read.error());
  memory.next = end;
  while (memory.next <= records.size() && !wants_topic(records[memory.next - 1])) ++memory.next;
  return engine::StepBlock{{schemas::encode(event)}, memory.next > records.size()};
}

schemas::Result<engine::StepBlock> work(const engine::StepInput& input, std::any& scratch) {
  if (!scratch.has_value()) {
    scratch = std::make_shared<Memory>();
    return learn(input, *std::any_cast<std::shared_ptr<Memory>&>(scratch));
  }
  return assign_block(input, *std::any_cast<std::shared_ptr<Memory>&>(scratch));
}
}  // namespace

engine::StepKind categorize() {
  return {schemas::StepName::categorize,
          "Gives every record the topic it fits best, and says how sure that is.", work};
}

}  // namespace steps
