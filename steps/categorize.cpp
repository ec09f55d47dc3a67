// Categorization: gives every valid record without a topic the one it fits best, and says how sure that is.
// First the vectors of what there is to learn from, block by block; then the fit; then block after block of
// records, each with the vectors that it still lacks.
#include "steps/topics/categorize.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "steps/catalog.hpp"
#include "steps/embed/language.hpp"
#include "steps/topics/grams.hpp"
#include "steps/topics/semantic_categorizer.hpp"
#include "steps/vectors.hpp"

namespace steps {

namespace {
constexpr std::size_t block_records = 2048;
constexpr std::size_t corpus_max = 4'000;  // texts without labels that teach what the dataset is like
constexpr double english_share_min = 0.8;

struct Memory {
  std::shared_ptr<const embed::Embedder> embedder;  // none: words alone
  bool character_grams = false;
  std::map<std::uint64_t, std::uint32_t> topic_of;  // records to learn from
  std::vector<std::uint64_t> corpus;
  std::vector<std::uint64_t> missing;  // of those two, without a vector
  std::size_t embedded = 0;
  std::optional<topics::Categorizer> by_words;
  std::optional<topics::SemanticCategorizer> by_vectors;
  // What a classifier that had not seen them says of the records it learned from.
  std::unordered_map<std::uint64_t, topics::Assignment> held_out;
  std::uint64_t next = 1;

  [[nodiscard]] bool fitted() const { return by_words || by_vectors; }
};

bool wants_topic(const engine::RecordRow& row) {
  return row.visible() && row.valid() && row.topic == 0;
}

std::vector<topics::TopicText> leaves_of(const engine::TopicTree& tree) {
  std::vector<topics::TopicText> leaves;
  for (const std::uint32_t id : tree.leaves()) {
    const engine::Topic& topic = *tree.find(id);
    // The sentence that a computed label is described by repeats its keywords and one of its texts.
    const bool computed = topic.labels_by == schemas::LabelSource::keyphrase;
    leaves.push_back({id, topic.name, computed ? std::string() : topic.description, topic.keywords});
  }
  return leaves;
}

// Records whose topic is known: those it was found in, and those a person assigned, whose word counts.
std::map<std::uint64_t, std::uint32_t> labelled(const engine::DatasetState& state) {
  std::map<std::uint64_t, std::uint32_t> topic_of;
  for (const engine::Topic& topic : state.topics->topics) {
    if (!state.topic_counts.contains(topic.id)) continue;
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

std::vector<std::uint64_t> records_of(const Memory& memory) {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, topic] : memory.topic_of) numbers.push_back(number);
  return numbers;
}

std::vector<std::string> shaped(const Memory& memory, std::vector<std::string> texts) {
  if (memory.character_grams) {
    for (std::string& text : texts) text = topics::grams_of(text, 4);
  }
  return texts;
}

schemas::NewEvent progress(const engine::StepInput& input, std::string stage) {
  schemas::RunProgressedT event;
  event.run = schemas::RunId(input.run.id);
  event.total = input.state.uncategorized();
  event.stage = std::move(stage);
  return schemas::encode(event);
}

std::string wanted_embedder(const engine::StepInput& input) {
  const bool asked = input.run.categorize && !input.run.categorize->embedder.empty();
  return asked ? input.run.categorize->embedder : input.state.topics->embedder;
}

std::vector<std::uint64_t> still_missing(const engine::DatasetState& state, const Memory& memory) {
  std::vector<std::uint64_t> needed = records_of(memory);
  needed.insert(needed.end(), memory.corpus.begin(), memory.corpus.end());
  std::ranges::sort(needed);
  return without_vector(state, needed, memory.embedder->name());
}

// Records were edited or deleted while the vectors were computed.
bool lacks_vectors(const engine::DatasetState& state, const Memory& memory) {
  return memory.embedder && !still_missing(state, memory).empty();
}

// What there is to learn from, by which embedder, and which vectors that still takes.
schemas::Result<engine::StepBlock> prepare(const engine::StepInput& input, const Embedders& embedders,
                                           Memory& memory) {
  memory.topic_of = labelled(input.state);
  memory.corpus = corpus_of(input.state);
  const std::string wanted = wanted_embedder(input);
  auto embedder = embedders.get(wanted);
  if (!embedder) return std::unexpected(embedder.error());
  if (input.state.topics->language.empty()) {
    const auto texts = texts_of(input, memory.corpus);
    if (!texts) return std::unexpected(texts.error());
    const auto english = static_cast<double>(std::ranges::count_if(*texts, embed::is_english));
    memory.character_grams = english < english_share_min * static_cast<double>(texts->size());
  } else {
    memory.character_grams = input.state.topics->language == "other";
  }
  if (!memory.character_grams) memory.embedder = *embedder;
  if (memory.embedder) memory.missing = still_missing(input.state, memory);
  return engine::StepBlock{
      {progress(input, "learning from " + std::to_string(memory.topic_of.size()) + " records")}, false};
}

schemas::Result<engine::StepBlock> embed_block(const engine::StepInput& input, Memory& memory) {
  engine::StepBlock block;
  if (auto good = compute_next_vectors(input, *memory.embedder, memory.missing, block_records,
                                       memory.embedded, block);
      !good)
    return std::unexpected(good.error());
  block.events.push_back(progress(input, "embedded " + std::to_string(memory.embedded) + " of " +
                                             std::to_string(memory.missing.size()) +
                                             " messages to learn from"));
  return block;
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

topics::CategorizerOptions options_of(const engine::StepInput& input) {
  topics::CategorizerOptions options;
  options.seed = input.run.seed;
  options.keep_going = [&input](double) { return !input.stop.stop_requested(); };
  const engine::Calibration& known = input.state.calibration;
  if (known.run == input.run.id && known.temperature > 0) {
    options.calibration = topics::Calibration{known.temperature, static_cast<std::uint32_t>(known.samples),
                                              known.error_before, known.error_after};
  }
  return options;
}

schemas::Result<void> fit_by_vectors(const engine::StepInput& input,
                                     const std::vector<topics::TopicText>& leaves,
                                     const std::vector<topics::Example>& examples,
                                     const std::vector<std::uint64_t>& records, Memory& memory) {
  std::vector<std::size_t> rows_of_topic;
  const auto topic_texts = topics::SemanticCategorizer::topic_texts(leaves, rows_of_topic);
  auto topic_values = memory.embedder->embed(topic_texts, {});
  if (!topic_values) return std::unexpected(topic_values.error());
  const std::vector<embed::Part> parts = memory.embedder->parts();
  topics::Matrix topic_rows;
  topic_rows.rows = topic_texts.size();
  topic_rows.cols = embed::dims_of(parts);
  topic_rows.values = std::move(*topic_values);
  const auto example_rows = read_vectors(input, *memory.embedder, records);
  if (!example_rows) return std::unexpected(example_rows.error());
  const auto corpus_rows = read_vectors(input, *memory.embedder, memory.corpus);
  if (!corpus_rows) return std::unexpected(corpus_rows.error());
  auto fitted = topics::SemanticCategorizer::fit(
      {leaves, &topic_rows, examples, &*example_rows, &*corpus_rows, parts}, options_of(input));
  if (!fitted) return std::unexpected(fitted.error());
  memory.by_vectors.emplace(std::move(*fitted));
  return {};
}

schemas::Result<void> fit_by_words(const engine::StepInput& input, std::vector<topics::TopicText> leaves,
                                   const std::vector<topics::Example>& examples, Memory& memory) {
  const auto corpus = texts_of(input, memory.corpus);
  if (!corpus) return std::unexpected(corpus.error());
  if (memory.character_grams) {
    for (topics::TopicText& leaf : leaves) {
      leaf.name = topics::grams_of(leaf.name, 4);
      leaf.description = topics::grams_of(leaf.description, 4);
      leaf.keywords = shaped(memory, leaf.keywords);
    }
  }
  auto fitted = topics::Categorizer::fit(leaves, examples, shaped(memory, *corpus), options_of(input));
  if (!fitted) return std::unexpected(fitted.error());
  memory.by_words.emplace(std::move(*fitted));
  return {};
}

schemas::Result<engine::StepBlock> learn(const engine::StepInput& input, Memory& memory) {
  const std::vector<std::uint64_t> records = records_of(memory);
  auto read = texts_of(input, records);
  if (!read) return std::unexpected(read.error());
  const std::vector<std::string> texts = shaped(memory, std::move(*read));
  std::vector<topics::Example> examples;
  for (std::size_t i = 0; i < records.size(); ++i)
    examples.push_back({texts[i], memory.topic_of.at(records[i])});
  const auto leaves = leaves_of(*input.state.topics);
  const auto good = memory.embedder ? fit_by_vectors(input, leaves, examples, records, memory)
                                    : fit_by_words(input, leaves, examples, memory);
  if (!good) return std::unexpected(good.error());
  const auto held_out = memory.by_vectors ? memory.by_vectors->held_out() : memory.by_words->held_out();
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    if (held_out[i].topic != 0) memory.held_out.emplace(records[i], held_out[i]);
  }
  const auto& calibration =
      memory.by_vectors ? memory.by_vectors->calibration() : memory.by_words->calibration();
  return engine::StepBlock{{calibration_event(input, calibration),
                            progress(input, "learned from " + std::to_string(examples.size()) + " records")},
                           false};
}

schemas::AssignmentMethod told(topics::Method method) {
  return method == topics::Method::keyword ? schemas::AssignmentMethod::keyword
                                           : schemas::AssignmentMethod::embedding;
}

// Rows for `records`, from the log or computed now, which `block` then tells.
schemas::Result<topics::Matrix> rows_for(const engine::StepInput& input, const Memory& memory,
                                         const std::vector<std::uint64_t>& records,
                                         const std::vector<std::string>& texts, engine::StepBlock& block) {
  const std::string name = memory.embedder->name();
  std::vector<std::uint64_t> missing;
  std::vector<std::string> missing_texts;
  std::vector<std::uint64_t> known;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (input.state.vector(records[i], name) != nullptr) {
      known.push_back(records[i]);
    } else {
      missing.push_back(records[i]);
      missing_texts.push_back(texts[i]);
    }
  }
  if (missing.empty()) return read_vectors(input, *memory.embedder, records);
  const auto kept = read_vectors(input, *memory.embedder, known);
  if (!kept) return std::unexpected(kept.error());
  auto fresh = compute_vectors(input, *memory.embedder, missing, missing_texts, block);
  if (!fresh) return std::unexpected(fresh.error());
  topics::Matrix rows(records.size(), fresh->size() / missing.size());
  std::size_t next_known = 0;
  std::size_t next_fresh = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const bool is_known = next_known < known.size() && known[next_known] == records[i];
    const float* from = is_known ? kept->row(next_known++).data() : fresh->data() + rows.cols * next_fresh++;
    std::copy_n(from, rows.cols, rows.row(i).data());
  }
  return rows;
}

schemas::Result<std::vector<topics::Assignment>> assigned(const engine::StepInput& input,
                                                          const Memory& memory,
                                                          const std::vector<std::uint64_t>& records,
                                                          engine::StepBlock& block) {
  const auto texts = texts_of(input, records);
  if (!texts) return std::unexpected(texts.error());
  std::vector<topics::Assignment> assignments;
  if (memory.by_vectors) {
    const auto rows = rows_for(input, memory, records, *texts, block);
    if (!rows) return std::unexpected(rows.error());
    assignments = memory.by_vectors->assign(*texts, *rows);
  } else {
    for (const std::string& text : shaped(memory, *texts))
      assignments.push_back(memory.by_words->assign(text));
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto known = memory.held_out.find(records[i]);
    if (known != memory.held_out.end()) assignments[i] = known->second;
  }
  return assignments;
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
  engine::StepBlock block;
  const auto assignments = assigned(input, memory, wanted, block);
  if (!assignments) return std::unexpected(assignments.error());
  const std::size_t count = end - memory.next;
  event.topics.assign(count, 0);
  event.confidences.assign(count, 0);
  event.methods.assign(count, 0);
  event.runner_ups.assign(count, 0);
  for (std::size_t row = 0; row < wanted.size(); ++row) {
    const std::size_t i = wanted[row] - memory.next;
    event.topics[i] = (*assignments)[row].topic;
    event.confidences[i] = static_cast<float>((*assignments)[row].confidence);
    event.methods[i] = static_cast<std::uint8_t>(told((*assignments)[row].method));
    event.runner_ups[i] = (*assignments)[row].runner_up;
  }
  memory.next = end;
  while (memory.next <= records.size() && !wants_topic(records[memory.next - 1])) ++memory.next;
  block.events.push_back(schemas::encode(event));
  block.done = memory.next > records.size();
  return block;
}

schemas::Result<engine::StepBlock> work(const engine::StepInput& input, std::any& scratch,
                                        const Embedders& embedders) {
  if (!scratch.has_value()) {
    auto memory = std::make_shared<Memory>();
    auto block = prepare(input, embedders, *memory);
    if (block) scratch = std::move(memory);
    return block;
  }
  Memory& memory = *std::any_cast<std::shared_ptr<Memory>&>(scratch);
  if (memory.embedded < memory.missing.size()) return embed_block(input, memory);
  if (!memory.fitted() && lacks_vectors(input.state, memory)) {
    scratch.reset();
    return work(input, scratch, embedders);
  }
  if (!memory.fitted()) return learn(input, memory);
  return assign_block(input, memory);
}
}  // namespace

engine::StepKind categorize(std::shared_ptr<const Embedders> embedders) {
  return {schemas::StepName::categorize,
          "Gives every record the topic it fits best, and says how sure that is.",
          [embedders = std::move(embedders)](const engine::StepInput& input, std::any& scratch) {
            return work(input, scratch, *embedders);
          }};
}

}  // namespace steps
