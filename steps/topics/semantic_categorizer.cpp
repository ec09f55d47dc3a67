#include "steps/topics/semantic_categorizer.hpp"

#include <algorithm>
#include <cmath>
#include <future>

#include "steps/topics/categorize_parts.hpp"
#include "steps/topics/gemm.hpp"
#include "steps/topics/kmeans.hpp"
#include "steps/topics/prototypes.hpp"
#include "steps/topics/softmax.hpp"

namespace steps::topics {
namespace {

constexpr std::size_t folds = 3;
constexpr float own_words_weight = 0.3F;  // of a topic's words beside an assigned record
constexpr std::size_t examples_max = 3'000;
constexpr double contradiction_min = 0.6;

// Mean direction of the texts of each topic.
Matrix directions(const Matrix& placed, std::span<const std::size_t> rows_of_topic) {
  Matrix out(rows_of_topic.size(), placed.cols);
  std::size_t row = 0;
  for (std::size_t topic = 0; topic < rows_of_topic.size(); ++topic) {
    for (std::size_t text = 0; text < rows_of_topic[topic]; ++text)
      add_scaled(out.row(topic), 1, placed.row(row++));
    normalise(out.row(topic));
  }
  return out;
}

struct Training {
  Matrix rows;
  std::vector<std::uint32_t> classes;
  std::vector<float> weights;
  std::size_t labelled = 0;
};

// Assigned records first, then the words of every topic: in full where the topic has no record.
Training training_of(const Matrix& placed, std::span<const std::uint32_t> chosen,
                     std::span<const std::uint32_t> classes, const Matrix& topics) {
  Training training;
  training.rows = Matrix(chosen.size() + topics.rows, topics.cols);
  training.labelled = chosen.size();
  std::vector<bool> shown(topics.rows);
  for (std::size_t row = 0; row < chosen.size(); ++row) {
    std::ranges::copy(placed.row(chosen[row]), training.rows.row(row).begin());
    training.classes.push_back(classes[chosen[row]]);
    training.weights.push_back(1);
    shown[classes[chosen[row]]] = true;
  }
  for (std::uint32_t topic = 0; topic < topics.rows; ++topic) {
    std::ranges::copy(topics.row(topic), training.rows.row(chosen.size() + topic).begin());
    training.classes.push_back(topic);
    training.weights.push_back(shown[topic] ? own_words_weight : 1);
  }
  return training;
}

struct HeldOut {
  std::vector<std::uint32_t> rows;
  Matrix logits;  // one row each
};

// What a model says of the rows of one fold that it has not seen. Rows come class by class in turn, so row i
// of fold i % folds spreads every class over the folds.
HeldOut held_out_of(const Training& training, std::size_t topics, std::size_t fold) {
  HeldOut held_out;
  std::vector<std::uint32_t> seen;
  std::vector<std::uint32_t> classes;
  std::vector<float> weights;
  for (std::uint32_t row = 0; row < training.rows.rows; ++row) {
    if (row < training.labelled && row / topics % folds == fold) {
      held_out.rows.push_back(row);
      continue;
    }
    seen.push_back(row);
    classes.push_back(training.classes[row]);
    weights.push_back(training.weights[row]);
  }
  const Regression model = Regression::train(take_rows(training.rows, seen), classes, weights, topics);
  held_out.logits = model.logits(take_rows(training.rows, held_out.rows));
  return held_out;
}

// Logits of every labelled row from a model that has not seen it; a thread each fold.
Matrix held_out_logits(const Training& training, std::size_t topics) {
  std::vector<std::future<HeldOut>> found;
  for (std::size_t fold = 0; fold < folds; ++fold) {
    found.push_back(std::async(std::launch::async,
                               [&training, topics, fold] { return held_out_of(training, topics, fold); }));
  }
  Matrix logits(training.labelled, topics);
  for (std::future<HeldOut>& one : found) {
    const HeldOut held_out = one.get();
    for (std::size_t row = 0; row < held_out.rows.size(); ++row)
      std::ranges::copy(held_out.logits.row(row), logits.row(held_out.rows[row]).begin());
  }
  return logits;
}

}  // namespace

std::vector<std::string> SemanticCategorizer::topic_texts(std::span<const TopicText> topics,
                                                          std::vector<std::size_t>& rows_of_topic) {
  std::vector<std::string> texts;
  rows_of_topic.clear();
  for (const TopicText& topic : topics) {
    const std::size_t before = texts.size();
    texts.push_back(topic.name);
    if (!topic.description.empty()) texts.push_back(topic.description);
    std::string keywords;
    for (const std::string& keyword : topic.keywords) keywords += (keywords.empty() ? "" : ", ") + keyword;
    if (!keywords.empty()) texts.push_back(std::move(keywords));
    rows_of_topic.push_back(texts.size() - before);
  }
  return texts;
}

schemas::Result<SemanticCategorizer> SemanticCategorizer::fit(const SemanticInput& input,
                                                              const CategorizerOptions& options) {
  const auto classes = classes_of(input.topics, input.examples);
  if (!classes) return std::unexpected(classes.error());
  const auto go_on = [&](double progress) { return !options.keep_going || options.keep_going(progress); };
  const auto cancelled = [] {
    return schemas::fail(schemas::ErrorCode::cancelled, "to fit the categorizer", "a request to stop");
  };
  if (!go_on(0)) return cancelled();
  std::vector<std::uint32_t> chosen = even_order(*classes, input.topics.size(), options.seed);
  chosen.resize(std::min({chosen.size(), options.examples_max, examples_max}));

  SemanticCategorizer fitted;
  for (const TopicText& topic : input.topics) fitted.ids_.push_back(topic.id);
  fitted.rules_ = learn_rules(input.topics, input.examples, chosen, *classes);
  fitted.space_ = Space::fit(*input.corpus_vectors, input.parts);
  const Matrix corpus = fitted.space_.place(*input.corpus_vectors);
  std::vector<std::size_t> rows_of_topic;
  topic_texts(input.topics, rows_of_topic);
  const Matrix own = directions(fitted.space_.place(*input.topic_vectors), rows_of_topic);
  fitted.prototypes_ = prototypes(own, corpus);
  fitted.by_examples_ = !chosen.empty();
  fitted.calibration_.temperature = prior_temperature;
  if (fitted.by_examples_) {
    const Matrix placed = fitted.space_.place(*input.example_vectors);
    const Training training = training_of(placed, chosen, *classes, fitted.prototypes_);
    auto model = std::async(std::launch::async, [&] {
      return Regression::train(training.rows, training.classes, training.weights, input.topics.size());
    });
    fitted.calibration_.temperature = Categorizer::prior_temperature;
    if (options.calibration) {
      fitted.calibration_ = *options.calibration;
    } else if (chosen.size() >= calibration_examples_min) {
      if (!go_on(0.3)) return cancelled();
      Matrix logits = held_out_logits(training, input.topics.size());
      fitted.calibration_ = calibrate(logits, std::span(training.classes).first(training.labelled));
      fitted.held_out_.resize(input.examples.size());
      for (std::size_t row = 0; row < chosen.size(); ++row)
        fitted.held_out_[chosen[row]] = fitted.decide(logits.row(row), true);
    }
    if (!go_on(0.8)) return cancelled();
    fitted.model_ = model.get();
  }
  return fitted;
}

Matrix SemanticCategorizer::logits(const Matrix& placed) const {
  return by_examples_ ? model_.logits(placed) : dots(placed, prototypes_);
}

Assignment SemanticCategorizer::decide(std::span<float> logits, bool known) const {
  const double highest = static_cast<double>(*std::ranges::max_element(logits));
  to_probabilities(logits, calibration_.temperature);
  Assignment assignment = best_two(logits, ids_);
  if (!by_examples_) {
    const auto background = static_cast<double>(PrototypeOptions{}.background);
    assignment.confidence =
        1 / (1 / assignment.confidence + std::exp((background - highest) / calibration_.temperature));
  }
  if (!known) assignment.confidence = 1.0 / static_cast<double>(ids_.size() + 1);
  return assignment;
}

std::vector<Assignment> SemanticCategorizer::assign(std::span<const std::string> texts,
                                                    const Matrix& vectors) const {
  const Matrix placed = space_.place(vectors);
  Matrix scores = logits(placed);
  std::vector<Assignment> assignments;
  assignments.reserve(texts.size());
  for (std::size_t row = 0; row < texts.size(); ++row) {
    const bool known = dot(placed.row(row), placed.row(row)) > 0.5F;
    Assignment assignment = decide(scores.row(row), known);
    const std::optional<KeywordHit> hit = rules_.match(texts[row]);
    if (hit && hit->confidence >= Categorizer::keyword_confidence_min)
      prefer_keyword(assignment, ids_[hit->topic], hit->confidence, contradiction_min);
    assignments.push_back(assignment);
  }
  return assignments;
}

}  // namespace steps::topics
