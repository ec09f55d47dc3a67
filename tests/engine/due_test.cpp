// What a dataset wants done next. Each of its wishes is granted here at once, as the engine does.
#include "engine/due.hpp"

#include <catch2/catch.hpp>

#include "tests/support/event_builders.hpp"

using namespace engine;
using namespace support;

namespace {
std::string name_of_due(const Due& item) {
  if (std::holds_alternative<WorkOn>(item)) return "work";
  if (std::holds_alternative<LookAgain>(item)) return "look again";
  const auto& command = std::get<Command>(item);
  if (const auto* start = std::get_if<StartDue>(&command))
    return "start " + std::string(name_of(start->step));
  if (std::holds_alternative<StartAttempt>(command)) return "attempt";
  if (std::holds_alternative<CompleteImport>(command)) return "complete import";
  if (std::holds_alternative<AbandonImport>(command)) return "abandon import";
  return std::holds_alternative<PurgeDataset>(command) ? "purge" : "something else";
}

std::string due_now(const Dataset& dataset) {
  std::string text;
  for (const Due& item : due(dataset.state, now_of(dataset)))
    text += (text.empty() ? "" : ", ") + name_of_due(item);
  return text;
}

// What the step of a run would commit, ending the run.
Facts work_of(const Run& run) {
  switch (run.step) {
    case StepName::validate:
      return {records_validated(run.id, 1, {valid(1), valid(2)}), run_completed(run.id)};
    case StepName::topics:
      return {topics_defined(1, {{1, "openings"}, {2, "endings"}}, run.id), run_completed(run.id)};
    case StepName::categorize:
      return {topics_assigned(run.id, 1, {{1}, {2}}), run_completed(run.id)};
    default:
      return {coverage_measured(run.id), run_completed(run.id)};
  }
}

// Grants what is due until nothing is; the steps that were started, in order.
std::string run_until_quiet(Dataset& dataset) {
  std::string started;
  for (int turns = 0; turns < 100; ++turns) {
    const auto list = due(dataset.state, now_of(dataset));
    if (list.empty()) return started;
    for (const Due& item : list) {
      if (name_of_due(item).starts_with("start "))
        started += (started.empty() ? "" : ", ") + name_of_due(item).substr(6);
      if (const auto* command = std::get_if<Command>(&item)) {
        REQUIRE(wish(dataset, *command));
      } else if (const auto* work = std::get_if<WorkOn>(&item)) {
        then(dataset, work_of(*dataset.state.run(work->run)));
      }
    }
  }
  return started + ", and no end";
}

Dataset received() {
  return given({dataset_created(), import_requested(1), run_started(1), records_imported(1, 1, 2),
                import_received(1, 2)});
}

Dataset all_done() {
  Dataset dataset = received();
  run_until_quiet(dataset);
  return dataset;
}
}  // namespace

TEST_CASE("an import is followed by all that runs by itself, each once", "[engine][due]") {
  Dataset dataset = received();
  CHECK(run_until_quiet(dataset) == "validate, topics, categorize, coverage");
  CHECK(dataset.state.run(RunId(1))->state == RunState::completed);
  CHECK(dataset.state.coverage);
  CHECK(due_now(dataset).empty());
}

TEST_CASE("nothing is due twice", "[engine][due]") {
  Dataset dataset = received();
  const auto first = due(dataset.state, now_of(dataset));
  for (int again = 0; again < 2; ++again) {
    for (const Due& item : first) REQUIRE(wish(dataset, std::get<Command>(item)));
  }
  CHECK(dataset.state.runs.size() == 2);
}

TEST_CASE("an empty dataset wants nothing", "[engine][due]") {
  CHECK(due_now(given({dataset_created()})).empty());
}

TEST_CASE("a second import is validated, and categorization is not started again", "[engine][due]") {
  Dataset dataset = all_done();
  const auto next = dataset.state.runs.size() + 1;
  then(dataset,
       {import_requested(next), run_started(next), records_imported(next, 3, 1), import_received(next, 1)});
  CHECK(due_now(dataset) == "start validate");
}

TEST_CASE("topics that a person edits are not categorized again by themselves", "[engine][due]") {
  Dataset dataset = all_done();
  then(dataset, {topics_defined(2, {{1, "openings"}, {3, "traps"}})});
  CHECK(due_now(dataset).empty());
}

TEST_CASE("the first topics are categorized, whoever defined them and however often before",
          "[engine][due]") {
  Dataset dataset = given({dataset_created(), topics_defined(1, {{1, "openings"}}),
                           topics_defined(2, {{1, "openings"}, {2, "endings"}})});
  CHECK(due_now(dataset).empty());
  then(dataset, imported(1, 1, {valid(1), valid(2)}));
  CHECK(run_until_quiet(dataset) == "categorize, coverage");
}

TEST_CASE("an edited record is validated again", "[engine][due]") {
  Dataset dataset = all_done();
  then(dataset, {record_edited(1)});
  CHECK(run_until_quiet(dataset) == "validate");
}

TEST_CASE("a dataset without valid records gets no topics", "[engine][due]") {
  const Dataset dataset = given(Facts{dataset_created()} + imported(1, 1, {invalid(), invalid()}));
  CHECK(due_now(dataset).empty());
}

TEST_CASE("topics wait until an import has ended", "[engine][due]") {
  Dataset dataset = given(Facts{dataset_created()} + imported(1, 1, {valid(1)}));
  CHECK(due_now(dataset) == "start topics");
  then(dataset, {import_requested(3), run_started(3)});
  CHECK(due_now(dataset).empty());
}

TEST_CASE("validation keeps pace with an upload and waits between its blocks", "[engine][due]") {
  Dataset dataset = given({dataset_created(), import_requested(1), run_started(1), records_imported(1, 1, 1),
                           run_requested(2, StepName::validate), run_started(2)});
  CHECK(due_now(dataset) == "work");
  then(dataset, {records_validated(2, 1, {valid(1)})});
  CHECK(due_now(dataset).empty());
  then(dataset, {records_imported(1, 2, 1)});
  CHECK(due_now(dataset) == "work");
  then(dataset, {records_validated(2, 2, {valid(2)}), import_received(1, 2)});
  CHECK(due_now(dataset) == "complete import, work");
}

TEST_CASE("a retry is looked at again at its time", "[engine][due]") {
  Dataset dataset = received();
  then(dataset, {run_requested(2, StepName::validate), run_started(2), attempt_failed(2, 1, 1000 * second)});
  const auto list = due(dataset.state, now_of(dataset));
  REQUIRE(list.size() == 1);
  CHECK(std::get<LookAgain>(list[0]).time == 1000 * second);
  const auto later = due(dataset.state, {1000 * second, this_epoch, 0});
  REQUIRE(later.size() == 1);
  CHECK(name_of_due(later[0]) == "attempt");
}

TEST_CASE("a parked run holds up its own step and no other", "[engine][due]") {
  Dataset dataset = received();
  then(dataset, {run_requested(2, StepName::validate), run_started(2), run_parked(2)});
  CHECK(due_now(dataset).empty());
  then(dataset, {run_resumed(2)});
  CHECK(due_now(dataset) == "attempt");
}

TEST_CASE("a validation that no retry can mend waits for a person instead of beginning again",
          "[engine][due]") {
  Dataset dataset = received();
  then(dataset, {run_requested(2, StepName::validate), run_started(2)});
  REQUIRE(wish(dataset, FailAttempt{RunId(2), 1, "no such encoding", false}));
  CHECK(dataset.state.run(RunId(2))->state == RunState::parked);
  CHECK(due_now(dataset).empty());
}

TEST_CASE("topics whose run failed or was cancelled are not tried again by themselves", "[engine][due]") {
  const NewEvent end = GENERATE(run_failed(3), run_cancelled(3));
  const Dataset dataset = given(Facts{dataset_created()} + imported(1, 1, {valid(1)}) +
                                run_requested(3, StepName::topics) + run_started(3) + end);
  CHECK(due_now(dataset).empty());
}

TEST_CASE("the next daemon starts again what ran, and abandons an upload that was cut off", "[engine][due]") {
  const Dataset dataset =
      given({dataset_created(), import_requested(1), run_started(1), records_imported(1, 1, 1),
             run_requested(2, StepName::validate), run_started(2)});
  const auto list = due(dataset.state, {0, this_epoch + 1, 0});
  REQUIRE(list.size() == 2);
  CHECK(name_of_due(list[0]) == "abandon import");
  CHECK(name_of_due(list[1]) == "attempt");
}

TEST_CASE("a deleted dataset wants to be purged, then nothing more", "[engine][due]") {
  Dataset dataset = received();
  then(dataset, {dataset_deleted()});
  CHECK(due_now(dataset) == "purge");
  then(dataset, {dataset_purged()});
  CHECK(due_now(dataset).empty());
}
