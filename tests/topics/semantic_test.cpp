// What embeddings add: groups by meaning, prototypes, regression, categorization from vectors.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "steps/embed/local.hpp"
#include "steps/topics/find_topics.hpp"
#include "steps/topics/grams.hpp"
#include "steps/topics/kmeans.hpp"
#include "steps/topics/meaning_groups.hpp"
#include "steps/topics/prototypes.hpp"
#include "steps/topics/regression.hpp"
#include "steps/topics/rng.hpp"
#include "steps/topics/semantic_categorizer.hpp"
#include "steps/topics/templates.hpp"
#include "tests/topics/corpus.hpp"

using namespace steps::topics;
using schemas::ErrorCode;

namespace {
const steps::embed::Embedder& embedder() {
  static const auto made = steps::embed::local(RFTD_ASSETS, steps::embed::Mode::quality, 2);
  return *made;
}

Matrix vectors_of(const std::vector<std::string>& texts) {
  Matrix rows(texts.size(), steps::embed::dims_of(embedder().parts()));
  rows.values = embedder().embed(texts, {}).value();
  return rows;
}

const corpus::Labelled& uneven() {
  static const corpus::Labelled data = corpus::read("topics/clinc_uneven_1130.jsonl");
  return data;
}

const Matrix& uneven_vectors() {
  static const Matrix rows = vectors_of(uneven().texts);
  return rows;
}

// Directions around `centres` of them.
Matrix clouds(std::size_t centres, std::size_t each, double spread, std::uint64_t seed) {
  constexpr std::size_t dims = 200;
  Rng rng(seed);
  Matrix middle(centres, dims);
  for (float& value : middle.values) value = static_cast<float>(rng.normal());
  Matrix rows(centres * each, dims);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    normalise(middle.row(row / each));
    std::ranges::copy(middle.row(row / each), rows.row(row).begin());
    for (float& value : rows.row(row)) value += static_cast<float>(spread * rng.normal());
    normalise(rows.row(row));
  }
  return rows;
}

// Topics of the uneven set by name; `shots` records of each are shown.
schemas::Result<SemanticCategorizer> fitted(std::size_t shots) {
  std::vector<TopicText> topics;
  for (const std::string& label : uneven().label_names) {
    std::string name = label;
    std::ranges::replace(name, '_', ' ');
    topics.push_back({static_cast<std::uint32_t>(topics.size() + 1), name, "", {}});
  }
  std::vector<Example> examples;
  std::vector<std::uint32_t> shown;
  std::map<std::uint32_t, std::size_t> taken;
  for (std::uint32_t row = 0; row < uneven().texts.size(); ++row) {
    if (taken[uneven().labels[row]]++ >= shots) continue;
    examples.push_back({uneven().texts[row], uneven().labels[row] + 1});
    shown.push_back(row);
  }
  std::vector<std::size_t> rows_of_topic;
  const Matrix topic_rows = vectors_of(SemanticCategorizer::topic_texts(topics, rows_of_topic));
  const Matrix example_rows = take_rows(uneven_vectors(), shown);
  return SemanticCategorizer::fit(
      {topics, &topic_rows, examples, &example_rows, &uneven_vectors(), embedder().parts()});
}

double accuracy(const SemanticCategorizer& categorizer) {
  const auto assigned = categorizer.assign(uneven().texts, uneven_vectors());
  double right = 0;
  for (std::size_t row = 0; row < assigned.size(); ++row) {
    CHECK(assigned[row].confidence >= 0);
    CHECK(assigned[row].confidence <= 1);
    right += assigned[row].topic == uneven().labels[row] + 1 ? 1 : 0;
  }
  return right / static_cast<double>(assigned.size());
}
}  // namespace

TEST_CASE("groups that lie apart are counted without being told how many", "[steps][topics]") {
  const Matrix rows = clouds(9, 30, 0.03, 3);
  const auto found = meaning_groups(rows, {});
  REQUIRE(found);
  CHECK(found->groups == 9);
  for (std::size_t row = 0; row < rows.rows; ++row)
    CHECK(found->group_of[row] == found->group_of[row / 30 * 30]);
}

TEST_CASE("rows without groups have none", "[steps][topics]") {
  CHECK_FALSE(meaning_groups(clouds(300, 1, 0, 5), {}));
  CHECK_FALSE(meaning_groups(clouds(1, 10, 0, 5), {}));
}

TEST_CASE("vectors find intents better than words do", "[steps][topics]") {
  const auto parts = embedder().parts();
  const auto by_meaning = find_topics(uneven().texts, {}, {}, {&uneven_vectors(), parts});
  const auto by_words = find_topics(uneven().texts);
  REQUIRE(by_meaning);
  REQUIRE(by_words);
  CHECK(by_meaning->by_meaning);
  CHECK_FALSE(by_words->by_meaning);
  CHECK(corpus::nmi(by_meaning->topic_of_row, uneven().labels) > 0.82);
  CHECK(corpus::ari(by_meaning->topic_of_row, uneven().labels) > 0.55);
  CHECK(corpus::nmi(by_words->topic_of_row, uneven().labels) < 0.7);
  REQUIRE(by_meaning->topics.size() > by_meaning->leaves);
  for (std::size_t leaf = 0; leaf < by_meaning->leaves; ++leaf)
    CHECK(by_meaning->topics[leaf].parent >= by_meaning->leaves);
}

TEST_CASE("the dial makes more or fewer topics", "[steps][topics]") {
  const auto parts = embedder().parts();
  const auto leaves_at = [&](double granularity, std::size_t most = 300) {
    TopicOptions options;
    options.granularity = granularity;
    options.topics_max = most;
    return find_topics(uneven().texts, options, {}, {&uneven_vectors(), parts})->leaves;
  };
  const std::size_t usual = leaves_at(0);
  CHECK(leaves_at(1) > usual);
  CHECK(leaves_at(-1) < usual);
  CHECK(leaves_at(0, 10) <= 10);
}

TEST_CASE("names alone place most records, and examples most of the rest", "[steps][topics]") {
  const auto by_names = fitted(0);
  const auto by_examples = fitted(5);
  REQUIRE(by_names);
  REQUIRE(by_examples);
  CHECK(accuracy(*by_names) > 0.55);
  CHECK(accuracy(*by_examples) > 0.8);
  CHECK(by_names->calibration().samples == 0);
  CHECK(by_examples->calibration().samples > 100);
  CHECK(by_examples->calibration().ece_after < by_examples->calibration().ece_before);
}

TEST_CASE("the same inputs make the same assignments", "[steps][topics]") {
  const auto first = fitted(3);
  const auto second = fitted(3);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->assign(uneven().texts, uneven_vectors()) == second->assign(uneven().texts, uneven_vectors()));
}

TEST_CASE("out-of-scope texts and empty ones get a low confidence", "[steps][topics]") {
  const auto categorizer = fitted(20);
  REQUIRE(categorizer);
  const std::vector<std::string> strange{"", "???", "the mitochondria is the powerhouse of the cell",
                                         "how tall is the eiffel tower"};
  const auto assigned = categorizer->assign(strange, vectors_of(strange));
  CHECK(assigned[0].confidence < 0.1);
  for (const Assignment& assignment : assigned) CHECK(assignment.confidence < 0.7);
}

TEST_CASE("topics that cannot be are refused", "[steps][topics]") {
  const Matrix none(0, 612);
  const auto parts = embedder().parts();
  const std::vector<TopicText> twice{{1, "a", "", {}}, {1, "b", "", {}}};
  CHECK(SemanticCategorizer::fit({{}, &none, {}, &none, &none, parts}).error().code ==
        ErrorCode::invalid_argument);
  CHECK(SemanticCategorizer::fit({twice, &none, {}, &none, &none, parts}).error().code ==
        ErrorCode::invalid_argument);
}

TEST_CASE("regression separates what can be separated, however alike the rows are", "[steps][topics]") {
  const Matrix rows = clouds(4, 20, 0.05, 11);
  std::vector<std::uint32_t> classes;
  for (std::size_t row = 0; row < rows.rows; ++row) classes.push_back(static_cast<std::uint32_t>(row / 20));
  const Matrix logits = Regression::train(rows, classes, {}, 4).logits(rows);
  for (std::size_t row = 0; row < rows.rows; ++row)
    CHECK(std::ranges::max_element(logits.row(row)) - logits.row(row).begin() == classes[row]);
  Matrix same(40, 8);
  for (std::size_t row = 0; row < same.rows; ++row) same.row(row)[0] = 1;
  std::vector<std::uint32_t> halves(40, 0);
  std::fill_n(halves.begin(), 20, 1U);
  for (const float value : Regression::train(same, halves, {}, 2).logits(same).values)
    CHECK(std::isfinite(value));
}

TEST_CASE("a prototype moves towards the texts near it, and stays without any", "[steps][topics]") {
  const Matrix texts = clouds(2, 50, 0.05, 21);
  Matrix topics(2, texts.cols);
  for (std::size_t topic = 0; topic < 2; ++topic) {
    std::ranges::copy(texts.row(topic * 50), topics.row(topic).begin());
    topics.row(topic)[0] += 0.5F;
    normalise(topics.row(topic));
  }
  const Matrix moved = prototypes(topics, texts);
  for (std::size_t topic = 0; topic < 2; ++topic) {
    float before = 0;
    float after = 0;
    for (std::size_t row = topic * 50; row < topic * 50 + 50; ++row) {
      before += dot(topics.row(topic), texts.row(row));
      after += dot(moved.row(topic), texts.row(row));
    }
    CHECK(after > before);
  }
  CHECK(prototypes(topics, Matrix(0, texts.cols)).values == topics.values);
}

TEST_CASE("words fall into parts of four letters", "[steps][topics]") {
  CHECK(grams_of("Zug", 4) == "xzug zugx ");
  CHECK(grams_of("größe", 4) == "xgrö größ röße ößex ");
  CHECK(grams_of("", 4).empty());
}

TEST_CASE("texts in another language form topics by their character n-grams", "[steps][topics]") {
  std::vector<std::string> texts;
  std::vector<std::uint32_t> labels;
  const std::vector<std::vector<std::string>> pieces{
      {"Wo bleibt meine Lieferung", "Die Lieferungen kommen zu spät", "Lieferzeit meiner Bestellung",
       "Der Lieferdienst war nicht da"},
      {"Ich habe mein Passwort vergessen", "Das Kennwort wird nicht angenommen", "Passwörter zurücksetzen",
       "Neues Passwort anfordern"},
      {"Die Rechnung ist falsch", "Rechnungsbetrag prüfen", "Ich brauche eine Rechnungskopie",
       "Rechnungen per Post"}};
  for (std::uint32_t label = 0; label < pieces.size(); ++label) {
    for (int round = 0; round < 12; ++round) {
      for (const std::string& piece : pieces[label]) {
        texts.push_back(piece + " " + std::to_string(round));
        labels.push_back(label);
      }
    }
  }
  const auto found = find_topics(texts, {}, {}, {}, TextKind::character_grams);
  REQUIRE(found);
  CHECK(corpus::nmi(found->topic_of_row, labels) > 0.5);
}

TEST_CASE("there are at least eight templates of two levels, each complete", "[steps][topics]") {
  REQUIRE(templates().size() >= 8);
  for (const Template& made : templates()) {
    INFO(made.name);
    CHECK(find_template(made.name) == &made);
    CHECK(find_template(made.title) == &made);
    CHECK_FALSE(made.summary.empty());
    CHECK(made.topics.size() >= 4);
    for (const TemplateTopic& topic : made.topics) {
      CHECK(topic.children.size() >= 2);
      for (const TemplateTopic& child : topic.children) {
        INFO(child.name);
        CHECK(child.description.ends_with('.'));
        CHECK(child.keywords.size() >= 3);
      }
    }
  }
  CHECK(find_template("no such thing") == nullptr);
}
