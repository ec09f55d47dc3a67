// Categorization: gives every valid record without a topic the one it fits best, and says how sure that is.
// First the vectors of what there is to learn from, block by block; then the fit; then block after block of
// records, each with the vectors that it still lacks.
#include "steps/topics/categorize.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "steps/catalog.hpp"
#include "steps/categorize_inputs.hpp"
#include "steps/categorize_model.hpp"
#include "steps/embed/language.hpp"
#include "steps/topics/grams.hpp"
#include "steps/topics/semantic_categorizer.hpp"
#include "steps/vectors.hpp"

namespace steps {

namespace {
constexpr std::size_t block_records = 2048;
constexpr std::size_t block_records_asked = 256;  // where a model elsewhere makes the vectors
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
  std::optional<ModelChooser> chooser;  // none: no model is asked
  std::optional<PendingBlock> pending;
  schemas::Position topics_position = 0;  // where the topics stood when they were learned

  [[nodiscard]] bool fitted() const { return by_words || by_vectors; }
};

bool wants_topic(const engine::RecordRow& row) {
  return row.visible() && row.valid() && row.topic == 0;
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
  if (asked) return input.run.categorize->embedder;
  const std::string& by = input.state.topics->embedder;
  return by.empty() ? input.state.settings.embedder : by;
}

std::string wanted_model(const engine::StepInput& input) {
  return input.run.categorize ? input.run.categorize->model : std::string{};
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
  memory.topics_position = input.state.topics_changed.position;
  memory.topic_of = labelled(input.state);
  memory.corpus = corpus_of(input.state);
  const std::string wanted = wanted_embedder(input);
  auto embedder = embedders.get(wanted);
  if (!embedder) return std::unexpected(embedder.error());
  if (*embedder && !(*embedder)->is_local()) {
    // A model elsewhere may know other languages; ours knows English.
  } else if (input.state.topics->language.empty()) {
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
  if (auto good = compute_next_vectors(input, *memory.embedder, memory.missing, memory.embedded, block);
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
  // A model that is asked is tried on what the fit held out, so that has to be found again.
  if (known.run == input.run.id && known.temperature > 0 && wanted_model(input).empty()) {
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
  const auto topic_rows = read_texts(input, *memory.embedder, topic_texts);
  if (!topic_rows) return std::unexpected(topic_rows.error());
  const auto example_rows = read_vectors(input, *memory.embedder, records);
  if (!example_rows) return std::unexpected(example_rows.error());
  const auto corpus_rows = read_vectors(input, *memory.embedder, memory.corpus);
  if (!corpus_rows) return std::unexpected(corpus_rows.error());
  auto fitted = topics::SemanticCategorizer::fit(
      {leaves, &*topic_rows, examples, &example_rows->rows, &corpus_rows->rows, corpus_rows->parts},
      options_of(input));
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
  const auto leaves = leaves_of(*input.state.topics);
  if (memory.embedder) {
    engine::StepBlock block;
    std::vector<std::size_t> rows_of_topic;
    const auto texts = topics::SemanticCategorizer::topic_texts(leaves, rows_of_topic);
    const auto asked = asks_for_texts(input, *memory.embedder, texts, block);
    if (!asked) return std::unexpected(asked.error());
    if (*asked) return block;
  }
  const std::vector<std::uint64_t> records = records_of(memory);
  auto read = texts_of(input, records);
  if (!read) return std::unexpected(read.error());
  const std::vector<std::string> texts = shaped(memory, std::move(*read));
  std::vector<topics::Example> examples;
  for (std::size_t i = 0; i < records.size(); ++i)
    examples.push_back({texts[i], memory.topic_of.at(records[i])});
  const auto good = memory.embedder ? fit_by_vectors(input, leaves, examples, records, memory)
                                    : fit_by_words(input, leaves, examples, memory);
  if (!good) return std::unexpected(good.error());
  const auto held_out = memory.by_vectors ? memory.by_vectors->held_out() : memory.by_words->held_out();
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    if (held_out[i].topic != 0) memory.held_out.emplace(records[i], held_out[i]);
  }
  if (const std::string model = wanted_model(input); !model.empty()) {
    auto chooser = ModelChooser::load(input, model);
    if (!chooser) return std::unexpected(chooser.error());
    memory.chooser.emplace(std::move(*chooser));
    memory.chooser->prepare(memory.held_out, memory.topic_of, input.run.seed);
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

schemas::Result<topics::Matrix> rows_of(const engine::StepInput& input, const Memory& memory,
                                        const std::vector<std::uint64_t>& records) {
  auto read = read_vectors(input, *memory.embedder, records);
  if (!read) return std::unexpected(read.error());
  return std::move(read->rows);
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
  if (missing.empty()) return rows_of(input, memory, records);
  const auto kept = rows_of(input, memory, known);
  if (!kept) return std::unexpected(kept.error());
  auto fresh = compute_vectors(input, *memory.embedder, missing, missing_texts, block);
  if (!fresh) return std::unexpected(fresh.error());
  topics::Matrix rows(records.size(), fresh->rows.cols);
  std::size_t next_known = 0;
  std::size_t next_fresh = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const bool is_known = next_known < known.size() && known[next_known] == records[i];
    const float* from = is_known ? kept->row(next_known++).data() : fresh->rows.row(next_fresh++).data();
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

void skip_to_next(const engine::DatasetState& state, Memory& memory) {
  while (memory.next <= state.records.size() && !wants_topic(state.records[memory.next - 1])) ++memory.next;
}

// What the classifier says of the next records.
schemas::Result<PendingBlock> next_block(const engine::StepInput& input, const Memory& memory,
                                         engine::StepBlock& block) {
  const auto& records = input.state.records;
  const std::size_t size =
      memory.embedder && !memory.embedder->is_local() ? block_records_asked : block_records;
  PendingBlock pending;
  pending.position = input.state.position;
  pending.first = memory.next;
  pending.end = std::min<std::uint64_t>(memory.next + size, records.size() + 1);
  for (std::uint64_t number = pending.first; number < pending.end; ++number) {
    if (wants_topic(records[number - 1])) pending.records.push_back(number);
  }
  auto assignments = assigned(input, memory, pending.records, block);
  if (!assignments) return std::unexpected(assignments.error());
  pending.assignments = std::move(*assignments);
  pending.by_model.resize(pending.records.size());
  for (std::size_t i = 0; memory.chooser && i < pending.records.size(); ++i) {
    if (pending.assignments[i].confidence < engine::low_confidence) pending.unsure.push_back(i);
  }
  return pending;
}

schemas::NewEvent assigned_event(const engine::StepInput& input, const PendingBlock& pending) {
  schemas::TopicsAssignedT event;
  event.run = schemas::RunId(input.run.id);
  event.first_record = schemas::RecordId(pending.first);
  const std::size_t count = pending.end - pending.first;
  event.topics.assign(count, 0);
  event.confidences.assign(count, 0);
  event.methods.assign(count, 0);
  event.runner_ups.assign(count, 0);
  for (std::size_t row = 0; row < pending.records.size(); ++row) {
    const std::size_t i = pending.records[row] - pending.first;
    const topics::Assignment& assignment = pending.assignments[row];
    const auto method = pending.by_model[row] ? schemas::AssignmentMethod::llm : told(assignment.method);
    event.topics[i] = assignment.topic;
    event.confidences[i] = static_cast<float>(assignment.confidence);
    event.methods[i] = static_cast<std::uint8_t>(method);
    event.runner_ups[i] = assignment.runner_up;
  }
  return schemas::encode(event);
}

schemas::Result<engine::StepBlock> assign_block(const engine::StepInput& input, Memory& memory,
                                                const Outside& outside) {
  skip_to_next(input.state, memory);
  if (memory.next > input.state.records.size()) return engine::StepBlock{{}, true};
  engine::StepBlock block;
  if (memory.pending && is_overtaken(input.state, *memory.pending)) memory.pending.reset();
  if (!memory.pending) {
    auto pending = next_block(input, memory, block);
    if (!pending) return std::unexpected(pending.error());
    memory.pending.emplace(std::move(*pending));
  }
  const bool asks = memory.pending->asked < memory.pending->unsure.size();
  if (asks && !block.events.empty()) return block;
  if (asks) return memory.chooser->ask_some(input, outside, *memory.pending);
  block.events.push_back(assigned_event(input, *memory.pending));
  memory.next = memory.pending->end;
  memory.pending.reset();
  skip_to_next(input.state, memory);
  block.done = memory.next > input.state.records.size();
  return block;
}

schemas::Result<engine::StepBlock> work(const engine::StepInput& input, std::any& scratch,
                                        const Embedders& embedders, const Outside& outside) {
  if (scratch.has_value() && std::any_cast<std::shared_ptr<Memory>&>(scratch)->topics_position !=
                                 input.state.topics_changed.position)
    scratch.reset();
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
    return work(input, scratch, embedders, outside);
  }
  if (!memory.fitted()) return learn(input, memory);
  if (memory.chooser && !memory.chooser->is_tried()) return memory.chooser->try_some(input, outside);
  return assign_block(input, memory, outside);
}
}  // namespace

engine::StepKind categorize(std::shared_ptr<const Embedders> embedders, const Outside& outside) {
  return {schemas::StepName::categorize,
          "Gives every record the topic it fits best, and says how sure that is.",
          [embedders = std::move(embedders), outside](const engine::StepInput& input, std::any& scratch) {
            return work(input, scratch, *embedders, outside);
          }};
}

}  // namespace steps
