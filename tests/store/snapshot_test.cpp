#include "store/codec.hpp"
#include "store/keys.hpp"
#include "tests/store/store_support.hpp"
#include "tests/store/tamper.hpp"

using namespace store_test;

TEST_CASE("the newest snapshots are kept, and the one before a position is found", "[store][snapshot]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
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
    REQUIRE(log->put_snapshot(1, 10, "ten", 3));
    REQUIRE(log->put_snapshot(1, 20, "twenty", 3));
  }
  std::string damage;
  SECTION("a flipped byte") {
    damage = stored(folder / "log", "snapshots", store::keys::of_position(1, 20).view());
    damage.back() ^= '\x01';
  }
  SECTION("a checksum that fits bytes which are no snapshot") {
    const std::string garbage = "garbage";
    const auto prefix = store::checksum_prefix(garbage);
    damage = std::string(prefix.data(), prefix.size()) + garbage;
  }
  SECTION("nothing left of it") {}
  tamper(folder / "log", "snapshots", store::keys::of_position(1, 20).view(), damage);
  auto log = open(options_for(folder / "log"));
  REQUIRE(log->snapshot(1, 99)->bytes == "ten");
}
