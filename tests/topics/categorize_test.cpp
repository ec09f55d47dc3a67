#include "steps/topics/categorize.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <memory>

#include "steps/topics/keyword_rules.hpp"
#include "steps/topics/rng.hpp"
#include "tests/topics/corpus.hpp"

using namespace steps::topics;
using schemas::ErrorCode;

namespace {

// 20 intents with `shots` labelled examples each; the rest of them, and all of 20 other intents, for testing.
struct Split {
  std::vector<TopicText> topics;
  std::vector<std::pair<std::string, std::uint32_t>> train;
  std::vector<std::pair<std::string, std::uint32_t>> test;
  std::vector<std::string> out_of_scope;

  std::vector<Example> examples() const {
    std::vector<Example> all;
    for (const auto& [text, topic] : train) all.push_back({text, topic});
    return all;
  }
};

Split split(std::size_t shots) {
  const corpus::Labelled all = corpus::read("topics/clinc_3000.jsonl");
  const corpus::Labelled known = corpus::with_labels(all, 0, 3, 20);
  Split out;
  for (const std::string& label : known.label_names) {
    std::string name = label;
    std::ranges::replace(name, '_', ' ');
    out.topics.push_back({static_cast<std::uint32_t>(out.topics.size() + 1), name, "", {}});
  }
  std::map<std::uint32_t, std::size_t> taken;
  for (std::size_t row = 0; row < known.texts.size(); ++row) {
    const std::uint32_t id = known.labels[row] + 1;
    (taken[id]++ < shots ? out.train : out.test).emplace_back(known.texts[row], id);
  }
  out.out_of_scope = corpus::with_labels(all, 1, 3, 20).texts;
  return out;
}

struct Outcome {
  double accuracy = 0;
  double confidence = 0;
  double calibration_error = 0;
  std::size_t by_keyword = 0;
  std::size_t by_keyword_right = 0;
};

Outcome measure(const Categorizer& categorizer,
                const std::vector<std::pair<std::string, std::uint32_t>>& test) {
  Outcome outcome;
  std::vector<double> confidences;
  const auto right = std::make_unique<bool[]>(test.size());
  for (std::size_t row = 0; row < test.size(); ++row) {
    const Assignment assignment = categorizer.assign(test[row].first);
    right[row] = assignment.topic == test[row].second;
    confidences.push_back(assignment.confidence);
    outcome.accuracy += right[row] ? 1.0 / static_cast<double>(test.size()) : 0;
    outcome.confidence += assignment.confidence / static_cast<double>(test.size());
    if (assignment.method == Method::keyword) ++outcome.by_keyword;
    if (assignment.method == Method::keyword && right[row]) ++outcome.by_keyword_right;
    CHECK(assignment.confidence >= 0);
    CHECK(assignment.confidence <= 1);
    CHECK(assignment.runner_up != assignment.topic);
  }
  outcome.calibration_error = expected_calibration_error(confidences, {right.get(), test.size()});
  return outcome;
}

double mean_confidence(const Categorizer& categorizer, const std::vector<std::string>& texts) {
  double sum = 0;
  for (const std::string& text : texts) sum += categorizer.assign(text).confidence;
  return sum / static_cast<double>(texts.size());
}

}  // namespace

TEST_CASE("with 20 examples a topic confidence is as good as its word", "[steps][topics]") {
  const Split data = split(20);
  const std::vector<Example> examples = data.examples();
  const auto fitted = Categorizer::fit(data.topics, examples);
  REQUIRE(fitted);
  const Outcome outcome = measure(*fitted, data.test);
  CHECK(outcome.accuracy > 0.90);
  CHECK(outcome.calibration_error <= 0.05);
  CHECK(fitted->calibration().samples == examples.size());
  CHECK(fitted->calibration().ece_after < fitted->calibration().ece_before);
  CHECK(outcome.by_keyword > 0);
  CHECK(static_cast<double>(outcome.by_keyword_right) >= 0.9 * static_cast<double>(outcome.by_keyword));

  const double inside = outcome.confidence;
  const double outside = mean_confidence(*fitted, data.out_of_scope);
  CHECK(outside < inside - 0.25);
}

TEST_CASE("held-out assignments of the examples are calibrated too", "[steps][topics]") {
  const Split data = split(20);
  const std::vector<Example> examples = data.examples();
  const auto fitted = Categorizer::fit(data.topics, examples);
  REQUIRE(fitted);
  REQUIRE(fitted->held_out().size() == examples.size());
  std::vector<double> confidences;
  const auto right = std::make_unique<bool[]>(examples.size());
  double accuracy = 0;
  for (std::size_t row = 0; row < examples.size(); ++row) {
    confidences.push_back(fitted->held_out()[row].confidence);
    right[row] = fitted->held_out()[row].topic == examples[row].topic;
    accuracy += right[row] ? 1.0 / static_cast<double>(examples.size()) : 0;
  }
  CHECK(accuracy > 0.85);
  CHECK(accuracy < 0.999);  // a model that had seen them would know them all
  CHECK(expected_calibration_error(confidences, {right.get(), examples.size()}) ==
        Approx(fitted->calibration().ece_after).margin(1e-6));
}

TEST_CASE("five examples a topic and domains instead of intents keep the calibration near",
          "[steps][topics]") {
  const Split few = split(5);
  const std::vector<Example> examples = few.examples();
  const auto fitted = Categorizer::fit(few.topics, examples);
  REQUIRE(fitted);
  const Outcome outcome = measure(*fitted, few.test);
  CHECK(outcome.accuracy > 0.78);
  CHECK(outcome.calibration_error < 0.09);
}

TEST_CASE("without examples names alone find topics, and confidence stays modest", "[steps][topics]") {
  const Split data = split(0);
  std::vector<std::string> corpus;
  for (const auto& [text, topic] : data.test) corpus.push_back(text);
  const auto fitted = Categorizer::fit(data.topics, {}, corpus);
  REQUIRE(fitted);
  CHECK(fitted->calibration() == Calibration{Categorizer::prior_temperature, 0, 0, 0});
  CHECK(fitted->held_out().empty());
  const Outcome outcome = measure(*fitted, data.test);
  CHECK(outcome.accuracy > 0.55);
  CHECK(outcome.confidence < outcome.accuracy);
  for (const auto& [text, topic] : data.test) {
    const Assignment assignment = fitted->assign(text);
    if (assignment.method == Method::embedding)
      CHECK(assignment.confidence <= Categorizer::prior_confidence_max);
  }
}

TEST_CASE("the same inputs make the same categorizer", "[steps][topics]") {
  const Split data = split(10);
  const std::vector<Example> examples = data.examples();
  const auto first = Categorizer::fit(data.topics, examples);
  const auto second = Categorizer::fit(data.topics, examples);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->calibration() == second->calibration());
  for (const auto& [text, topic] : data.test) CHECK(first->assign(text) == second->assign(text));
}

TEST_CASE("a calibration given back replaces the fit and gives the same assignments", "[steps][topics]") {
  const Split data = split(10);
  const std::vector<Example> examples = data.examples();
  const auto first = Categorizer::fit(data.topics, examples);
  REQUIRE(first);
  CategorizerOptions options;
  options.calibration = first->calibration();
  const auto resumed = Categorizer::fit(data.topics, examples, {}, options);
  REQUIRE(resumed);
  for (const auto& [text, topic] : data.test) CHECK(first->assign(text) == resumed->assign(text));
  CHECK(resumed->held_out().empty());
  options.calibration->temperature *= 5;
  const auto cooler = Categorizer::fit(data.topics, examples, {}, options);
  CHECK(mean_confidence(*cooler, data.out_of_scope) < mean_confidence(*first, data.out_of_scope));
}

TEST_CASE("a text without a known word has low confidence", "[steps][topics]") {
  const Split data = split(20);
  const std::vector<Example> examples = data.examples();
  const auto fitted = Categorizer::fit(data.topics, examples);
  REQUIRE(fitted);
  for (const char* text : {"", "???", "zxqv wvutz", "国际象棋", "\xFF\xFE"}) {
    const Assignment assignment = fitted->assign(text);
    CHECK(assignment.confidence <= 0.3);
    CHECK(assignment.topic != 0);
  }
}

TEST_CASE("one topic, two topics and topics without examples work", "[steps][topics]") {
  const std::vector<TopicText> topics{
      {7, "Card delivery", "Where a card is.", {"card", "delivery", "arrive"}},
      {9, "Flight booking", "Tickets.", {"flight", "airport", "ticket"}}};
  const auto one = Categorizer::fit(std::span(topics).first(1), {});
  REQUIRE(one);
  CHECK(one->assign("my card").topic == 7);
  CHECK(one->assign("my card").runner_up == 0);
  const auto two = Categorizer::fit(topics, {});
  REQUIRE(two);
  CHECK(two->assign("when will the delivery of my card arrive").topic == 7);
  CHECK(two->assign("a flight ticket").topic == 9);
  CHECK(two->assign("a flight ticket").runner_up == 7);
  CHECK(two->assign("a flight ticket").method ==
        Method::keyword);  // two keywords of one topic, none of the other
  CHECK(two->assign("a flight ticket").confidence >= 0.9);
  CHECK(two->assign("a flight for my card").method == Method::embedding);
  std::vector<Example> examples;
  for (int i = 0; i < 30; ++i) examples.push_back({"my new card has not come", 7});
  const auto uneven = Categorizer::fit(topics, examples);
  REQUIRE(uneven);
  CHECK(uneven->assign("airport ticket").topic == 9);
}

TEST_CASE("wrong topics and examples are refused", "[steps][topics]") {
  const std::vector<TopicText> twice{{1, "a", "", {}}, {1, "b", "", {}}};
  const std::vector<TopicText> zero{{0, "a", "", {}}};
  const std::vector<TopicText> fine{{1, "a", "", {}}};
  const std::vector<Example> unknown{{"text", 2}};
  CHECK(Categorizer::fit({}, {}).error().code == ErrorCode::invalid_argument);
  CHECK(Categorizer::fit(twice, {}).error().code == ErrorCode::invalid_argument);
  CHECK(Categorizer::fit(zero, {}).error().code == ErrorCode::invalid_argument);
  CHECK(Categorizer::fit(fine, unknown).error().found == "an example of topic 2");
  CategorizerOptions options;
  options.keep_going = [](double) { return false; };
  CHECK(Categorizer::fit(fine, {}, {}, options).error().code == ErrorCode::cancelled);
}

TEST_CASE("a keyword decides only after eight hits without a miss", "[steps][topics]") {
  const std::vector<std::vector<std::string>> keywords{{"card"}, {"flight", "shared"}, {"shared"}};
  std::vector<std::string_view> texts(8, "my card is lost");
  std::vector<std::uint32_t> topics(8, 0);
  const auto confidence = [&](std::string_view text) {
    const auto hit = KeywordRules::fit(keywords, texts, topics).match(text);
    return hit ? hit->confidence : 0.0;
  };
  CHECK(confidence("CARDS!") == Approx(0.9));
  texts.pop_back();
  topics.pop_back();
  CHECK(confidence("cards") < 0.9);
  texts.push_back("a card on the flight");
  topics.push_back(1);
  CHECK(confidence("cards") == Approx(0.8));
  CHECK(confidence("card and flight") == 0);  // two topics
  CHECK(confidence("shared") == 0);           // a keyword of two topics
  CHECK(confidence("nothing of that") == 0);
}

TEST_CASE("the calibration error is the gap between confidence and accuracy", "[steps][topics]") {
  const std::vector<double> confidences{0.9, 0.9, 0.9, 0.9, 0.3, 0.3};
  const bool right[] = {true, true, false, false, false, false};
  CHECK(expected_calibration_error(confidences, right) == Approx((4 * 0.4 + 2 * 0.3) / 6));
  CHECK(expected_calibration_error({}, {}) == 0);
  const std::vector<double> sure{1.0, 1.0};
  const bool yes[] = {true, true};
  CHECK(expected_calibration_error(sure, yes) == 0);
}

TEST_CASE("the temperature that made the logits is found again", "[steps][topics]") {
  // Labels drawn from softmax(logits): the logits times 4 need temperature 4.
  Rng rng(3);
  Matrix logits(4000, 5);
  std::vector<std::uint32_t> classes(logits.rows);
  for (std::size_t row = 0; row < logits.rows; ++row) {
    double total = 0;
    for (float& value : logits.row(row)) {
      value = static_cast<float>(rng.normal() * 2);
      total += std::exp(static_cast<double>(value));
    }
    double draw = rng.uniform() * total;
    for (std::uint32_t at = 0; at < 5; ++at) {
      draw -= std::exp(static_cast<double>(logits.row(row)[at]));
      classes[row] = at;
      if (draw < 0) break;
    }
    for (float& value : logits.row(row)) value *= 4;
  }
  const Calibration found = calibrate(logits, classes);
  CHECK(found.temperature == Approx(4).epsilon(0.1));
  CHECK(found.samples == 4000);
  CHECK(found.ece_before > 0.1);
  CHECK(found.ece_after < 0.03);
}
