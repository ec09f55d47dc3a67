// The life of a run: requested, started, retried, parked, resumed, ended.
#include <catch2/catch.hpp>

#include "engine/due.hpp"
#include "tests/support/event_builders.hpp"

using namespace engine;
using namespace support;

namespace {
// One valid record; run 3 categorizes into topics 1 and 2.
Facts categorizing() {
  return Facts{dataset_created()} + imported(1, 1, {valid(1)}) +
         topics_defined(1, {{1, "openings"}, {2, "endings"}}) + run_requested(3, StepName::categorize) +
         run_started(3);
}
const RunId run(3);

const Run& the_run(const Dataset& dataset) {
  return *dataset.state.run(run);
}

RequestRun request(StepName step, bool confirm = false) {
  RequestRun wished;
  wished.step = step;
  wished.confirm = confirm;
  return wished;
}

RequestRun request_all(bool confirm) {
  RequestRun wished = request(StepName::categorize, confirm);
  wished.parameters.categorize = std::make_unique<schemas::CategorizeParametersT>();
  wished.parameters.categorize->scope = schemas::Scope::all;
  return wished;
}
}  // namespace

TEST_CASE("a requested run gets the next number, a seed and a cause", "[engine][runs]") {
  Dataset dataset = given(Facts{dataset_created()} + imported(1, 1, {valid(1)}));
  const auto requested = wish(dataset, request(StepName::topics));
  REQUIRE(requested);
  CHECK(requested->subject == 3);
  CHECK(the_run(dataset).state == RunState::requested);
  CHECK(the_run(dataset).seed == 3);
  CHECK(the_run(dataset).because == "triggered");
}

TEST_CASE("a second run of the same step is refused while the first is under way", "[engine][runs]") {
  Dataset dataset = given(categorizing());
  const auto refused = wish(dataset, request(StepName::categorize));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().found == "run3 (categorize) is under way");
  then(dataset, {run_completed(3)});
  CHECK(wish(dataset, request(StepName::categorize)));
}

TEST_CASE("a wish for a step that cannot run is refused with the reason and what to do", "[engine][runs]") {
  Dataset dataset = given({dataset_created()});
  const auto refused = wish(dataset, request(StepName::dry_run));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::blocked);
  CHECK(refused.error().hint == "configure a grader first");
}

TEST_CASE("regenerating topics has to be confirmed and names what would be lost", "[engine][runs]") {
  Dataset dataset = given(categorizing() + topics_assigned(3, 1, {{1}}) + run_completed(3));
  const auto refused = wish(dataset, request(StepName::topics));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::needs_confirmation);
  CHECK(refused.error().found == "2 topics and 1 topic assignments (0 made by hand) would be replaced");
  CHECK(wish(dataset, request(StepName::topics, true)));
}

TEST_CASE("categorizing all again has to be confirmed, then clears first", "[engine][runs]") {
  Dataset dataset = given(categorizing() + topics_assigned(3, 1, {{1}}) + run_completed(3));
  CHECK(wish(dataset, request_all(false)).error().code == ErrorCode::needs_confirmation);
  const auto requested = wish(dataset, request_all(true));
  REQUIRE(requested);
  CHECK(names_of(requested->events) == "assignments_cleared run_requested");
  CHECK(dataset.state.counters.categorized == 0);
}

TEST_CASE("requesting validation takes back all verdicts", "[engine][runs]") {
  Dataset dataset = given(Facts{dataset_created()} + imported(1, 1, {valid(1), invalid()}));
  const auto requested = wish(dataset, request(StepName::validate));
  REQUIRE(requested);
  CHECK(names_of(requested->events) == "records_invalidated run_requested");
  CHECK(dataset.state.pending == 2);
}

TEST_CASE("starting an attempt twice starts it once", "[engine][runs]") {
  Dataset dataset = given(categorizing());
  CHECK(wish(dataset, StartAttempt{run})->events.empty());
  CHECK(the_run(dataset).attempt == 1);
}

TEST_CASE("a failed attempt is retried after a doubling delay, spread by a quarter", "[engine][runs]") {
  const auto attempt = static_cast<std::uint32_t>(GENERATE(1, 2, 3, 4));
  const std::uint64_t jitter = GENERATE(std::uint64_t{0}, std::uint64_t{123'456'789}, UINT64_MAX);
  const std::int64_t delay = second << (attempt - 1);
  Dataset dataset = given(categorizing() + run_started(3, attempt));
  const Now now{50 * second, this_epoch, jitter};
  const auto failed = decide(dataset.state, FailAttempt{run, attempt, "no answer", true}, now);
  REQUIRE(failed);
  REQUIRE(names_of(failed->events) == "attempt_failed");
  const std::int64_t wait =
      schemas::view<schemas::AttemptFailed>(failed->events[0].body).retry_at() - now.time;
  CHECK(wait >= delay - delay / 4);
  CHECK(wait <= delay + delay / 4);
}

TEST_CASE("a retry is not started before its time", "[engine][runs]") {
  Dataset dataset = given(categorizing() + attempt_failed(3, 1, 100 * second));
  CHECK(decide(dataset.state, StartAttempt{run}, {100 * second - 1, this_epoch, 0})->events.empty());
  const auto started = decide(dataset.state, StartAttempt{run}, {100 * second, this_epoch, 0});
  CHECK(names_of(started->events) == "run_started");
}

TEST_CASE("the last attempt that fails parks the run with its cause", "[engine][runs]") {
  Dataset dataset = given(categorizing() + run_started(3, attempts_max));
  const auto failed = wish(dataset, FailAttempt{run, attempts_max, "no answer", true});
  CHECK(names_of(failed->events) == "run_parked");
  CHECK(the_run(dataset).state == RunState::parked);
  CHECK(the_run(dataset).error == "no answer");
}

TEST_CASE("a failure that no retry can mend ends the run", "[engine][runs]") {
  Dataset dataset = given(categorizing());
  CHECK(names_of(wish(dataset, FailAttempt{run, 1, "no such template", false})->events) == "run_failed");
  CHECK(the_run(dataset).ended());
}

TEST_CASE("a failure told by an attempt that is no longer under way changes nothing", "[engine][runs]") {
  Dataset dataset = given(categorizing() + run_started(3, 2));
  CHECK(wish(dataset, FailAttempt{run, 1, "late", true})->events.empty());
  then(dataset, {run_cancelled(3)});
  CHECK(wish(dataset, FailAttempt{run, 2, "late", true})->events.empty());
}

TEST_CASE("a run of an earlier daemon is started again, and parked when that happens too often",
          "[engine][runs]") {
  Dataset dataset = given(categorizing());
  const Now next_daemon{0, this_epoch + 1, 0};
  auto again = decide(dataset.state, StartAttempt{run}, next_daemon);
  REQUIRE(names_of(again->events) == "run_started");
  CHECK(schemas::view<schemas::RunStarted>(again->events[0].body).attempt() == 2);
  then(dataset, {run_started(3, attempts_max)});
  again = decide(dataset.state, StartAttempt{run}, next_daemon);
  REQUIRE(names_of(again->events) == "run_parked");
  CHECK(schemas::view<schemas::RunParked>(again->events[0].body).error()->str() ==
        "the daemon stopped 5 times while this ran");
}

TEST_CASE("a parked run is resumed with all its attempts, another is not", "[engine][runs]") {
  Dataset dataset = given(categorizing() + run_started(3, attempts_max) + run_parked(3));
  CHECK(wish(dataset, StartAttempt{run})->events.empty());
  REQUIRE(wish(dataset, ResumeRun{run}));
  CHECK(the_run(dataset).state == RunState::requested);
  CHECK(the_run(dataset).attempt == 0);
  CHECK(wish(dataset, ResumeRun{run}).error().code == ErrorCode::conflict);
}

TEST_CASE("cancelling twice is the same as once; what has ended otherwise cannot be cancelled",
          "[engine][runs]") {
  Dataset dataset = given(categorizing());
  CHECK(names_of(wish(dataset, CancelRun{run})->events) == "run_cancelled");
  CHECK(wish(dataset, CancelRun{run})->events.empty());
  CHECK(wish(dataset, CancelRun{run})->subject == 3);
  CHECK(wish(dataset, CancelRun{RunId(1)}).error().code == ErrorCode::conflict);
  CHECK(wish(dataset, CancelRun{RunId(9)}).error().code == ErrorCode::not_found);
}

TEST_CASE("a parked run can be cancelled", "[engine][runs]") {
  Dataset dataset = given(categorizing() + run_parked(3));
  CHECK(wish(dataset, CancelRun{run}));
  CHECK(the_run(dataset).state == RunState::cancelled);
}

TEST_CASE("an event that names a run nobody requested is a broken log", "[engine][runs]") {
  Dataset dataset = given({dataset_created()});
  CHECK_THROWS_AS(then(dataset, {run_started(1)}), BrokenLog);
  CHECK_THROWS_AS(then(dataset, {run_requested(2, StepName::topics)}), BrokenLog);
  CHECK_THROWS_AS(then(dataset, {dataset_registered(2)}), BrokenLog);
}

TEST_CASE("coverage is skipped with its reason until it runs, and nothing else can be", "[engine][runs]") {
  Dataset dataset = given(categorizing());
  CHECK(wish(dataset, SkipStep{StepName::train, "no"}).error().code == ErrorCode::invalid_argument);
  REQUIRE(wish(dataset, SkipStep{StepName::coverage, "few topics"}));
  CHECK(dataset.state.skipped.at(StepName::coverage) == "few topics");
  CHECK(wish(dataset, SkipStep{StepName::coverage, "few topics"})->events.empty());
  then(dataset, {run_requested(4, StepName::coverage)});
  CHECK(dataset.state.skipped.empty());
}

TEST_CASE("attempts before a block that was done do not count towards parking", "[engine][runs]") {
  Dataset dataset = given(categorizing() + run_started(3, attempts_max) + run_progressed(3, 1, 2));
  CHECK(the_run(dataset).fruitless() == 1);
  const auto failed = wish(dataset, FailAttempt{run, attempts_max, "no answer", true});
  REQUIRE(failed);
  CHECK(names_of(failed->events) == "attempt_failed");
  then(dataset, {run_started(3, attempts_max + 1), run_progressed(3, 1, 2)});
  CHECK(the_run(dataset).fruitless() == 2);
}

TEST_CASE("a cancelled validation is not begun again until something changes", "[engine][runs]") {
  Dataset dataset = given(Facts{dataset_created()} + imported(1, 1, {valid(1)}));
  const auto again = wish(dataset, request(StepName::validate));
  REQUIRE(again);
  REQUIRE(wish(dataset, CancelRun{RunId(again->subject), "changed my mind"}));
  CHECK(dataset.state.pending == 1);
  CHECK(due(dataset.state, {}).empty());
  REQUIRE(wish(dataset, RevalidateRecords{}));
  CHECK_FALSE(due(dataset.state, {}).empty());
}

TEST_CASE("the validation that an import waits for is cancelled with the import only", "[engine][runs]") {
  Dataset dataset = given({dataset_created()});
  const auto import = wish(dataset, BeginImport{});
  REQUIRE(import);
  then(dataset, {records_imported(1, 1, 2), run_requested(2, StepName::validate), run_started(2)});
  const auto refused = wish(dataset, CancelRun{RunId(2), ""});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().hint == "cancel the import instead");
  CHECK(wish(dataset, CancelRun{RunId(1), ""}));
}
