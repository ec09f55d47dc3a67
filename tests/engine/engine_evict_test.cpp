// Which states are in memory: idle ones give way, and answer again as if they had not.
#include <catch2/catch.hpp>

#include "engine/replay.hpp"
#include "engine/snapshot.hpp"
#include "tests/support/engine_fixture.hpp"

using namespace engine;
using namespace support;

namespace {
const std::vector<std::string> upload{"one", "two!", "bad", "one", "three"};

EngineOptions room_for(std::size_t bytes) {
  EngineOptions options;
  options.state_bytes_max = bytes;
  return options;
}

DatasetId filled(EngineFixture& engine, const std::string& name) {
  const DatasetId dataset = engine.dataset(name);
  engine.import(dataset, upload, 2);
  engine.wait_until(dataset, [](const DatasetState& state) {
    const Run* run = state.last_run(StepName::coverage);
    return run != nullptr && run->state == RunState::completed;
  });
  return dataset;
}

StatePtr wait_for_outline(EngineFixture& engine, DatasetId dataset) {
  return engine.wait_until(dataset, [](const DatasetState& state) { return state.outline; });
}
}  // namespace

TEST_CASE("a dataset that was left out of memory keeps its outline and its counts", "[engine][evict]") {
  EngineFixture engine(room_for(0));
  const DatasetId dataset = filled(engine, "chess");
  const StatePtr outline = wait_for_outline(engine, dataset);
  CHECK(outline->records.empty());
  CHECK(outline->blocks.empty());
  CHECK(outline->counters.records == 5);
  CHECK(outline->name == "chess");
  CHECK(engine.engine().statistics().datasets_evicted == 1);
  const auto whole = engine.engine().state_at(dataset, outline->position);
  REQUIRE(whole);
  CHECK_FALSE((*whole)->outline);
  CHECK((*whole)->records.size() == 5);
  CHECK((*whole)->counters == outline->counters);
}

TEST_CASE("a command brings a dataset back, equal to what its log says", "[engine][evict]") {
  EngineFixture engine(room_for(0));
  const DatasetId dataset = filled(engine, "chess");
  wait_for_outline(engine, dataset);
  REQUIRE(engine.submit(dataset, DeleteRecords{{1}, false}));
  const StatePtr after = engine.wait_until(
      dataset, [](const DatasetState& state) { return !state.outline && state.counters.records == 4; });
  Dataset folded;
  folded.state.id = dataset.value();
  REQUIRE(fold_on(folded, engine.log(), after->position));
  CHECK(digest_of(*after) == digest_of(folded.state));
  CHECK(*read_record(*after, RecordId(2), engine.engine().blobs()) == "two!");
}

TEST_CASE("what runs or waits for its turn is never left out", "[engine][evict]") {
  EngineFixture engine(room_for(0));
  const DatasetId dataset = filled(engine, "chess");
  for (const StatePtr& state : engine.history(dataset)) {
    if (!state->outline) continue;
    for (const Run& run : state->runs) CHECK(run.ended());
    CHECK(state->pending == 0);
  }
  const RunId open(engine.submit(dataset, BeginImport{})->subject);
  const auto outlines = [&] {
    std::size_t count = 0;
    for (const StatePtr& state : engine.history(dataset)) count += state->outline ? 1 : 0;
    return count;
  };
  const std::size_t before = outlines();
  CHECK_FALSE(engine.wait_for(std::chrono::milliseconds(1200), dataset, [&](const DatasetState& state) {
    return state.outline && state.run(open) != nullptr;
  }));
  CHECK(outlines() == before);
  REQUIRE(engine.submit(dataset, FailImport{open, "enough"}));
  engine.wait_until(dataset,
                    [&](const DatasetState& state) { return state.outline && state.run(open)->ended(); });
}

TEST_CASE("the one that was used last stays", "[engine][evict]") {
  EngineFixture engine(room_for(600));  // one of these states, not two
  const DatasetId first = filled(engine, "first");
  engine.clock.advance(1'000'000);
  const DatasetId second = filled(engine, "second");
  wait_for_outline(engine, first);
  CHECK_FALSE(engine.published(second)->outline);
  engine.clock.advance(1'000'000);
  REQUIRE(engine.submit(first, DeleteRecords{{1}, false}));
  wait_for_outline(engine, second);
  CHECK_FALSE(engine.published(first)->outline);
}

TEST_CASE("a store larger than memory starts with outlines, and stops with snapshots of what it held",
          "[engine][evict]") {
  EngineFixture engine(room_for(600));
  const DatasetId first = filled(engine, "first");
  const DatasetId second = filled(engine, "second");
  engine.restart();
  CHECK(engine.engine().statistics().datasets_evicted == 1);
  CHECK(engine.history(first).front()->outline != engine.history(second).front()->outline);
  std::size_t snapshots = 0;
  for (const DatasetId dataset : {first, second}) {
    const auto report = verify_replay(engine.log(), dataset, std::nullopt);
    REQUIRE(report);
    CHECK(report->snapshots_different.empty());
    snapshots += report->snapshots_equal.size();
  }
  CHECK(snapshots > 0);  // one may have been left out before the stop, so short that it needs none
  CHECK(engine.create("first").error().code == ErrorCode::conflict);
}
