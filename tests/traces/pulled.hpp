// A source that is pulled into a collector on a real store, with a clock of the test's.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>

#include "steps/traces/collector.hpp"
#include "steps/traces/source_puller.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/traces/pull_peers.hpp"
#include "tests/traces/recorded.hpp"

namespace tests::traces {

using namespace steps::traces;
using namespace std::chrono_literals;

inline constexpr std::int64_t second = 1'000'000;
inline constexpr std::int64_t minute = 60 * second;
inline constexpr std::int64_t start = 1'800'000'000 * second;  // 2027-01-15T08:00:00Z
inline constexpr const char* an_hour_ago = "2027-01-15T07:00:00Z";

struct Pulled {
  support::TempFolder folder;
  std::atomic<std::int64_t> now = start;
  TraceSource source;
  std::unique_ptr<Collector> collector;
  std::unique_ptr<SourcePuller> puller;

  explicit Pulled(const std::string& kind, const std::string& base_url) {
    setenv("PULL_TEST_KEYS", "pk:sk", 1);
    source.name = "peer";
    source.kind = kind;
    source.base_url = base_url;
    if (kind == "langfuse") source.credential = "PULL_TEST_KEYS";
    source.every = 0ms;
    open();
  }
  void open() {
    puller.reset();
    collector.reset();
    CollectorOptions options;
    options.store.folder = folder.path().string();
    options.store.sync = false;
    options.quiet = 50ms;
    options.now = [this] { return now.load(); };
    auto opened = Collector::open(std::move(options));
    REQUIRE(opened);
    collector = std::move(*opened);
    REQUIRE(check_trace_sources({source}));
    PullerOptions pull;
    pull.now = [this] { return now.load(); };
    pull.retry_delay = 10ms;
    pull.wrong_delay = 30ms;
    pull.timeout = 5s;
    puller = std::make_unique<SourcePuller>(*collector, std::vector{source}, pull);
    puller->start();
  }
  [[nodiscard]] SourceStatus status() const { return puller->statuses().front(); }
  SourceStatus wait_for(const std::function<bool(const SourceStatus&)>& wanted) const {
    for (int i = 0; i < 5000 && !wanted(status()); ++i) std::this_thread::sleep_for(2ms);
    REQUIRE(wanted(status()));
    return status();
  }
  SourceStatus pull() {
    REQUIRE(puller->pull("peer"));
    return wait_for([](const SourceStatus& s) { return s.state != PullState::pulling; });
  }
  std::vector<std::string> asked_texts() {
    collector->settle();
    const auto numbers = collector->numbers({});
    REQUIRE(numbers);
    std::vector<std::string> texts;
    REQUIRE(collector->each(*numbers, [&](const FoundCall& found) -> schemas::Result<void> {
      REQUIRE(found.call.prompt.size() == 1);
      texts.push_back(found.call.prompt.front().content);
      return {};
    }));
    std::ranges::sort(texts);
    return texts;
  }
};

inline std::string id_of(std::size_t i) {
  char text[17];
  std::snprintf(text, sizeof text, "%016zx", i + 1);
  return text;
}

inline Told told(std::size_t i, std::int64_t begun) {
  return {"trace" + id_of(i / 2), id_of(i), begun, "yes"};
}

inline std::vector<std::string> texts_up_to(std::size_t count) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back("\"ask " + id_of(i) + "\"");
  return texts;
}

template <class Peer>
void add_some(Peer& peer, std::size_t first, std::size_t count, std::int64_t from, std::int64_t step) {
  for (std::size_t i = 0; i < count; ++i)
    peer.add(told(first + i, from + step * static_cast<std::int64_t>(i)));
}

// Both kinds, one after the other.
template <class Test>
void with_each_kind(const Test& test) {
  SECTION("langfuse") {
    LangfusePeer peer;
    test(peer, "langfuse");
  }
  SECTION("vllora") {
    VlloraPeer peer;
    test(peer, "vllora");
  }
}
}  // namespace tests::traces
