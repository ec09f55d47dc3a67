// Automatic topics: reads the last user messages (a seeded sample of them when there are very many), finds
// groups that the words suggest, names them by keyphrases. Two blocks: read, then find.
#include "steps/topics/find_topics.hpp"

#include <algorithm>

#include "steps/catalog.hpp"
#include "steps/text/normalize.hpp"

namespace steps {

namespace {
constexpr std::size_t texts_max = 20'000;       // more records are represented by a sample of this many
constexpr std::size_t members_kept_max = 200;   // per topic, for the categorizer to learn from
constexpr std::size_t text_bytes_max = 16'384;  // of one message; the beginning says what it is about

struct Memory {
  std::vector<std::uint64_t> records;
  std::vector<std::string> texts;
};

// splitmix64's finalizer: which records a sample takes depends on their number and the seed alone.
std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

std::vector<std::uint64_t> sampled(const engine::DatasetState& state, std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> drawn;
  for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
    const engine::RecordRow& row = state.records[number - 1];
    if (row.visible() && row.valid() && row.duplicate_of == 0)
      drawn.emplace_back(mix(number ^ mix(seed)), number);
  }
  if (drawn.size() > texts_max) {
    std::ranges::nth_element(drawn, drawn.begin() + texts_max);
    drawn.resize(texts_max);
  }
  std::vector<std::uint64_t> numbers;
  for (const auto& [order, number] : drawn) numbers.push_back(number);
  std::ranges::sort(numbers);
  return numbers;
}

schemas::Result<engine::StepBlock> read_texts(const engine::StepInput& input, Memory& memory) {
  text::Scratch scratch;
  memory.records = sampled(input.state, input.run.seed);
  const auto read = engine::read_records(
      input.state, memory.records, input.blobs, [&](std::uint64_t, std::string_view line) {
        memory.texts.push_back(text::last_user_message(line, scratch).substr(0, text_bytes_max));
      });
  if (!read) return std::unexpected(read.error());
  if (memory.texts.empty()) {
    return schemas::fail(schemas::ErrorCode::blocked, "at least one valid record", "none",
                         "import a file with chat records");
  }
  schemas::RunProgressedT progress;
  progress.run = schemas::RunId(input.run.id);
  progress.done = 1;
  progress.total = 2;
  progress.stage = "finding topics in " + std::to_string(memory.texts.size()) + " messages";
  return engine::StepBlock{{schemas::encode(progress)}, false};
}

std::vector<std::uint64_t> records_of(const Memory& memory, const std::vector<std::uint32_t>& rows,
                                      std::size_t most) {
  std::vector<std::uint64_t> numbers;
  const std::size_t stride = std::max<std::size_t>(1, (rows.size() + most - 1) / most);
  for (std::size_t i = 0; i < rows.size(); i += stride) numbers.push_back(memory.records[rows[i]]);
  return numbers;
}

std::unique_ptr<schemas::TopicT> told(const topics::Topic& topic, std::uint32_t id, std::uint32_t parent,
                                      bool is_leaf, const Memory& memory) {
  auto table = std::make_unique<schemas::TopicT>();
  table->id = schemas::TopicId(id);
  table->parent = parent;
  table->name = topic.name;
  table->description = topic.description;
  table->keywords = topic.keywords;
  table->labels_by = schemas::LabelSource::keyphrase;
  table->exemplars = records_of(memory, topic.exemplars, topic.exemplars.size() + 1);
  if (is_leaf) table->members = records_of(memory, topic.members, members_kept_max);
  return table;
}

// Upper nodes first: the hierarchy names parents before their children.
schemas::TopicsDefinedT event_of(const engine::StepInput& input, const topics::TopicProposal& proposal,
                                 const Memory& memory) {
  schemas::TopicsDefinedT event;
  event.version = input.state.topics->version + 1;
  event.method = schemas::TopicsMethod::automatic;
  event.clear_assignments = true;
  event.run = input.run.id;
  std::vector<std::uint32_t> id_of(proposal.topics.size(), 0);
  std::uint32_t next = input.state.topics_ever + 1;
  const auto add = [&](std::size_t i, bool is_leaf) {
    const topics::Topic& topic = proposal.topics[i];
    id_of[i] = next++;
    const std::uint32_t parent = topic.parent == topics::Topic::no_parent ? 0 : id_of[topic.parent];
    event.topics.push_back(told(topic, id_of[i], parent, is_leaf, memory));
  };
  // Among upper nodes the last is the highest.
  for (std::size_t i = proposal.topics.size(); i-- > proposal.leaves;) add(i, false);
  for (std::size_t i = 0; i < proposal.leaves; ++i) add(i, true);
  return event;
}

schemas::Result<engine::StepBlock> work(const engine::StepInput& input, std::any& scratch) {
  const auto& parameters = input.run.topics;
  if (!scratch.has_value()) {
    scratch = std::make_shared<Memory>();
    return read_texts(input, *std::any_cast<std::shared_ptr<Memory>&>(scratch));
  }
  const Memory& memory = *std::any_cast<std::shared_ptr<Memory>&>(scratch);
  topics::TopicOptions options;
  options.seed = input.run.seed;
  if (parameters && parameters->max_topics > 0) options.topics_max = parameters->max_topics;
  if (parameters && parameters->min_topics > 0) options.topics_min = parameters->min_topics;
  if (parameters && parameters->depth > 0) options.depth = parameters->depth;
  const auto proposal =
      topics::find_topics(memory.texts, options, [&](double) { return !input.stop.stop_requested(); });
  if (!proposal) return std::unexpected(proposal.error());
  return engine::StepBlock{{schemas::encode(event_of(input, *proposal, memory))}, true};
}
}  // namespace

engine::StepKind find_topics() {
  return {schemas::StepName::topics, "Finds what the records are about and names it.", work};
}

}  // namespace steps
