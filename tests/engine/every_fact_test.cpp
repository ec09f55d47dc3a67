// Every type of event has its builder, its place in the fold, and a place in a history that holds them all.
#include <catch2/catch.hpp>
#include <set>

#include "engine/snapshot.hpp"
#include "tests/support/event_builders.hpp"

using namespace support;
using schemas::EventType;

namespace {
// One history in which each fact of a dataset happens.
Facts everything() {
  return Facts{dataset_created()} + imported(1, 1, {valid(1), valid(1), invalid()}) + settings_changed(500) +
         records_validated(2, 1, {valid(1), valid(2), invalid()}) + record_edited(3) +
         records_invalidated({2}) + records_validated(2, 2, {valid(1), valid(3)}) +
         topics_defined(1, {{1, "openings"}, {2, "endings"}}) + categorize_requested(3, false) +
         run_started(3) + calibration_fitted(3) + topics_assigned(3, 1, {{1}, {2, 0.4F, 1}}) +
         attempt_failed(3, 1, 9 * second) + run_parked(3) + run_resumed(3) + run_started(3, 1) +
         run_progressed(3, 1, 2) + run_failed(3) + topic_assigned_manually({3}, 2) +
         vectors_computed(3, {1, 3}) + topic_renamed(2, "endgames") + topic_added({5, "traps"}) +
         topic_moved(5, 1) + topic_removed(5) +
         topic_split(1, 3, {{6, "open games", 1}, {7, "closed games", 1}}) + topic_removed(7, 6, true) +
         topic_removed(1) + topic_added({1, "openings"}) + topic_assigned_manually({1}, 1) +
         coverage_targets_set({{1, 50}, {2, 50}}) +
         completed_run(4, StepName::coverage, {coverage_measured(4)}) + step_skipped(StepName::coverage) +
         grader_defined(1) + dry_run_requested(5) + run_started(5) + dry_run_sampled(5, 2) +
         samples_answered(5, 0, 2) + calls_recorded(5, 1) + samples_graded(5, 0, {{1, 0.5}, {3, -1}}) +
         dry_run_measured(5, schemas::Verdict::go) + run_completed(5) + generation_requested(6) +
         run_started(6) + generation_planned(6, 1) + calls_recorded(6, 1) + records_generated(6, 2) +
         run_completed(6) + generation_reviewed(6, 0) + assignments_cleared(true) + records_deleted({2}) +
         records_erased({3}) + archive_imported(9, 20) + run_requested(7, StepName::topics) +
         run_cancelled(7) + dataset_forked(9, 20) + dataset_deleted() + dataset_purged();
}
}  // namespace

TEST_CASE("every type of event can happen to a dataset, or stands in the system stream", "[engine][facts]") {
  std::set<EventType> told{dataset_registered(1).type, dataset_unregistered(1).type, EventType::none};
  for (const NewEvent& fact : everything()) told.insert(fact.type);
  for (const EventType type : schemas::EnumValuesEventType()) {
    INFO(schemas::name_of(type));
    CHECK(told.contains(type));
  }
}

TEST_CASE("every builder builds a body that fits its type", "[engine][facts]") {
  for (const NewEvent& fact : everything()) CHECK(schemas::verify_body(fact.type, fact.body));
}

TEST_CASE("every fact changes the state beyond its position", "[engine][facts]") {
  Dataset dataset = given({});
  for (const NewEvent& fact : everything()) {
    auto before = dataset.state;
    then(dataset, {fact});
    before.position = dataset.state.position;
    before.time = dataset.state.time;
    INFO(schemas::name_of(fact.type) << " at " << dataset.state.position);
    CHECK(engine::serialize(before) != engine::serialize(dataset.state));
  }
}

TEST_CASE("a history of every fact survives a snapshot at every position", "[engine][facts]") {
  Dataset live = given({});
  const Facts facts = everything();
  for (std::size_t i = 0; i < facts.size(); ++i) {
    then(live, {facts[i]});
    auto read = engine::deserialize(engine::serialize(live.state));
    REQUIRE(read);
    Dataset again{std::move(*read), {}, {}};
    engine::rebuild_duplicates(again);
    Dataset whole = live;
    for (std::size_t next = i + 1; next < facts.size(); ++next) {
      then(again, {facts[next]});
      then(whole, {facts[next]});
    }
    INFO("snapshot at position " << live.state.position);
    REQUIRE(engine::digest_of(again.state) == engine::digest_of(whole.state));
  }
}
