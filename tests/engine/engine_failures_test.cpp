// The engine and a log that fails: nothing acknowledged is lost, the state is what the log says, and it goes
// on.
#include <catch2/catch.hpp>

#include "engine/replay.hpp"
#include "engine/snapshot.hpp"
#include "tests/support/engine_fixture.hpp"

using namespace engine;
using namespace support;

namespace {
ChangeDataset rename(std::string name) {
  ChangeDataset change;
  change.name = std::move(name);
  return change;
}

// What the engine publishes and decides on is what a fold of the log gives.
void check_state_is_log(EngineFixture& engine, DatasetId dataset) {
  const auto head = engine.log().head(dataset.value());
  REQUIRE(head);
  const auto loaded = load(engine.log(), dataset, head->position);
  REQUIRE(loaded);
  CHECK(digest_of(*engine.published(dataset)) == digest_of(loaded->state));
}

constexpr std::int64_t a_while = 60'000'000;
}  // namespace

TEST_CASE("a command whose write failed is answered with the error and has not happened",
          "[engine][failures]") {
  const ErrorCode code = GENERATE(ErrorCode::io, ErrorCode::no_space, ErrorCode::unknown_outcome);
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  engine.log().fail_next(code);
  CHECK(engine.submit(dataset, rename("go")).error().code == code);
  CHECK(engine.published(dataset)->name == "chess");
  check_state_is_log(engine, dataset);
  CHECK(engine.submit(dataset, rename("shogi"))->position == 2);
  check_state_is_log(engine, dataset);
}

TEST_CASE("after an unknown outcome the engine goes on from what the log has", "[engine][failures]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  engine.log().fail_next(ErrorCode::unknown_outcome, true);
  CHECK(engine.submit(dataset, rename("go")).error().code == ErrorCode::unknown_outcome);
  CHECK(engine.wait_until(dataset, [](const DatasetState& state) { return state.position == 2; })->name ==
        "go");
  CHECK(engine.submit(dataset, rename("shogi"))->position == 3);
  check_state_is_log(engine, dataset);
}

TEST_CASE("all in a group whose write failed are told, each of them", "[engine][failures]") {
  EngineFixture engine;
  const DatasetId one = engine.dataset("one");
  const DatasetId two = engine.dataset("two");
  const auto gate = engine.hold();
  auto first = engine.begin(one, rename("uno"));
  auto second = engine.begin(two, rename("due"));
  auto third = engine.begin_create("three");
  auto refused = engine.begin(one, rename(""));
  engine.log().fail_next(ErrorCode::no_space);
  gate->open();
  CHECK(first.get().error().code == ErrorCode::no_space);
  CHECK(second.get().error().code == ErrorCode::no_space);
  CHECK(third.get().error().code == ErrorCode::no_space);
  CHECK(refused.get().error().code == ErrorCode::invalid_argument);
  check_state_is_log(engine, one);
  check_state_is_log(engine, two);
  CHECK(engine.create("three"));
  CHECK(engine.submit(one, rename("uno")));
}

TEST_CASE("a dataset whose creation was not written does not exist, and its name is free",
          "[engine][failures]") {
  EngineFixture engine;
  engine.log().fail_next(ErrorCode::io);
  CHECK_FALSE(engine.create("chess"));
  CHECK(engine.engine().statistics().datasets == 0);
  const auto created = engine.create("chess");
  REQUIRE(created);
  CHECK(engine.submit(created->dataset, rename("go")));
  engine.restart();
  CHECK(engine.published(created->dataset)->name == "go");
}

TEST_CASE("a creation with an unknown outcome that has happened can be repeated by its key",
          "[engine][failures]") {
  EngineFixture engine;
  Origin origin;
  origin.idempotency_key = "k1";
  engine.log().fail_next(ErrorCode::unknown_outcome, true);
  CHECK(engine.create("chess", origin).error().code == ErrorCode::unknown_outcome);
  const auto again = engine.create("chess", origin);
  REQUIRE(again);
  CHECK(again->repeated);
  CHECK(engine.submit(again->dataset, rename("go")));
}

TEST_CASE("a failed write does not leave its key behind", "[engine][failures]") {
  EngineFixture engine;
  Origin origin;
  origin.idempotency_key = "k1";
  engine.log().fail_next(ErrorCode::io);
  CHECK_FALSE(engine.create("chess", origin));
  const auto again = engine.create("chess", origin);
  REQUIRE(again);
  CHECK_FALSE(again->repeated);
}

TEST_CASE("a step's block whose write failed is worked out again", "[engine][failures]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  engine.script->before_block.close();
  engine.import(dataset, {"one", "two", "bad", "four"});
  engine.script->before_block.wait_until_somebody_waits();
  engine.log().fail_next(ErrorCode::io);
  engine.script->before_block.open();
  engine.wait_until(dataset, [&](const DatasetState&) { return engine.log().has_failed(); });
  engine.clock.advance(a_while);
  engine.poke(dataset);
  const auto state = engine.wait_until(dataset, [](const DatasetState& now) {
    const Run* run = now.last_run(StepName::coverage);
    return run != nullptr && run->state == RunState::completed;
  });
  CHECK(state->counters.valid == 3);
  CHECK(state->counters.invalid == 1);
  for (const auto& [record, times] : engine.script->judged(dataset.value()))
    CHECK(times == (record <= 2 ? 2 : 1));
  check_state_is_log(engine, dataset);
}

TEST_CASE("a copy whose write failed does not exist", "[engine][failures]") {
  EngineFixture engine;
  const DatasetId source = engine.dataset("chess");
  engine.log().fail_next(ErrorCode::no_space);
  CHECK(engine.fork(source, {"copy", 0}).error().code == ErrorCode::no_space);
  const auto copy = engine.fork(source, {"copy", 0});
  REQUIRE(copy);
  check_state_is_log(engine, copy->dataset);
}

TEST_CASE("what was acknowledged before a failure is there after a restart", "[engine][failures]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  std::string acknowledged = "chess";
  for (int i = 0; i < 30; ++i) {
    if (i % 3 == 1) engine.log().fail_next(i % 2 == 0 ? ErrorCode::io : ErrorCode::no_space);
    const std::string name = "name " + std::to_string(i);
    if (engine.submit(dataset, rename(name))) acknowledged = name;
  }
  CHECK(engine.published(dataset)->name == acknowledged);
  engine.restart();
  CHECK(engine.published(dataset)->name == acknowledged);
  CHECK(engine.published(dataset)->position == 21);
}
