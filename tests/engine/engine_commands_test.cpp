// The engine and who speaks to it: answers, groups, repeats, conflicts, limits.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "store/codec.hpp"
#include "tests/support/engine_fixture.hpp"

using namespace engine;
using namespace support;

namespace {
ChangeDataset rename(std::string name) {
  ChangeDataset change;
  change.name = std::move(name);
  return change;
}

ChangeDataset aim(std::string objective) {
  ChangeDataset change;
  change.objective = std::move(objective);
  return change;
}

Origin with_key(std::string key, const std::string& request = "the request") {
  Origin origin;
  origin.idempotency_key = std::move(key);
  origin.request = store::sha256(request);
  return origin;
}

Origin seen(Position position) {
  Origin origin;
  origin.if_match = position;
  return origin;
}
}  // namespace

TEST_CASE("an answer comes after its events are in the log and published", "[engine][commands]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  std::promise<std::pair<Position, Position>> in_log_and_published;
  engine.engine().submit(dataset, rename("go"), {}, [&](const Result<Answer>&) {
    in_log_and_published.set_value(
        {engine.log().head(dataset.value())->position, engine.published(dataset)->position});
  });
  const auto [in_log, published] = in_log_and_published.get_future().get();
  CHECK(in_log == 2);
  CHECK(published == 2);
}

TEST_CASE("what waits together is written together", "[engine][commands]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  const auto groups = engine.engine().statistics().groups;
  const auto gate = engine.hold();
  std::vector<std::future<Result<Answer>>> answers;
  for (int i = 0; i < 50; ++i) answers.push_back(engine.begin(dataset, aim("aim " + std::to_string(i))));
  gate->open();
  for (std::size_t i = 0; i < answers.size(); ++i) CHECK(answers[i].get()->position == i + 2);
  CHECK(engine.engine().statistics().groups - groups <= 2);
  CHECK(engine.published(dataset)->objective == "aim 49");
}

TEST_CASE("each commit is published once, with the events it is made of", "[engine][commands]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  for (int i = 0; i < 5; ++i) REQUIRE(engine.submit(dataset, aim("aim " + std::to_string(i))));
  Position last = 0;
  for (const StatePtr& state : engine.history(dataset)) {
    CHECK(state->position > last);
    last = state->position;
  }
  CHECK(last == 6);
}

TEST_CASE("a repeated request gets the first answer and does nothing again", "[engine][commands]") {
  EngineFixture engine;
  const auto first = engine.create("chess", with_key("k1"));
  REQUIRE(first);
  const auto check_repeat = [&] {
    const auto again = engine.create("chess", with_key("k1"));
    REQUIRE(again);
    CHECK(again->repeated);
    CHECK(again->dataset == first->dataset);
    CHECK(again->subject == first->subject);
    CHECK(again->position == first->position);
  };
  CHECK_FALSE(first->repeated);
  check_repeat();
  CHECK(engine.engine().statistics().datasets == 1);
  engine.restart();
  check_repeat();
}

TEST_CASE("a key that was used for another request is a conflict", "[engine][commands]") {
  EngineFixture engine;
  REQUIRE(engine.create("chess", with_key("k1", "one request")));
  const auto reused = engine.create("go", with_key("k1", "another"));
  REQUIRE_FALSE(reused);
  CHECK(reused.error().code == ErrorCode::conflict);
  CHECK(reused.error().at == "Idempotency-Key");
}

TEST_CASE("two of the same request in one group are done once", "[engine][commands]") {
  EngineFixture engine;
  const auto gate = engine.hold();
  auto first = engine.begin_create("chess", with_key("k1"));
  auto second = engine.begin_create("chess", with_key("k1"));
  auto other = engine.begin_create("go", with_key("k1", "another"));
  gate->open();
  const auto one = first.get();
  const auto two = second.get();
  REQUIRE(one);
  REQUIRE(two);
  CHECK_FALSE(one->repeated);
  CHECK(two->repeated);
  CHECK(two->dataset == one->dataset);
  CHECK(other.get().error().code == ErrorCode::conflict);
}

TEST_CASE("a request that changes nothing is remembered as well", "[engine][commands]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  const auto first = engine.submit(dataset, rename("chess"), with_key("k1"));
  REQUIRE(first);
  CHECK(first->position == 1);
  REQUIRE(engine.submit(dataset, rename("go")));
  const auto again = engine.submit(dataset, rename("chess"), with_key("k1"));
  REQUIRE(again);
  CHECK(again->repeated);
  CHECK(again->position == 1);
  CHECK(engine.published(dataset)->name == "go");
}

TEST_CASE("a fork asks what a write asks: that the source exists and was seen", "[engine][commands]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  REQUIRE(engine.submit(dataset, rename("go")));
  CHECK(engine.fork(dataset, {"copy", 0}, seen(1)).error().at == "If-Match");
  CHECK(engine.fork(dataset, {"copy", 0}, seen(2)));
  REQUIRE(engine.submit(dataset, DeleteDataset{true}));
  CHECK(engine.fork(dataset, {"another", 0}).error().code == ErrorCode::gone);
}

TEST_CASE("whoever submits while the engine stops gets an answer", "[engine][commands]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  std::atomic<int> submitted = 0;
  std::atomic<int> answered = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      for (bool goes_on = true; goes_on;) {
        ++submitted;
        std::promise<bool> taken;
        engine.engine().submit(dataset, aim(std::to_string(submitted)), {},
                               [&](const Result<Answer>& answer) {
                                 ++answered;
                                 taken.set_value(answer.has_value());
                               });
        goes_on = taken.get_future().get();
      }
    });
  }
  while (answered < 40) std::this_thread::yield();
  engine.engine().stop(patience);
  for (auto& client : clients) client.join();
  CHECK(answered == submitted);
}

TEST_CASE("a refused request does not use up its key", "[engine][commands]") {
  EngineFixture engine;
  CHECK_FALSE(engine.create("", with_key("k1", "one request")));
  CHECK(engine.create("chess", with_key("k1", "another")));
}

TEST_CASE("who has not seen the newest position is told what happened since", "[engine][commands]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  CHECK(engine.submit(dataset, rename("go"), seen(1)));
  REQUIRE(engine.submit(dataset, aim("play better")));
  const auto conflict = engine.submit(dataset, rename("shogi"), seen(1));
  REQUIRE_FALSE(conflict);
  CHECK(conflict.error().code == ErrorCode::conflict);
  CHECK(conflict.error().wanted == "position 1, as you have seen it");
  CHECK(conflict.error().found == "position 3: dataset_changed, dataset_changed");
  CHECK(engine.submit(dataset, rename("shogi"), seen(9)).error().code == ErrorCode::conflict);
}

TEST_CASE("a full queue is answered with busy at once", "[engine][commands]") {
  EngineOptions options;
  options.queue_max = 3;
  EngineFixture engine(options);
  const DatasetId dataset = engine.dataset("chess");
  const auto gate = engine.hold();
  std::vector<std::future<Result<Answer>>> answers;
  for (int i = 0; i < 3; ++i) answers.push_back(engine.begin(dataset, aim("aim " + std::to_string(i))));
  CHECK(engine.submit(dataset, aim("one too many")).error().code == ErrorCode::busy);
  gate->open();
  for (auto& answer : answers) CHECK(answer.get());
  CHECK(engine.submit(dataset, aim("room again")));
}

TEST_CASE("an engine that has stopped takes no more commands", "[engine][commands]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  engine.engine().stop(patience);
  CHECK(engine.submit(dataset, rename("go")).error().code == ErrorCode::unavailable);
  engine.engine().stop(patience);
}

TEST_CASE("stopping answers everything that it had taken", "[engine][commands]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  std::vector<std::future<Result<Answer>>> answers;
  for (int i = 0; i < 200; ++i) answers.push_back(engine.begin(dataset, aim("aim " + std::to_string(i))));
  engine.engine().stop(patience);
  Position acknowledged = 0;
  for (auto& answer : answers) acknowledged = std::max(acknowledged, answer.get()->position);
  CHECK(engine.log().head(dataset.value())->position == acknowledged);
}

TEST_CASE("a dataset that nobody created is not found", "[engine][commands]") {
  EngineFixture engine;
  CHECK(engine.submit(DatasetId(7), rename("go")).error().code == ErrorCode::not_found);
  CHECK(engine.fork(DatasetId(7), {"copy", 0}).error().code == ErrorCode::not_found);
}

TEST_CASE("names are used once among the living, also within a group", "[engine][commands]") {
  EngineFixture engine;
  const auto gate = engine.hold();
  auto first = engine.begin_create("chess");
  auto second = engine.begin_create("chess");
  gate->open();
  REQUIRE(first.get());
  CHECK(second.get().error().code == ErrorCode::conflict);
  const DatasetId go = engine.dataset("go");
  CHECK(engine.submit(go, rename("chess")).error().at == "/name");
  CHECK(engine.submit(go, rename("go")));
  REQUIRE(engine.submit(DatasetId(1), DeleteDataset{true}));
  CHECK(engine.submit(go, rename("chess")));
}

TEST_CASE("ids of datasets are never used again", "[engine][commands]") {
  EngineFixture engine;
  REQUIRE(engine.submit(engine.dataset("chess"), DeleteDataset{true}));
  engine.wait_until(DatasetId(1), [](const DatasetState& state) { return state.purged; });
  engine.restart();
  CHECK(engine.dataset("chess") == DatasetId(2));
}

TEST_CASE("who asked and why stands in the event", "[engine][commands]") {
  EngineFixture engine;
  const DatasetId dataset = engine.dataset("chess");
  Origin origin;
  origin.actor = "ada";
  origin.command = "request-7";
  REQUIRE(engine.submit(dataset, rename("go"), origin));
  std::string told;
  REQUIRE(engine.log().scan(dataset.value(), 2, 2, [&](const store::EventView& event) {
    told = event.envelope().actor()->str() + " " + event.envelope().command()->str();
    return true;
  }));
  CHECK(told == "ada request-7");
}

TEST_CASE("the engine thread shows that it is alive", "[engine][commands]") {
  EngineFixture engine;
  engine.dataset("chess");
  CHECK(engine.engine().alive(patience));
}
