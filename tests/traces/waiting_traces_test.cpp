// The order in which traces have their turn, and what is kept of them in the meantime.
#include "steps/traces/waiting_traces.hpp"

#include <map>
#include <random>

using steps::traces::WaitingTraces;

namespace {
constexpr std::int64_t quiet = 100;

std::vector<std::string> ids(const std::vector<WaitingTraces::Trace>& traces) {
  std::vector<std::string> all;
  for (const auto& trace : traces) all.push_back(trace.id);
  return all;
}

store::TraceItem item(const std::string& trace, const std::string& id) {
  return {store::TraceItemKind::span, trace, id, "bytes of " + id};
}
}  // namespace

TEST_CASE("a trace has its turn when nothing of it came for a while", "[traces][waiting]") {
  WaitingTraces waiting(quiet, {});
  REQUIRE(waiting.add({1, "a", 0}, true));
  REQUIRE(waiting.add({2, "b", 10}, true));
  REQUIRE(waiting.add({3, "a", 50}, true));
  CHECK(waiting.take(109, false, 10).empty());
  CHECK(ids(waiting.take(110, false, 10)) == std::vector<std::string>{"b"});
  const auto taken = waiting.take(150, false, 10);
  REQUIRE(ids(taken) == std::vector<std::string>{"a"});
  CHECK(taken[0].stamps == std::vector<std::uint64_t>{1, 3});
  CHECK(waiting.empty());
}

TEST_CASE("a trace that never becomes quiet has its turn, and holds nobody up", "[traces][waiting]") {
  WaitingTraces waiting(quiet, {});
  std::map<std::string, std::int64_t> turns;
  for (std::int64_t now = 0; now <= 20 * quiet; now += 10) {
    REQUIRE(waiting.add({static_cast<std::uint64_t>(now), "busy", now}, true));
    if (now == 30 || now == 14 * quiet)
      REQUIRE(waiting.add({static_cast<std::uint64_t>(now + 1), "at " + std::to_string(now), now}, true));
    for (const auto& trace : waiting.take(now, false, 10)) turns.try_emplace(trace.id, now);
  }
  CHECK(turns.at("at 30") == 30 + quiet);
  CHECK(turns.at("busy") == WaitingTraces::patience * quiet);
  CHECK(turns.at("at 1400") <= 14 * quiet + quiet + 10);
}

TEST_CASE("a clock that is set back makes nothing wait for ever", "[traces][waiting]") {
  WaitingTraces waiting(quiet, {});
  REQUIRE(waiting.add({1, "a", 1'000'000}, true));
  REQUIRE(waiting.add({2, "b", 5}, true));
  CHECK(ids(waiting.take(105, false, 10)) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("every mark is given back once, in turns that a slow reckoning agrees with", "[traces][waiting]") {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    WaitingTraces waiting(quiet, {});
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> expected;  // first and last
    std::vector<std::uint64_t> given;
    std::uint64_t stamp = 0;
    std::int64_t now = 0;
    for (int step = 0; step < 500; ++step) {
      now += static_cast<std::int64_t>(random() % 20);
      if (random() % 3 != 0) {
        const std::string trace = std::to_string(random() % 12);
        const auto [place, is_new] = expected.try_emplace(trace, now, now);
        place->second.second = now;
        REQUIRE(waiting.add({++stamp, trace, now}, true));
        continue;
      }
      for (const auto& trace : waiting.take(now, false, 1000)) {
        const auto [first, last] = expected.at(trace.id);
        CHECK((now - last >= quiet || now - first >= WaitingTraces::patience * quiet));
        expected.erase(trace.id);
        given.insert(given.end(), trace.stamps.begin(), trace.stamps.end());
      }
      for (const auto& [trace, times] : expected) {
        CAPTURE(seed, step, trace);
        CHECK(now - times.second < quiet);  // a trace that has become quiet never stays behind
      }
    }
    for (const auto& trace : waiting.take(now, true, 1000))
      given.insert(given.end(), trace.stamps.begin(), trace.stamps.end());
    std::ranges::sort(given);
    REQUIRE(given.size() == stamp);
    for (std::uint64_t i = 0; i < stamp; ++i) CHECK(given[i] == i + 1);
  }
}

TEST_CASE("items are kept up to the limits, all of a trace or none", "[traces][waiting]") {
  WaitingTraces waiting(quiet, {.bytes = 2 * (sizeof(store::TraceItem) + 20), .items_a_trace = 2});
  REQUIRE(waiting.add({1, "a", 0}, true));
  waiting.keep(item("a", "1"));
  REQUIRE(waiting.add({2, "b", 1}, true));
  waiting.keep(item("b", "2"));
  waiting.keep(item("b", "3"));  // too many bytes in all: b is the one that lets go
  auto taken = waiting.take(1000, false, 10);
  REQUIRE(ids(taken) == std::vector<std::string>{"a", "b"});
  CHECK(taken[0].has_all_items);
  CHECK(taken[0].items.size() == 1);
  CHECK_FALSE(taken[1].has_all_items);
  CHECK(taken[1].items.empty());
  // What was taken makes room.
  REQUIRE(waiting.add({3, "c", 2}, true));
  waiting.keep(item("c", "4"));
  waiting.keep(item("c", "5"));
  taken = waiting.take(2000, false, 10);
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].items.size() == 2);
}

TEST_CASE("a mark without its items, and a trace that is put back, are read from the store",
          "[traces][waiting]") {
  WaitingTraces waiting(quiet, {.traces = 2});
  REQUIRE(waiting.add({1, "a", 0}, true));
  waiting.keep(item("a", "1"));
  REQUIRE(waiting.add({2, "a", 0}, false));
  waiting.keep(item("a", "2"));
  REQUIRE(waiting.add({3, "b", 0}, true));
  waiting.keep(item("b", "3"));
  CHECK_FALSE(waiting.add({4, "c", 0}, true));
  auto taken = waiting.take(quiet, false, 10);
  REQUIRE(taken.size() == 2);
  CHECK_FALSE(taken[0].has_all_items);
  CHECK(taken[1].has_all_items);
  REQUIRE(waiting.add({5, "b", 200}, true));
  waiting.keep(item("b", "4"));
  waiting.put_back(std::move(taken[1]));
  taken = waiting.take(0, true, 10);
  REQUIRE(ids(taken) == std::vector<std::string>{"b"});
  CHECK_FALSE(taken[0].has_all_items);
  CHECK(taken[0].stamps == std::vector<std::uint64_t>{5, 3});
  CHECK(taken[0].first == 0);
}
