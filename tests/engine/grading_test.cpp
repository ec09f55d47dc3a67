// Graders, dry runs and generations in a dataset's state: what follows from commands, what the cards say.
#include <catch2/catch.hpp>

#include "engine/due.hpp"
#include "engine/projections/canvas.hpp"
#include "engine/projections/records.hpp"
#include "tests/support/event_builders.hpp"

using namespace support;
using engine::Card;
using schemas::AnswerSource;

namespace {
// Three valid records, two of them with a topic.
Facts ready() {
  return Facts{dataset_created()} + imported(1, 1, {valid(1), valid(2), valid(3), invalid()}) +
         topics_defined(1, {{1, "openings"}, {2, "endings"}}) + topic_assigned_manually({1, 2, 3}, 1);
}

Facts with_verdict(schemas::Verdict verdict, double mean = 0.45) {
  return ready() + grader_defined(1) + dry_run_requested(3) + run_started(3) + dry_run_sampled(3, 2) +
         samples_answered(3, 0, 2) + samples_graded(3, 0, {{1, 0.4}, {3, 0.5}}) +
         dry_run_measured(3, verdict, mean) + run_completed(3);
}

engine::RequestRun dry_run(std::uint32_t sample_size = 0, AnswerSource answers = AnswerSource::model) {
  engine::RequestRun command;
  command.step = StepName::dry_run;
  command.parameters.dry_run = std::make_unique<schemas::DryRunParametersT>();
  command.parameters.dry_run->sample_size = sample_size;
  command.parameters.dry_run->answers = answers;
  command.parameters.dry_run->model = "scripted";
  return command;
}

engine::DefineGrader grader(std::string text) {
  return {store::make_blob(text), "script", "Type: JavaScript Script", {}, "first"};
}

Card card_of(const Dataset& dataset, std::size_t number) {
  return engine::canvas_of(dataset.state).steps.at(number - 1);
}
}  // namespace

TEST_CASE("a grader is a new version, unless it says what the current one says", "[engine][grader]") {
  Dataset dataset = given(ready());
  CHECK(card_of(dataset, 4).badge == "Waiting");
  CHECK(card_of(dataset, 4).blocked.front().reason == "no grader configured");
  REQUIRE(wish(dataset, grader("a"))->subject == 1);
  CHECK(card_of(dataset, 4).badge == "Configured");
  CHECK(card_of(dataset, 4).line == "Type: JavaScript Script");
  CHECK(wish(dataset, grader("a"))->events.empty());
  REQUIRE(wish(dataset, grader("b"))->subject == 2);
  REQUIRE(wish(dataset, grader("a"))->subject == 3);
  CHECK(dataset.state.grader()->restores == 1);
}

TEST_CASE("a dry run without a grader is blocked, and says to configure one first", "[engine][dry_run]") {
  Dataset dataset = given(ready());
  const auto refused = wish(dataset, dry_run());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == schemas::ErrorCode::blocked);
  CHECK(refused.error().hint == "configure a grader first");
  CHECK(card_of(dataset, 5).badge == "Waiting");
  then(dataset, {grader_defined(1)});
  CHECK(card_of(dataset, 5).badge == "Ready");
  REQUIRE(wish(dataset, dry_run()));
  CHECK(dataset.state.dry_runs[0].grader_version == 1);
  CHECK(card_of(dataset, 5).badge == "Processing");
}

TEST_CASE("a sample larger than the dataset is refused with the number there is", "[engine][dry_run]") {
  Dataset dataset = given(ready() + grader_defined(1));
  const auto refused = wish(dataset, dry_run(100));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().at == "/sample_size");
  CHECK(refused.error().wanted.starts_with("a sample of at most 3 records"));
}

TEST_CASE("recorded answers cannot be graded where no record has one", "[engine][dry_run]") {
  Dataset dataset = given(ready() + grader_defined(1));
  const auto refused = wish(dataset, dry_run(0, AnswerSource::recorded));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == schemas::ErrorCode::blocked);
  CHECK(refused.error().found == "none of the 3 valid records has one");
}

TEST_CASE("the card of a dry run shows mean and verdict, and each verdict has its badge",
          "[engine][canvas]") {
  const auto shown = [](schemas::Verdict verdict, double mean) {
    return card_of(given(with_verdict(verdict, mean)), 5);
  };
  CHECK(shown(schemas::Verdict::go, 0.45).line == "Mean: 0.45 • GO");
  CHECK(shown(schemas::Verdict::go, 0.45).badge == "Passed");
  CHECK(shown(schemas::Verdict::caution, 0.15).line == "Mean: 0.15 • CAUTION");
  CHECK(shown(schemas::Verdict::caution, 0.15).badge == "Attention");
  CHECK(shown(schemas::Verdict::no_go, 0.05).line == "Mean: 0.05 • NO-GO");
  CHECK(shown(schemas::Verdict::no_go, 0.05).badge == "Failed");
}

TEST_CASE("a dry run is stale when the grader, the records or the topics changed after it",
          "[engine][canvas]") {
  const auto stale_after = [](const NewEvent& change) {
    Dataset dataset = given(with_verdict(schemas::Verdict::go));
    CHECK(card_of(dataset, 5).stale.empty());
    then(dataset, {change});
    const auto stale = card_of(dataset, 5).stale;
    return stale.empty() ? std::string{} : stale.front().because;
  };
  CHECK(stale_after(grader_defined(2)) == "grader changed");
  CHECK(stale_after(records_deleted({2})) == "records deleted");
  CHECK(stale_after(topics_defined(2, {{1, "openings"}})) == "topics edited");
}

TEST_CASE("what was graded is kept as the record's score, and an edit takes it away", "[engine][dry_run]") {
  Dataset dataset = given(with_verdict(schemas::Verdict::go));
  CHECK(dataset.state.records[0].score == Approx(0.4F));
  CHECK(dataset.state.records[1].score < 0);
  engine::RecordFilter filter;
  filter.score_gte = 0.45;
  CHECK(engine::matching(dataset.state, filter) == std::vector<std::uint64_t>{3});
  then(dataset, {record_edited(3)});
  CHECK(engine::matching(dataset.state, filter).empty());
}

TEST_CASE("a regrade takes over sample and answers, and only grades", "[engine][dry_run]") {
  Dataset dataset = given(with_verdict(schemas::Verdict::go) + grader_defined(2));
  engine::RequestRun command = dry_run();
  command.parameters.dry_run->regrade_of = 3;
  REQUIRE(wish(dataset, command)->subject == 4);
  then(dataset, {run_started(4), dry_run_sampled(4, 2, 3)});
  const engine::DryRun& again = *dataset.state.dry_run(4);
  CHECK(again.grader_version == 2);
  CHECK(again.answered == 2);
  CHECK(again.graded == 0);
  CHECK(again.answers.size() == 1);
}

TEST_CASE("answers that are not all there cannot be graded again", "[engine][dry_run]") {
  Dataset dataset = given(ready() + grader_defined(1) + dry_run_requested(3) + run_started(3) +
                          dry_run_sampled(3, 2) + samples_answered(3, 0, 1) + run_cancelled(3));
  engine::RequestRun command = dry_run();
  command.parameters.dry_run->regrade_of = 3;
  const auto refused = wish(dataset, command);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().found == "run3 has 1 of 2");
}

TEST_CASE("a new daemon goes on with a dry run where the log ends", "[engine][due]") {
  Dataset dataset = given(ready() + grader_defined(1) + dry_run_requested(3) + run_started(3) +
                          dry_run_sampled(3, 2) + samples_answered(3, 0, 1));
  engine::Now now = now_of(dataset);
  ++now.epoch;
  const auto due = engine::due(dataset.state, now);
  REQUIRE_FALSE(due.empty());  // categorization may be due as well
  const auto& command = std::get<engine::Command>(due.front());
  CHECK(std::get<engine::StartAttempt>(command).run.value() == 3);
  CHECK(dataset.state.dry_run(3)->answered == 1);
}

TEST_CASE("accepted generated records are imported as synthetic ones and inherit their topic",
          "[engine][generate]") {
  Dataset dataset = given(ready() + generation_requested(3) + run_started(3) + generation_planned(3, 2) +
                          records_generated(3, 2) + run_completed(3));
  CHECK(dataset.state.generation(3)->awaits_review());
  engine::ReviewGeneration review;
  review.run = RunId(3);
  review.accepted = {1};
  review.lines = store::make_blob("{}");
  review.lengths = {2};
  review.topics = {2};
  review.sources = {1};
  review.strategies = {1};
  const auto decided = wish(dataset, review);
  REQUIRE(decided);
  CHECK(names_of(decided->events) ==
        "run_requested run_started records_imported import_received generation_reviewed");
  CHECK(dataset.state.records[4].topic == 2);
  CHECK(dataset.state.blocks.back().source == Source::synthetic);
  CHECK(dataset.state.generation(3)->accepted == 1);
  CHECK(dataset.state.generation(3)->dropped == 1);
  CHECK_FALSE(wish(dataset, review));
}
