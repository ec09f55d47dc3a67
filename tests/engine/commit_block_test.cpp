// What a step worked out is taken only if it still fits what there is.
#include <catch2/catch.hpp>

#include "tests/support/event_builders.hpp"

using namespace engine;
using namespace support;

namespace {
// Two records in the same block; run 3 is under way.
Dataset working_on(StepName step) {
  return given(Facts{dataset_created()} + imported(1, 1, {valid(1), valid(2)}) +
               topics_defined(1, {{1, "openings"}, {2, "endings"}}) + run_requested(3, step) +
               run_started(3));
}

CommitBlock block_of(const Dataset& seen, NewEvent event, bool done = false) {
  return {RunId(3), 1, seen.state.position, {std::move(event)}, done};
}

ErrorCode code_of(const schemas::Result<Decision>& decision) {
  return decision ? ErrorCode::internal : decision.error().code;
}
}  // namespace

TEST_CASE("a block of work is taken, and ends the run when it says so", "[engine][block]") {
  Dataset dataset = working_on(StepName::categorize);
  const NewEvent work = topics_assigned(3, 1, {{1}, {2}});
  CHECK(names_of(wish(dataset, block_of(dataset, work))->events) == "topics_assigned");
  CHECK(names_of(wish(dataset, block_of(dataset, work, true))->events) == "topics_assigned run_completed");
  CHECK(dataset.state.coverage_due);
}

TEST_CASE("verdicts for a record that was edited meanwhile are a conflict", "[engine][block]") {
  Dataset dataset = working_on(StepName::validate);
  const auto block = block_of(dataset, records_validated(3, 1, {valid(1), valid(2)}));
  then(dataset, {record_edited(2)});
  CHECK(code_of(wish(dataset, block)) == ErrorCode::conflict);
  const auto untouched = block_of(working_on(StepName::validate), records_validated(3, 1, {valid(1)}));
  CHECK(wish(dataset, untouched));
}

TEST_CASE("verdicts under limits that changed meanwhile are a conflict", "[engine][block]") {
  Dataset dataset = working_on(StepName::validate);
  const auto block = block_of(dataset, records_validated(3, 1, {valid(1)}));
  then(dataset, {settings_changed(500)});
  CHECK(code_of(wish(dataset, block)) == ErrorCode::conflict);
}

TEST_CASE("a changed name or objective overtakes no verdict", "[engine][block]") {
  Dataset dataset = working_on(StepName::validate);
  const auto block = block_of(dataset, records_validated(3, 1, {valid(1)}));
  then(dataset, {dataset_changed("another")});
  CHECK(wish(dataset, block));
}

TEST_CASE("assignments to topics that were edited meanwhile are a conflict", "[engine][block]") {
  Dataset dataset = working_on(StepName::categorize);
  const auto block = block_of(dataset, topics_assigned(3, 1, {{1}}));
  then(dataset, {topics_defined(2, {{1, "openings"}})});
  CHECK(code_of(wish(dataset, block)) == ErrorCode::conflict);
}

TEST_CASE("topics found while a person defined some are a conflict", "[engine][block]") {
  Dataset dataset = working_on(StepName::topics);
  const auto block = block_of(dataset, topics_defined(2, {{3, "found"}}, 3), true);
  then(dataset, {topics_defined(2, {{1, "openings"}})});
  CHECK(code_of(wish(dataset, block)) == ErrorCode::conflict);
}

TEST_CASE("a block that speaks of records that do not exist is a conflict", "[engine][block]") {
  Dataset dataset = working_on(StepName::validate);
  CHECK(code_of(wish(dataset, block_of(dataset, records_validated(3, 2, {valid(1), valid(2)})))) ==
        ErrorCode::conflict);
  CHECK(code_of(wish(dataset, block_of(dataset, records_validated(3, 0, {valid(1)})))) ==
        ErrorCode::conflict);
}

TEST_CASE("a block of a run that was cancelled, restarted or parked is refused", "[engine][block]") {
  const NewEvent meanwhile = GENERATE(run_cancelled(3), run_started(3, 2), run_parked(3));
  Dataset dataset = working_on(StepName::validate);
  const auto block = block_of(dataset, records_validated(3, 1, {valid(1)}));
  then(dataset, {meanwhile});
  const auto before = dataset.state.position;
  CHECK(code_of(wish(dataset, block)) == ErrorCode::cancelled);
  CHECK(dataset.state.position == before);
}

TEST_CASE("nothing is taken for a dataset that has been deleted", "[engine][block]") {
  Dataset dataset = working_on(StepName::validate);
  const auto block = block_of(dataset, records_validated(3, 1, {valid(1)}));
  then(dataset, {dataset_deleted()});
  CHECK(code_of(wish(dataset, block)) == ErrorCode::gone);
}
