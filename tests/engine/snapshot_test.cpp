#include "engine/snapshot.hpp"

#include <catch2/catch.hpp>

#include "tests/support/engine_history.hpp"

using namespace engine;
using support::RandomHistory;

namespace {
DatasetState lived(std::uint64_t seed, int steps = 400) {
  RandomHistory history(seed);
  for (int i = 0; i < steps; ++i) history.step();
  return history.dataset().state;
}
}  // namespace

TEST_CASE("a snapshot read and written again is the same bytes", "[engine][snapshot]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::string bytes = serialize(lived(seed));
    const auto read = deserialize(bytes);
    REQUIRE(read);
    REQUIRE(serialize(*read) == bytes);
  }
}

TEST_CASE("a snapshot cut short is refused, wherever it is cut", "[engine][snapshot]") {
  const std::string bytes = serialize(lived(3));
  for (std::size_t length = 0; length < bytes.size(); length += 1 + length / 40) {
    const auto read = deserialize(std::string_view(bytes).substr(0, length));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::corrupt);
  }
  CHECK_FALSE(deserialize(std::string_view(bytes).substr(0, bytes.size() - 1)));
}

TEST_CASE("bytes after the end of a snapshot are refused", "[engine][snapshot]") {
  CHECK_FALSE(deserialize(serialize(lived(3)) + '\0'));
}

TEST_CASE("a snapshot of another layout is refused and says which", "[engine][snapshot]") {
  std::string bytes = serialize(lived(3));
  ++bytes[0];
  const auto read = deserialize(bytes);
  REQUIRE_FALSE(read);
  CHECK(read.error().found == "layout " + std::to_string(snapshot_layout + 1));
}

TEST_CASE("a damaged length does not make the reader ask for more memory than there are bytes",
          "[engine][snapshot]") {
  const std::string bytes = serialize(lived(3, 60));
  for (std::size_t at = 4; at + 8 <= bytes.size(); at += 3) {
    std::string damaged = bytes;
    damaged.replace(at, 8, std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", 8));
    if (damaged == bytes) continue;
    const auto read = deserialize(damaged);  // refused, or a number that differs; never a crash
    CHECK((!read || digest_of(*read) != digest_of(*deserialize(bytes))));
  }
}

TEST_CASE("a digest tells two states apart and names one of them always the same", "[engine][snapshot]") {
  CHECK(digest_of(lived(3)) == digest_of(lived(3)));
  CHECK(digest_of(lived(3)) != digest_of(lived(3, 440)));
  CHECK(digest_of(DatasetState{}).size() == 64);
}
