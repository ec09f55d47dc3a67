// The engine and its steps: what is due is done, in blocks that survive a stop, and trouble stays where it
// is.
#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/projections/canvas.hpp"
#include "tests/support/engine_fixture.hpp"

using namespace engine;
using namespace support;

namespace {
std::vector<std::string> lines(int count, const std::string& prefix = "question ") {
  std::vector<std::string> made;
  for (int i = 1; i <= count; ++i) made.push_back(prefix + std::to_string(i) + (i % 2 == 0 ? "!" : ""));
  return made;
}

bool covered(const DatasetState& state) {
  const Run* run = state.last_run(StepName::coverage);
  return run != nullptr && run->state == RunState::completed;
}

const Run* validation(const DatasetState& state) {
  return state.last_run(StepName::validate);
}

Result<void> broken(const std::string& why) {
  return schemas::fail(ErrorCode::unavailable, "a step that works", why);
}
}  // namespace

TEST_CASE("an import is validated, gets topics, is categorized and measured without another call",
          "[engine][work]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  auto upload = lines(9);
  upload.push_back("bad line");
  upload.push_back("question 1");
  engine.import(dataset, upload, 4);
  const auto state = engine.wait_until(dataset, covered);
  CHECK(state->counters.records == 11);
  CHECK(state->counters.valid == 10);
  CHECK(state->counters.duplicates == 1);
  CHECK(state->counters.categorized == 10);
  CHECK(state->coverage->balance > 0);
  CHECK(state->runs.size() == 5);
}

TEST_CASE("work goes on after a restart with the block after the last one", "[engine][work]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  engine.script->trouble = [&](const StepInput& input) {
    if (input.run.step == StepName::validate && input.run.done == 4) engine.script->before_block.close();
    return Result<void>{};
  };
  engine.import(dataset, lines(10));
  engine.wait_until(
      dataset, [](const DatasetState& state) { return validation(state) && validation(state)->done == 6; });
  engine.script->before_block.wait_until_somebody_waits();
  engine.stop();
  engine.script->trouble = {};
  engine.script->before_block.open();
  engine.start();
  const auto state = engine.wait_until(dataset, covered);
  CHECK(state->counters.valid == 10);
  CHECK(validation(*state)->attempt == 2);
  const auto judged = engine.script->judged(dataset.value());
  CHECK(judged.size() == 10);
  for (const auto& [record, times] : judged) CHECK(times == 1);
}

TEST_CASE("an upload cut off by a stop is abandoned and what it had staged is dropped", "[engine][work]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  const auto begun = engine.submit(dataset, BeginImport{});
  REQUIRE(engine.submit(dataset, block_of(RunId(begun->subject), lines(3), 1)));
  engine.restart();
  const auto state =
      engine.wait_until(dataset, [](const DatasetState& now) { return now.run(RunId(1))->ended(); });
  CHECK(state->run(RunId(1))->state == RunState::failed);
  CHECK(state->counters.records == 0);
  CHECK(state->records[0].is(deleted));
}

TEST_CASE("a step that fails is tried again when its time has come", "[engine][work]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  std::atomic<int> failures = 2;
  engine.script->trouble = [&](const StepInput&) {
    return failures-- > 0 ? broken("not yet") : Result<void>{};
  };
  engine.import(dataset, lines(3));
  for (std::uint32_t attempt = 1; attempt <= 2; ++attempt) {
    engine.wait_until(dataset, [&](const DatasetState& state) {
      const Run* run = validation(state);
      return run && run->state == RunState::waiting_retry && run->attempt == attempt;
    });
    engine.clock.advance(10 * 1'000'000);
    engine.poke(dataset);
  }
  const auto state = engine.wait_until(dataset, covered);
  CHECK(validation(*state)->attempt == 3);
  CHECK(state->counters.valid == 3);
}

TEST_CASE("after five attempts a run is parked with its cause, and a resume ends it well", "[engine][work]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  std::atomic<bool> broken_now = true;
  engine.script->trouble = [&](const StepInput&) { return broken_now ? broken("no disk") : Result<void>{}; };
  engine.import(dataset, lines(3));
  for (std::uint32_t attempt = 1; attempt < attempts_max; ++attempt) {
    engine.wait_until(dataset, [&](const DatasetState& state) {
      return validation(state) && validation(state)->state == RunState::waiting_retry &&
             validation(state)->attempt == attempt;
    });
    engine.clock.advance(100 * 1'000'000);
    engine.poke(dataset);
  }
  const auto parked = engine.wait_until(dataset, [](const DatasetState& state) {
    return validation(state) && validation(state)->state == RunState::parked;
  });
  CHECK_THAT(validation(*parked)->error, Catch::Contains("no disk"));
  broken_now = false;
  REQUIRE(engine.submit(dataset, ResumeRun{RunId(validation(*parked)->id)}));
  CHECK(engine.wait_until(dataset, covered)->counters.valid == 3);
}

TEST_CASE("a step that throws or comes back with nothing is a failed attempt, not the end",
          "[engine][work]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  std::atomic<int> throws = 1;
  engine.script->trouble = [&](const StepInput&) -> Result<void> {
    if (throws-- > 0) throw std::runtime_error("a library gave up");
    return {};
  };
  engine.import(dataset, lines(2));
  const auto state = engine.wait_until(dataset, [](const DatasetState& now) {
    return validation(now) && validation(now)->state == RunState::waiting_retry;
  });
  CHECK_THAT(validation(*state)->error, Catch::Contains("a library gave up"));
}

TEST_CASE("a dataset in trouble does not hold up another", "[engine][work]") {
  EngineFixture engine;
  const DatasetId poisoned = engine.dataset("poisoned");
  const DatasetId healthy = engine.dataset("healthy");
  engine.script->trouble = [&](const StepInput& input) {
    return input.state.id == poisoned.value() ? broken("poison") : Result<void>{};
  };
  engine.import(poisoned, lines(3));
  engine.import(healthy, lines(3));
  CHECK(engine.wait_until(healthy, covered)->counters.valid == 3);
  CHECK(engine.published(poisoned)->counters.records == 0);
  CHECK(engine.submit(poisoned, CancelRun{RunId(1)}));
}

TEST_CASE("two datasets take turns on one worker", "[engine][work]") {
  EngineOptions options;
  options.workers = 1;
  EngineFixture engine(options);
  const DatasetId one = engine.dataset("one");
  const DatasetId two = engine.dataset("two");
  engine.script->before_block.close();
  engine.import(one, lines(20));
  engine.import(two, lines(20));
  engine.wait_until(two, [](const DatasetState& state) {
    return validation(state) && validation(state)->state == RunState::running;
  });
  engine.script->before_block.open();
  engine.wait_until(one, covered);
  engine.wait_until(two, covered);
  const auto order = engine.script->order();
  REQUIRE(order.size() > 40);
  for (std::size_t i = 2; i < 18; ++i) {
    INFO("block " << i);  // at most two in a row, while both have work
    CHECK((order[i] != order[i - 1] || order[i] != order[i - 2]));
  }
}

TEST_CASE("a run cancelled in mid-block is over, and its block is dropped", "[engine][work]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  engine.import(dataset, lines(4));
  engine.wait_until(dataset, covered);
  REQUIRE(engine.submit(dataset, AssignTopic{{1, 2, 3, 4}, 0}));
  engine.script->before_block.close();
  RequestRun request;
  request.step = StepName::categorize;
  const auto run = engine.submit(dataset, request);
  REQUIRE(run);
  engine.script->before_block.wait_until_somebody_waits();
  const auto cancelled = engine.submit(dataset, CancelRun{RunId(run->subject)});
  REQUIRE(cancelled);
  engine.script->before_block.open();
  const auto state = engine.wait_until_quiet(dataset);
  CHECK(state->run(RunId(run->subject))->state == RunState::cancelled);
  CHECK(state->counters.categorized == 0);
  CHECK(state->position == cancelled->position);
}

TEST_CASE("verdicts for a record that was edited meanwhile are given again", "[engine][work]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  engine.import(dataset, lines(2));
  engine.wait_until(dataset, covered);
  engine.script->before_block.close();
  const auto edit = [](std::string_view text) {
    return EditRecord{RecordId(1), store::make_blob(text), static_cast<std::uint32_t>(text.size())};
  };
  REQUIRE(engine.submit(dataset, edit("bad at first")));
  engine.script->before_block.wait_until_somebody_waits();
  REQUIRE(engine.submit(dataset, edit("good in the end")));
  engine.script->before_block.open();
  const auto state = engine.wait_until(dataset, [](const DatasetState& now) { return now.pending == 0; });
  CHECK(state->counters.invalid == 0);
  CHECK(state->records[0].tokens == std::string_view("good in the end").size());
  CHECK(*read_record(*state, RecordId(1), engine.engine().blobs()) == "good in the end");
}

TEST_CASE("two imports side by side both complete, with all their records judged once", "[engine][work]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  engine.script->block_records = 5;
  engine.script->before_block.close();
  const RunId first(engine.submit(dataset, BeginImport{})->subject);
  const RunId second(engine.submit(dataset, BeginImport{})->subject);
  REQUIRE(engine.submit(dataset, block_of(first, lines(3), 1)));
  REQUIRE(engine.submit(dataset, block_of(second, lines(4, "other "), 1)));
  REQUIRE(engine.submit(dataset, block_of(first, lines(2, "more "), 4)));
  REQUIRE(engine.submit(dataset, ReceiveImport{second, 4, 0, 40}));
  REQUIRE(engine.submit(dataset, ReceiveImport{first, 5, 0, 50}));
  engine.script->before_block.open();
  const auto state = engine.wait_until(dataset, covered);
  CHECK(state->run(first)->state == RunState::completed);
  CHECK(state->run(second)->state == RunState::completed);
  CHECK(state->counters.valid == 9);
  for (const auto& [record, times] : engine.script->judged(dataset.value())) CHECK(times == 1);
}
