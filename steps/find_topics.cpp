// Topics, by template or automatic: reads the last user messages (a seeded sample of them when there are very
// many), embeds them block by block, then finds the groups that they form and names them by keyphrases.
#include "steps/topics/find_topics.hpp"

#include <algorithm>

#include "steps/catalog.hpp"
#include "steps/embed/language.hpp"
#include "steps/name_topics.hpp"
#include "steps/topic_events.hpp"
#include "steps/topics/templates.hpp"
#include "steps/vectors.hpp"

namespace steps {

namespace {
constexpr std::size_t texts_max = 20'000;  // more records are represented by a sample of this many
constexpr double english_share_min = 0.8;

using schemas::Position;

struct Memory {
  std::vector<std::uint64_t> records;
  std::vector<std::string> texts;
  std::shared_ptr<const embed::Embedder> embedder;  // none: words alone
  bool english = true;
  std::vector<std::uint64_t> missing;  // records to be embedded
  std::size_t embedded = 0;            // of those
  std::optional<topics::TopicProposal> proposal;
  Naming naming;
  Position topics_position = 0;  // where the topics stood when the records were chosen

  [[nodiscard]] bool by_grams() const { return !english && !embedder; }
};

// splitmix64's finalizer: which records a sample takes depends on their number and the seed alone.
std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

// Of all records, or of those of one topic.
std::vector<std::uint64_t> sampled(const engine::DatasetState& state, std::uint64_t seed,
                                   std::uint32_t topic) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> drawn;
  for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
    const engine::RecordRow& row = state.records[number - 1];
    const bool wanted = topic == 0 ? row.duplicate_of == 0 : row.topic == topic;
    if (row.visible() && row.valid() && wanted) drawn.emplace_back(mix(number ^ mix(seed)), number);
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

schemas::TopicsParametersT parameters_of(const engine::StepInput& input) {
  return input.run.topics ? *input.run.topics : schemas::TopicsParametersT{};
}

engine::StepBlock progress(const engine::StepInput& input, const Memory& memory) {
  schemas::RunProgressedT event;
  event.run = schemas::RunId(input.run.id);
  event.done = memory.embedded + 1;
  event.total = memory.missing.size() + 2;
  const std::string messages = std::to_string(memory.texts.size()) + " messages";
  event.stage = memory.embedded < memory.missing.size()
                    ? "embedding " + std::to_string(memory.missing.size()) + " of " + messages
                    : "finding topics in " + messages;
  return engine::StepBlock{{schemas::encode(event)}, false};
}

schemas::Result<engine::StepBlock> read_texts(const engine::StepInput& input, const Embedders& embedders,
                                              Memory& memory) {
  const schemas::TopicsParametersT parameters = parameters_of(input);
  auto embedder = embedders.get(parameters.embedder);
  if (!embedder) return std::unexpected(embedder.error());
  memory.topics_position = input.state.topics_changed.position;
  memory.records = sampled(input.state, input.run.seed, parameters.split);
  const std::size_t needed = parameters.split != 0 ? 4 : 1;
  if (memory.records.size() < needed) {
    return schemas::fail(
        schemas::ErrorCode::blocked,
        needed == 1 ? "at least one valid record" : "at least 4 records in the topic",
        std::to_string(memory.records.size()),
        needed == 1 ? "import a file with chat records" : "a topic so small cannot be split");
  }
  auto texts = texts_of(input, memory.records);
  if (!texts) return std::unexpected(texts.error());
  memory.texts = std::move(*texts);
  const auto english = static_cast<double>(std::ranges::count_if(memory.texts, embed::is_english));
  memory.english = english >= english_share_min * static_cast<double>(memory.texts.size());
  // A model elsewhere may know other languages; ours knows English.
  if (memory.english || (*embedder && !(*embedder)->is_local())) memory.embedder = *embedder;
  memory.naming.model = parameters.label_model;
  if (memory.embedder) memory.missing = without_vector(input.state, memory.records, memory.embedder->name());
  return progress(input, memory);
}

schemas::Result<engine::StepBlock> embed_block(const engine::StepInput& input, Memory& memory) {
  engine::StepBlock block;
  if (auto good = compute_next_vectors(input, *memory.embedder, memory.missing, memory.embedded, block);
      !good)
    return std::unexpected(good.error());
  const engine::StepBlock told = progress(input, memory);
  block.events.insert(block.events.end(), told.events.begin(), told.events.end());
  return block;
}

schemas::Result<topics::TopicProposal> find(const engine::StepInput& input, const Memory& memory) {
  const schemas::TopicsParametersT parameters = parameters_of(input);
  topics::TopicOptions options;
  options.seed = input.run.seed;
  if (parameters.max_topics > 0) options.topics_max = parameters.max_topics;
  if (parameters.min_topics > 0) options.topics_min = parameters.min_topics;
  options.topics_min = std::min(options.topics_min, options.topics_max);
  if (parameters.depth > 0) options.depth = parameters.depth;
  options.granularity = static_cast<double>(parameters.granularity);
  if (parameters.split != 0) {
    options.depth = 1;
    options.rows_min = std::max<std::size_t>(2, memory.texts.size() / 20);
    if (parameters.max_topics == 0) options.topics_max = 8;
  }
  Vectors read;
  topics::TextVectors vectors;
  if (memory.embedder) {
    auto all = read_vectors(input, *memory.embedder, memory.records);
    if (!all) return std::unexpected(all.error());
    read = std::move(*all);
    vectors = {&read.rows, read.parts};
  }
  return topics::find_topics(
      memory.texts, options, [&](double) { return !input.stop.stop_requested(); }, vectors,
      memory.english ? topics::TextKind::words : topics::TextKind::character_grams);
}

schemas::Result<engine::StepBlock> from_template(const engine::StepInput& input) {
  const schemas::TopicsParametersT parameters = parameters_of(input);
  const topics::Template* found = topics::find_template(parameters.template_name);
  if (found == nullptr) {
    return schemas::fail(schemas::ErrorCode::invalid_argument, "a template: " + topics::template_names(),
                         "'" + parameters.template_name + "'");
  }
  return engine::StepBlock{{schemas::encode(topics_from_template(input, *found))}, true};
}

schemas::Result<engine::StepBlock> told(const engine::StepInput& input, const Memory& memory) {
  const std::string compared = memory.embedder     ? memory.embedder->name()
                               : memory.by_grams() ? "character n-grams"
                                                   : "words";
  const Naming* naming = memory.naming.model.empty() ? nullptr : &memory.naming;
  const FoundTopics found{*memory.proposal,  memory.records, compared,
                          memory.by_grams(), memory.english, naming};
  if (input.run.topics && input.run.topics->split != 0) return split_block(input, found);
  return engine::StepBlock{{schemas::encode(topics_found(input, found))}, true};
}

// What the memory was made of has changed since.
bool is_overtaken(const engine::StepInput& input, const Memory& memory) {
  const engine::DatasetState& state = input.state;
  if (memory.embedder && !without_vector(state, memory.records, memory.embedder->name()).empty()) return true;
  return state.topics_changed.position > memory.topics_position;
}

schemas::Result<engine::StepBlock> work(const engine::StepInput& input, std::any& scratch,
                                        const Embedders& embedders, const Outside& outside) {
  if (input.run.topics && input.run.topics->method == schemas::TopicsMethod::template_)
    return from_template(input);
  if (!scratch.has_value()) {
    auto memory = std::make_shared<Memory>();
    auto block = read_texts(input, embedders, *memory);
    if (block) scratch = std::move(memory);
    return block;
  }
  Memory& memory = *std::any_cast<std::shared_ptr<Memory>&>(scratch);
  if (memory.embedded < memory.missing.size()) return embed_block(input, memory);
  if (is_overtaken(input, memory)) {
    scratch.reset();
    return work(input, scratch, embedders, outside);
  }
  if (!memory.proposal) {
    auto proposal = find(input, memory);
    if (!proposal) return std::unexpected(proposal.error());
    memory.proposal.emplace(std::move(*proposal));
  }
  if (!memory.naming.ended(*memory.proposal))
    return name_some(input, outside, memory.texts, *memory.proposal, memory.naming);
  return told(input, memory);
}
}  // namespace

engine::StepKind find_topics(std::shared_ptr<const Embedders> embedders, const Outside& outside) {
  return {schemas::StepName::topics, "Finds what the records are about and names it.",
          [embedders = std::move(embedders), outside](const engine::StepInput& input, std::any& scratch) {
            return work(input, scratch, *embedders, outside);
          }};
}

}  // namespace steps
