#include <fstream>
#include <iterator>

#include "store/codec.hpp"
#include "tests/store/store_support.hpp"

using namespace store_test;

namespace {
std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Snapshots beyond the end of their stream are dropped, so there have to be events.
void fill(RocksEventLog& log, store::StreamId stream, std::uint64_t events) {
  for (std::uint64_t i = 1; i <= events; ++i) REQUIRE(append_one(log, stream, i));
}
}  // namespace

TEST_CASE("the newest snapshots are kept, and the one before a position is found", "[store][snapshot]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  fill(*log, 1, 30);
  REQUIRE(log->put_snapshot(1, 10, "ten", 2));
  REQUIRE(log->put_snapshot(2, 5, "other stream", 2));
  REQUIRE(log->put_snapshot(1, 20, std::string(100'000, 'x'), 2));
  REQUIRE(log->put_snapshot(1, 30, "thirty", 2));
  REQUIRE(log->snapshot_positions(1) == std::vector<store::Position>{20, 30});
  REQUIRE(log->snapshot(1, 99)->bytes == "thirty");
  REQUIRE(log->snapshot(1, 29)->bytes.size() == 100'000);
  REQUIRE(!log->snapshot(1, 19));
  REQUIRE(log->snapshot(2, 5)->position == 5);
  REQUIRE(!log->snapshot(3, 5));
  REQUIRE(log->put_snapshot(1, 30, "again", 2));
  REQUIRE(log->snapshot_positions(1) == std::vector<store::Position>{20, 30});
  log.reset();
  log = open(options_for(folder / "log"));
  REQUIRE(log->snapshot(1, 99)->bytes == "again");
}

TEST_CASE("a damaged snapshot is passed over for the one before it", "[store][snapshot]") {
  const support::TempFolder folder;
  {
    auto log = open(options_for(folder / "log"));
    fill(*log, 1, 20);
    REQUIRE(log->put_snapshot(1, 10, "ten", 3));
    REQUIRE(log->put_snapshot(1, 20, "twenty", 3));
  }
  const std::string newest = folder / "log/snapshots/0000000000000001/0000000000000014";
  std::string damage = contents(newest);
  SECTION("a flipped byte") {
    damage.back() ^= '\x01';
  }
  SECTION("a checksum that fits bytes which are no snapshot") {
    const std::string garbage = "garbage";
    const auto prefix = store::checksum_prefix(garbage);
    damage = std::string(prefix.data(), prefix.size()) + garbage;
  }
  SECTION("nothing left of it") {
    damage.clear();
  }
  std::ofstream(newest, std::ios::trunc) << damage;
  auto log = open(options_for(folder / "log"));
  append_one(*log, 1, 1);
  REQUIRE(log->snapshot(1, 99)->bytes == "ten");
}

TEST_CASE("a snapshot of a position that the log has not reached is dropped when the log is opened",
          "[store][snapshot]") {
  const support::TempFolder folder;
  {
    auto log = open(options_for(folder / "log"));
    append_one(*log, 1, 1);
    append_one(*log, 1, 2);
    REQUIRE(log->put_snapshot(1, 2, "two", 3));
    REQUIRE(log->put_snapshot(1, 3, "three", 3));
    REQUIRE(log->put_snapshot(7, 1, "of nothing", 3));
  }
  auto log = open(options_for(folder / "log"));
  REQUIRE(log->snapshot_positions(1) == std::vector<store::Position>{2});
  REQUIRE(log->snapshot_positions(7).empty());
}
