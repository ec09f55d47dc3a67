#include "steps/topics/categorize.hpp"

#include <algorithm>
#include <unordered_map>

#include "steps/topics/categorize_parts.hpp"
#include "steps/topics/rng.hpp"
#include "steps/topics/softmax.hpp"
#include "steps/topics/svd.hpp"
#include "steps/topics/vectorize.hpp"

namespace steps::topics {
namespace {

using schemas::ErrorCode;

constexpr std::size_t folds = 5;
constexpr std::size_t dims = 64;
constexpr float dense_weight = 0.5F;
constexpr float topic_text_weight = 0.3F;  // of a name or keyword beside a labelled example
constexpr std::size_t corpus_max = 10'000;
constexpr double unknown_confidence_max = 0.3;
constexpr double contradiction_min = 0.6;

std::unexpected<schemas::Error> stopped() {
  return schemas::fail(ErrorCode::cancelled, "to fit the categorizer", "a request to stop");
}

// Classifier features of texts; `known` is false when no word is known.
struct Features {
  Vocabulary vocabulary;
  Svd svd;

  FeatureRow row(std::string_view text, bool& known) const {
    Vocabulary::Row words = vocabulary.transform(text);
    FeatureRow row{std::move(words.columns), std::move(words.values), std::vector<float>(svd.dims())};
    known = words.known_share > 0;
    svd.project(row.columns, row.values, row.dense);
    // Unknown words shorten the row, so that a text of mostly unknown words is decided with less confidence.
    for (float& value : row.values) value *= words.known_share;
    for (float& value : row.dense) value *= dense_weight * words.known_share;
    return row;
  }
};

struct Training {
  std::vector<FeatureRow> rows;
  std::vector<std::uint32_t> classes;
  std::vector<float> weights;
  std::vector<std::uint32_t> example_of_row;  // index of the labelled example
  std::vector<std::uint32_t> fold_of_row;
  std::size_t labelled = 0;  // rows before the topics' own texts
};

void add_topic_texts(const Features& features, std::span<const TopicText> topics, Training& training) {
  const auto add = [&](std::string_view text, std::uint32_t topic, float weight) {
    bool known = false;
    FeatureRow row = features.row(text, known);
    if (!known) return;
    training.rows.push_back(std::move(row));
    training.classes.push_back(topic);
    training.weights.push_back(weight);
  };
  const float weight = training.labelled > 0 ? topic_text_weight : 1.0F;
  for (std::uint32_t topic = 0; topic < topics.size(); ++topic) {
    add(topics[topic].name, topic, weight);
    add(topics[topic].description, topic, weight);
    for (const std::string& keyword : topics[topic].keywords) add(keyword, topic, weight);
  }
}

Features learn_features(std::span<const TopicText> topics, std::span<const Example> examples,
                        std::span<const std::uint32_t> chosen, std::span<const std::string> corpus,
                        std::uint64_t seed) {
  std::vector<std::string> texts;
  for (const std::uint32_t index : chosen) texts.emplace_back(examples[index].text);
  const std::size_t stride = std::max<std::size_t>(1, (corpus.size() + corpus_max - 1) / corpus_max);
  for (std::size_t at = 0; at < corpus.size(); at += stride) texts.push_back(corpus[at]);
  for (const TopicText& topic : topics) {
    std::string text = topic.name + ". " + topic.description;
    for (const std::string& keyword : topic.keywords) text += ". " + keyword;
    texts.push_back(std::move(text));
  }
  VocabularyOptions words;
  words.word_texts_min = 1;
  words.texts_max_share = 1;
  Features features;
  features.vocabulary = Vocabulary::fit(texts, words);
  SvdOptions space;
  space.dims = dims;
  space.seed = seed;
  features.svd = Svd::fit(features.vocabulary.transform(texts), space);
  return features;
}

}  // namespace

struct Categorizer::State {
  std::vector<std::uint32_t> ids;
  Features features;
  KeywordRules rules;
  Softmax model;
  Calibration calibration;
  std::vector<Assignment> held_out;

  // Probabilities in place of logits; the two best classes.
  Assignment decide(std::span<float> logits) const {
    to_probabilities(logits, calibration.temperature);
    Assignment assignment = best_two(logits, ids);
    const double limit = calibration.samples == 0 ? prior_confidence_max : 1.0;
    assignment.confidence = std::min(assignment.confidence, limit);
    return assignment;
  }
};

namespace {

// Logits of every labelled row from the model of the folds that do not hold it.
schemas::Result<Matrix> held_out_logits(const Training& training, std::size_t topics, std::size_t columns,
                                        const CategorizerOptions& options, const SoftmaxOptions& how) {
  Matrix logits(training.labelled, topics);
  for (std::uint32_t fold = 0; fold < folds; ++fold) {
    if (options.keep_going && !options.keep_going(0.2 + 0.13 * fold)) return stopped();
    std::vector<std::uint32_t> order;
    for (std::uint32_t row = 0; row < training.rows.size(); ++row) {
      if (row >= training.labelled || training.fold_of_row[row] != fold) order.push_back(row);
    }
    const Softmax model =
        Softmax::train(training.rows, training.classes, training.weights, order, topics, columns, how);
    for (std::uint32_t row = 0; row < training.labelled; ++row) {
      if (training.fold_of_row[row] == fold) model.logits(training.rows[row], logits.row(row));
    }
  }
  return logits;
}

}  // namespace

schemas::Result<Categorizer> Categorizer::fit(std::span<const TopicText> topics,
                                              std::span<const Example> examples,
                                              std::span<const std::string> corpus,
                                              const CategorizerOptions& options) {
  const schemas::Result<std::vector<std::uint32_t>> classes = classes_of(topics, examples);
  if (!classes) return std::unexpected(classes.error());
  if (options.keep_going && !options.keep_going(0)) return stopped();
  std::vector<std::uint32_t> chosen = even_order(*classes, topics.size(), options.seed);
  if (chosen.size() > options.examples_max) chosen.resize(options.examples_max);

  auto state = std::make_unique<State>();
  for (const TopicText& topic : topics) state->ids.push_back(topic.id);
  state->rules = learn_rules(topics, examples, chosen, *classes);
  state->features = learn_features(topics, examples, chosen, corpus, options.seed);

  Training training;
  training.labelled = chosen.size();
  for (const std::uint32_t index : chosen) {
    bool known = false;
    training.fold_of_row.push_back(static_cast<std::uint32_t>(training.rows.size() / topics.size() % folds));
    training.rows.push_back(state->features.row(examples[index].text, known));
    training.classes.push_back((*classes)[index]);
    training.weights.push_back(1);
  }
  add_topic_texts(state->features, topics, training);

  SoftmaxOptions how;
  how.seed = options.seed;
  const std::size_t columns = state->features.vocabulary.size();
  if (options.calibration) {
    state->calibration = *options.calibration;
  } else if (training.labelled >= calibration_examples_min) {
    schemas::Result<Matrix> logits = held_out_logits(training, topics.size(), columns, options, how);
    if (!logits) return std::unexpected(logits.error());
    state->calibration = calibrate(*logits, std::span(training.classes).first(training.labelled));
    state->held_out.resize(examples.size());
    for (std::size_t row = 0; row < chosen.size(); ++row)
      state->held_out[chosen[row]] = state->decide(logits->row(row));
  } else {
    state->calibration.temperature = prior_temperature;
  }
  if (options.keep_going && !options.keep_going(0.85)) return stopped();
  std::vector<std::uint32_t> all(training.rows.size());
  for (std::uint32_t row = 0; row < all.size(); ++row) all[row] = row;
  state->model =
      Softmax::train(training.rows, training.classes, training.weights, all, topics.size(), columns, how);
  return Categorizer(std::move(state));
}

Assignment Categorizer::assign(std::string_view text) const {
  bool known = false;
  const FeatureRow row = state_->features.row(text, known);
  std::vector<float> logits(state_->ids.size());
  state_->model.logits(row, logits);
  Assignment assignment = state_->decide(logits);
  if (!known) {
    const double even = 1.0 / static_cast<double>(state_->ids.size());
    assignment.confidence = std::min({assignment.confidence, even, unknown_confidence_max});
    return assignment;
  }
  const std::optional<KeywordHit> hit = state_->rules.match(text);
  if (!hit || hit->confidence < keyword_confidence_min) return assignment;
  prefer_keyword(assignment, state_->ids[hit->topic], hit->confidence, contradiction_min);
  return assignment;
}

std::span<const Assignment> Categorizer::held_out() const {
  return state_->held_out;
}
const Calibration& Categorizer::calibration() const {
  return state_->calibration;
}

Categorizer::Categorizer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Categorizer::Categorizer(Categorizer&&) noexcept = default;
Categorizer& Categorizer::operator=(Categorizer&&) noexcept = default;
Categorizer::~Categorizer() = default;

}  // namespace steps::topics
