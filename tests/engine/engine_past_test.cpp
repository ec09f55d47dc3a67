// The engine and its past: any position can be read, copied and replayed, and what was deleted is erased.
#include <catch2/catch.hpp>

#include "engine/replay.hpp"
#include "engine/snapshot.hpp"
#include "store/audit.hpp"
#include "tests/support/engine_fixture.hpp"
#include "tests/support/engine_recount.hpp"

using namespace engine;
using namespace support;

namespace {
const std::vector<std::string> upload{"one", "two!", "bad", "one", "three"};

bool covered(const DatasetState& state) {
  const Run* run = state.last_run(StepName::coverage);
  return run != nullptr && run->state == RunState::completed;
}

EngineOptions with_snapshots() {
  EngineOptions options;
  options.snapshot_every = 5;
  options.snapshots_kept = 100;
  return options;
}

DatasetId lived_dataset(EngineFixture& engine, const std::string& name = "chess") {
  const DatasetId dataset = engine.dataset(name);
  engine.import(dataset, upload, 2);
  engine.wait_until(dataset, covered);
  REQUIRE(engine.submit(dataset, DeleteRecords{{1}, false}));
  engine.wait_until_quiet(dataset);
  return dataset;
}

// The state at a position by nothing but the fold.
Dataset folded(const store::EventLog& log, DatasetId id, Position until) {
  Dataset dataset;
  dataset.state.id = id.value();
  REQUIRE(fold_on(dataset, log, until));
  return dataset;
}

bool intact(const store::EventLog& log) {
  const auto report = store::audit(log, true, {});
  if (report && report->first_bad) WARN(report->first_bad->why);
  return report && !report->first_bad;
}
}  // namespace

TEST_CASE("the state at every position is the fold up to there", "[engine][past]") {
  EngineFixture engine(with_snapshots());
  const DatasetId dataset = lived_dataset(engine);
  const Position head = engine.published(dataset)->position;
  REQUIRE(head > 15);
  for (Position at = 1; at <= head; ++at) {
    const auto state = engine.engine().state_at(dataset, at);
    REQUIRE(state);
    CHECK((*state)->position == at);
    CHECK(digest_of(**state) == digest_of(folded(engine.log(), dataset, at).state));
    CHECK(miscounted(**state) == "");
  }
  CHECK_FALSE(engine.log().snapshot_positions(dataset.value()).empty());
  CHECK(engine.engine().state_at(dataset, head + 1).error().code == ErrorCode::invalid_argument);
  CHECK(engine.engine().state_at(DatasetId(99), 1).error().code == ErrorCode::not_found);
}

TEST_CASE("every published state is the one at its position", "[engine][past]") {
  EngineFixture engine;
  const DatasetId dataset = lived_dataset(engine);
  for (const StatePtr& state : engine.history(dataset))
    CHECK(digest_of(*state) == digest_of(**engine.engine().state_at(dataset, state->position)));
}

TEST_CASE("a time leads to the last position that is not later", "[engine][past]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  const auto at_first = engine.clock.now();
  engine.clock.advance(5'000'000);
  engine.poke(dataset);
  engine.poke(dataset);
  engine.clock.advance(5'000'000);
  engine.poke(dataset);
  const auto position_at = [&](std::int64_t time) { return *engine.engine().position_at(dataset, time); };
  CHECK(position_at(at_first - 1) == 0);
  CHECK(position_at(at_first) == 1);
  CHECK(position_at(at_first + 4'999'999) == 1);
  CHECK(position_at(at_first + 5'000'000) == 3);
  CHECK(position_at(at_first + 9'999'999) == 3);
  CHECK(position_at(at_first + 99'000'000) == 4);
}

TEST_CASE("a copy is what its source was at that position, under its own name", "[engine][past]") {
  EngineFixture engine;
  const DatasetId source = lived_dataset(engine);
  for (const Position at : {Position{1}, Position{4}, Position{9}, engine.published(source)->position}) {
    const auto forked = engine.fork(source, {"copy of " + std::to_string(at), at});
    REQUIRE(forked);
    const auto before = **engine.engine().state_at(source, at);
    const auto copied = **engine.engine().state_at(forked->dataset, at);
    CHECK(copied.position == at);
    CHECK(copied.counters == before.counters);
    CHECK(copied.time == before.time);
    CHECK(copied.runs.size() == before.runs.size());
    const auto after = **engine.engine().state_at(forked->dataset, at + 1);
    CHECK(after.name == "copy of " + std::to_string(at));
    CHECK(after.forked_from == source.value());
    CHECK(after.forked_at == at);
    for (const Run& run : after.runs) CHECK(run.ended());
  }
  CHECK(intact(engine.log()));
}

TEST_CASE("a copy goes its own way", "[engine][past]") {
  EngineFixture engine;
  const DatasetId source = lived_dataset(engine);
  const auto copy = engine.fork(source, {"copy", 0})->dataset;
  const auto source_before = engine.published(source)->position;
  REQUIRE(engine.submit(copy, DeleteRecords{{2}, false}));
  CHECK(engine.published(source)->position == source_before);
  REQUIRE(engine.submit(source, DeleteRecords{{5}, false}));
  CHECK(engine.published(copy)->record(RecordId(5))->visible());
  CHECK(engine.published(source)->record(RecordId(2))->visible());
}

TEST_CASE("a copy made after a restart replays to the state it has", "[engine][past]") {
  EngineFixture engine;
  const DatasetId source = lived_dataset(engine);
  engine.restart();
  const auto copy = engine.fork(source, {"copy", 0});
  REQUIRE(copy);
  const auto live = engine.wait_until_quiet(copy->dataset);
  CHECK(digest_of(*live) == digest_of(folded(engine.log(), copy->dataset, live->position).state));
}

TEST_CASE("a copy of more than there is, or under a used name, is refused", "[engine][past]") {
  EngineFixture engine;
  const DatasetId source = lived_dataset(engine);
  CHECK(engine.fork(source, {"copy", 999}).error().code == ErrorCode::invalid_argument);
  CHECK(engine.fork(source, {"chess", 0}).error().code == ErrorCode::conflict);
  CHECK(engine.fork(source, {"", 0}).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("deleting erases the contents and keeps the facts", "[engine][past]") {
  EngineFixture engine;
  const DatasetId dataset = lived_dataset(engine);
  const auto blob = engine.published(dataset)->blocks[0].id;
  REQUIRE(engine.log().blob(blob));
  REQUIRE(engine.submit(dataset, DeleteDataset{true}));
  const auto state = engine.wait_until(dataset, [](const DatasetState& now) { return now.purged; });
  CHECK(engine.log().blob(blob).error().code == ErrorCode::not_found);
  CHECK(intact(engine.log()));
  CHECK(engine.submit(dataset, DeleteDataset{true}).error().code == ErrorCode::gone);
  CHECK(engine.fork(dataset, {"copy", 0}).error().code == ErrorCode::gone);
  CHECK((*engine.engine().state_at(dataset, state->deleted_at - 1))->counters.records == 4);
}

TEST_CASE("a copy keeps its contents when the source is deleted", "[engine][past]") {
  EngineFixture engine;
  const DatasetId source = lived_dataset(engine);
  const auto copy = engine.fork(source, {"copy", 0})->dataset;
  REQUIRE(engine.submit(source, DeleteDataset{true}));
  engine.wait_until(source, [](const DatasetState& now) { return now.purged; });
  const auto state = engine.published(copy);
  CHECK(*read_record(*state, RecordId(2), engine.engine().blobs()) == "two!");
}

TEST_CASE("a replay after a stop equals the state and every snapshot", "[engine][past]") {
  EngineFixture engine(with_snapshots());
  const DatasetId dataset = lived_dataset(engine);
  const std::string live = digest_of(*engine.published(dataset));
  engine.restart();
  const auto report = verify_replay(engine.log(), dataset, std::nullopt);
  REQUIRE(report);
  CHECK(report->digest == live);
  CHECK(report->position == engine.published(dataset)->position);
  CHECK(report->snapshots_equal.size() >= 2);
  CHECK(report->snapshots_different.empty());
  CHECK(digest_of(*engine.published(dataset)) == live);
  const auto earlier = verify_replay(engine.log(), dataset, Position{4});
  CHECK(earlier->position == 4);
}

TEST_CASE("a snapshot that is not what its log says is found", "[engine][past]") {
  EngineFixture engine;
  const DatasetId dataset = lived_dataset(engine);
  DatasetState forged = *engine.published(dataset);
  forged.name = "forged";
  REQUIRE(engine.log().put_snapshot(dataset.value(), forged.position, serialize(forged), 9));
  const auto report = verify_replay(engine.log(), dataset, std::nullopt);
  REQUIRE(report);
  CHECK(report->snapshots_different == std::vector<Position>{forged.position});
}

TEST_CASE("a snapshot of another layout is passed over", "[engine][past]") {
  EngineFixture engine;
  const DatasetId dataset = lived_dataset(engine);
  const std::string live = digest_of(*engine.published(dataset));
  std::string other_layout = serialize(*engine.published(dataset));
  ++other_layout[0];
  REQUIRE(engine.log().put_snapshot(dataset.value(), engine.published(dataset)->position, other_layout, 1));
  const auto loaded = load(engine.log(), dataset, engine.published(dataset)->position);
  REQUIRE(loaded);
  CHECK(digest_of(loaded->state) == live);
}
