// Whatever happens to a dataset: its counters add up after every single fact.
#include <catch2/catch.hpp>

#include "engine/snapshot.hpp"
#include "tests/support/engine_history.hpp"
#include "tests/support/engine_recount.hpp"

using namespace support;

namespace {
constexpr std::uint64_t seeds = 60;
constexpr int steps = 250;
}  // namespace

TEST_CASE("counters add up after every step of a random history", "[engine][counters]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    RandomHistory history(seed);
    for (int i = 0; i < steps; ++i) {
      history.step();
      INFO("seed " << seed << ", step " << i << ": " << history.last());
      REQUIRE(miscounted(history.dataset().state) == "");
    }
  }
}

TEST_CASE("the index of duplicates is at every step the one built anew", "[engine][duplicates]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    RandomHistory history(seed);
    for (int i = 0; i < steps; ++i) {
      history.step();
      INFO("seed " << seed << ", step " << i << ": " << history.last());
      REQUIRE(misplaced_duplicates(history.dataset()) == "");
    }
  }
}

TEST_CASE("a random history folded again is the same state, byte for byte", "[engine][replay]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    RandomHistory history(seed);
    for (int i = 0; i < steps; ++i) history.step();
    INFO("seed " << seed << ", " << history.size() << " facts");
    REQUIRE(engine::digest_of(history.folded_again().state) == engine::digest_of(history.dataset().state));
  }
}

TEST_CASE("random histories meet what they are to test", "[engine][counters]") {
  engine::Counters seen;
  std::uint64_t staged_and_dropped = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    RandomHistory history(seed);
    for (int i = 0; i < steps; ++i) {
      history.step();
      const engine::Counters& now = history.dataset().state.counters;
      seen.duplicates = std::max(seen.duplicates, now.duplicates);
      seen.low_confidence = std::max(seen.low_confidence, now.low_confidence);
      seen.invalid = std::max(seen.invalid, now.invalid);
    }
    for (const engine::Run& run : history.dataset().state.runs)
      staged_and_dropped += run.import && run.ended() && run.state != engine::RunState::completed ? 1 : 0;
  }
  CHECK(seen.duplicates > 3);
  CHECK(seen.low_confidence > 3);
  CHECK(seen.invalid > 3);
  CHECK(staged_and_dropped > 3);
}
