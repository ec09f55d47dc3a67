// The seven cards and the health line, word by word as the specification has them.
#include "engine/projections/canvas.hpp"

#include <catch2/catch.hpp>

#include "tests/support/event_builders.hpp"

using namespace engine;
using namespace support;

namespace {
const Card& card(const Canvas& canvas, int number) {
  return canvas.steps.at(static_cast<std::size_t>(number - 1));
}
Card card_of_dataset(const Dataset& dataset, int number) {
  return card(canvas_of(dataset.state), number);
}

// Topics 1, 2, … with as many confident records as `counts` says, and `low` records under 0.7 in topic 1.
Dataset categorized(const std::vector<unsigned>& counts, unsigned low = 0) {
  std::vector<Assigned> assigned(low, Assigned{1, 0.5F});
  std::vector<TopicSpec> topics;
  for (std::uint32_t i = 0; i < counts.size(); ++i) {
    topics.push_back({i + 1, "topic " + std::to_string(i + 1)});
    assigned.insert(assigned.end(), counts[i], Assigned{i + 1});
  }
  std::vector<Verdict> verdicts;
  for (unsigned i = 0; i < assigned.size(); ++i) verdicts.push_back(valid(i));
  return given(Facts{dataset_created()} + imported(1, 1, verdicts) + topics_defined(1, topics) +
               completed_run(3, StepName::categorize, {topics_assigned(3, 1, assigned)}));
}

Dataset measured(const std::vector<unsigned>& counts) {
  Dataset dataset = categorized(counts);
  then(dataset, completed_run(4, StepName::coverage, {coverage_measured(4)}));
  return dataset;
}

Dataset with_verdicts(unsigned good, unsigned bad) {
  std::vector<Verdict> verdicts;
  for (unsigned i = 0; i < good; ++i) verdicts.push_back(valid(i));
  verdicts.insert(verdicts.end(), bad, invalid());
  return given(Facts{dataset_created()} + imported(1, 1, verdicts));
}
}  // namespace

TEST_CASE("seven cards with their names and tags", "[engine][canvas]") {
  const Canvas canvas = canvas_of(given({dataset_created()}).state);
  std::string text;
  for (const Card& shown : canvas.steps)
    text +=
        std::to_string(shown.number) + " " + std::string(shown.name) + " · " + std::string(shown.tag) + "\n";
  CHECK(
      text ==
      "1 Extract Data · INGESTION\n2 Topics & Category · CLASSIFICATION\n3 Coverage Analysis · DISTRIBUTION\n"
      "4 Grader Config · EVALUATION RULES\n5 Dry Run · VALIDATION\n6 Train Model · RFT TRAINING\n"
      "7 Deploy · DEPLOYMENT\n");
  for (const Card& shown : canvas.steps) CHECK(shown.badge == "Waiting");
  CHECK(canvas.next->action == "import");
  CHECK(canvas.status == "ready");
}

TEST_CASE("extraction shows its import, then that it is active", "[engine][canvas]") {
  Dataset dataset = given({dataset_created(), import_requested(1), run_started(1)});
  CHECK(card_of_dataset(dataset, 1).state == "processing");
  CHECK(card_of_dataset(dataset, 1).badge == "Importing...");
  dataset = with_verdicts(2, 0);
  CHECK(card_of_dataset(dataset, 1).badge == "Active");
  CHECK(card_of_dataset(dataset, 1).line == "Source: Uploaded File");
  CHECK(card_of_dataset(dataset, 1).rule == "2 records");
}

TEST_CASE("an import that failed before any record is shown with its cause", "[engine][canvas]") {
  const Dataset dataset =
      given({dataset_created(), import_requested(1), run_started(1), run_failed(1, "no such file")});
  const Card shown = card_of_dataset(dataset, 1);
  CHECK(shown.badge == "Failed");
  CHECK(shown.rule == "no such file");
  CHECK(shown.actions.front() == "retry");
}

TEST_CASE("topics and records are counted with commas", "[engine][canvas]") {
  CHECK(card_of_dataset(categorized({1002, 1, 1, 1, 1, 1, 1}), 2).line == "7 topics • 1,008 records");
  CHECK(card_of_dataset(categorized({3}), 2).line == "1 topic • 3 records");
}

TEST_CASE("categorization shows how far it is", "[engine][canvas]") {
  Dataset dataset = with_verdicts(4, 0);
  then(dataset, {topics_defined(1, {{1, "a"}}), run_requested(3, StepName::categorize), run_started(3),
                 run_progressed(3, 52, 100)});
  const Card shown = card_of_dataset(dataset, 2);
  CHECK(shown.badge == "Categorizing... 52%");
  CHECK(shown.progress == Approx(0.52));
  CHECK(shown.run == 3);
}

TEST_CASE("topics are complete when all are categorized and under 5 % of low confidence",
          "[engine][canvas]") {
  CHECK(card_of_dataset(categorized({96}, 4), 2).badge == "Complete");
  CHECK(card_of_dataset(categorized({95}, 5), 2).badge == "Attention");
  Dataset uncategorized = categorized({96});
  then(uncategorized, {topic_assigned_manually({1}, 0)});
  CHECK(card_of_dataset(uncategorized, 2).badge == "Attention");
}

TEST_CASE("the coverage card prints the balance, and the tier only with Attention", "[engine][canvas]") {
  Card shown = card_of_dataset(measured({35, 100}), 3);
  CHECK(shown.line == "Balance: 0.35 (Poor)");
  CHECK(shown.badge == "Attention");
  shown = card_of_dataset(measured({72, 100}), 3);
  CHECK(shown.line == "Balance: 0.72");
  CHECK(shown.badge == "Complete");
  shown = card_of_dataset(measured({60, 100}), 3);
  CHECK(shown.line == "Balance: 0.60 (Good)");
  CHECK(shown.badge == "Attention");
}

TEST_CASE("a skipped coverage is shown as such until it runs again", "[engine][canvas]") {
  Dataset dataset = categorized({35, 100});
  then(dataset, {step_skipped(StepName::coverage, "few topics")});
  CHECK(card_of_dataset(dataset, 3).badge == "Skipped");
  CHECK(card_of_dataset(dataset, 3).skipped);
  then(dataset, completed_run(4, StepName::coverage, {coverage_measured(4)}));
  CHECK(card_of_dataset(dataset, 3).badge == "Attention");
}

TEST_CASE("a card is stale when an input changed after its run, and names the cause", "[engine][canvas]") {
  Dataset dataset = measured({70, 100});
  CHECK(card_of_dataset(dataset, 2).stale.empty());
  CHECK(card_of_dataset(dataset, 3).stale.empty());
  then(dataset, {topics_defined(2, {{1, "a"}, {2, "b"}})});
  REQUIRE(card_of_dataset(dataset, 2).stale.size() == 1);
  CHECK(card_of_dataset(dataset, 2).stale[0].because == "topics edited");
  CHECK(card_of_dataset(dataset, 2).stale[0].position == dataset.state.position);
  CHECK(canvas_of(dataset.state).next->action == "categorize");
  CHECK_FALSE(card_of_dataset(dataset, 3).stale.empty());
  then(dataset, completed_run(5, StepName::categorize) + completed_run(6, StepName::coverage));
  CHECK(card_of_dataset(dataset, 2).stale.empty());
  CHECK(card_of_dataset(dataset, 3).stale.empty());
}

TEST_CASE("deleted records and edited ones make what was worked out stale", "[engine][canvas]") {
  Dataset dataset = measured({70, 100});
  then(dataset, {records_deleted({1})});
  CHECK(card_of_dataset(dataset, 2).stale.at(0).because == "records deleted");
  then(dataset, {record_edited(2)});
  CHECK(card_of_dataset(dataset, 3).stale.at(0).because == "record edited");
}

TEST_CASE("a step that cannot run says why and what to do", "[engine][canvas]") {
  const Canvas canvas = canvas_of(given({dataset_created()}).state);
  CHECK(card(canvas, 1).blocked.at(0).fix == "import a file");
  CHECK(card(canvas, 2).blocked.at(0).reason == "no valid records yet");
  CHECK(card(canvas, 3).blocked.at(0).reason == "no topics defined");
  CHECK(card(canvas, 4).blocked.at(0).fix == "configure a grader");
  CHECK(card(canvas, 5).blocked.at(0).fix == "configure a grader first");
  CHECK(card(canvas, 6).blocked.at(0).reason == "no dry run has passed");
  CHECK(card(canvas, 7).line == "Waiting for training");
}

TEST_CASE("a parked run shows on its card and can be resumed", "[engine][canvas]") {
  Dataset dataset = categorized({10, 10});
  then(dataset, {run_requested(4, StepName::categorize), run_started(4), run_parked(4)});
  const Canvas canvas = canvas_of(dataset.state);
  CHECK(card(canvas, 2).badge == "Failed");
  CHECK(card(canvas, 2).rule == "it stumbled too often");
  CHECK(canvas.next->action == "resume");
  CHECK(canvas.status == "failed");
}

TEST_CASE("what to do next after coverage names the gaps or goes on to the grader", "[engine][canvas]") {
  CHECK(canvas_of(measured({10, 10}).state).next->step == "grader");
  const auto next = canvas_of(measured({30, 70}).state).next;
  CHECK(next->action == "generate");
  CHECK(next->why == "Coverage has 1 gap: add 20 records there, or skip.");
}

TEST_CASE("the health line", "[engine][health]") {
  const Health health = health_of(with_verdicts(1008, 34).state);
  CHECK(health.line == "✓ 1,008 valid  ⚠ 34 invalid (3%)");
  CHECK(health.invalid_percent == 3);
  CHECK(health.severity == "healthy");
  CHECK(health_of(with_verdicts(3, 0).state).line == "✓ 3 valid  ⚠ 0 invalid (0%)");
}

TEST_CASE("5 % are healthy, 15 % a warning, more is critical", "[engine][health]") {
  CHECK(health_of(with_verdicts(95, 5).state).severity == "healthy");
  CHECK(health_of(with_verdicts(94, 6).state).severity == "warning");
  CHECK(health_of(with_verdicts(85, 15).state).severity == "warning");
  CHECK(health_of(with_verdicts(84, 16).state).severity == "critical");
}

TEST_CASE("a few invalid records are never shown as none", "[engine][health]") {
  const Health health = health_of(with_verdicts(999, 1).state);
  CHECK(health.line == "✓ 999 valid  ⚠ 1 invalid (<1%)");
  CHECK(health.invalid_percent == 1);
}

TEST_CASE("numbers are told with commas", "[engine][canvas]") {
  CHECK(with_commas(0) == "0");
  CHECK(with_commas(999) == "999");
  CHECK(with_commas(1008) == "1,008");
  CHECK(with_commas(1234567) == "1,234,567");
}
