#include <map>

#include "store/rocks/synced_mark.hpp"
#include "tests/store/store_support.hpp"
#include "tests/support/fault_file_system.hpp"

using namespace store_test;
using support::FaultFileSystem;
using Loss = support::FaultFileSystem::Loss;

namespace {
std::map<std::string, std::string> all_files(FaultFileSystem& disk, const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& path : disk.files(folder, "")) {
    if (!path.ends_with(".lock") && !path.ends_with("LOCK")) files[path] = disk.contents(path);
  }
  return files;
}

// A log of `events` events in stream 1, whose newest write-ahead log then loses its last `cut` bytes.
void cut_log(FaultFileSystem& disk, const std::shared_ptr<FaultFileSystem>& shared, int events,
             std::size_t cut) {
  {
    auto log = open(options_for("/log", shared));
    for (int i = 0; i < events; ++i) REQUIRE(append_one(*log, 1, static_cast<std::uint64_t>(i)));
    disk.crash();  // an orderly end would leave nothing in the write-ahead log
  }
  disk.restart(Loss::none);
  const auto logs = disk.files("/log", ".log");
  std::string bytes = disk.contents(logs.back());
  bytes.resize(bytes.size() - cut);
  disk.replace(logs.back(), bytes);
}
}  // namespace

TEST_CASE("heads and events are there again after the process was killed", "[store][recovery]") {
  const auto disk = FaultFileSystem::in_memory(1);
  auto log = open(options_for("/log", disk));
  for (std::uint64_t i = 0; i < 20; ++i) REQUIRE(append_one(*log, i % 3, i, 100));
  const auto heads = log->heads();
  const auto written = envelopes(*log, 1);
  disk->crash();
  log.reset();
  disk->restart(Loss::none);
  log = open(options_for("/log", disk));
  REQUIRE(log->heads().size() == 3);
  for (const auto& head : heads) {
    REQUIRE(log->head(head.stream)->position == head.position);
    REQUIRE(store::same_hash(log->head(head.stream)->hash, head.hash));
  }
  REQUIRE(envelopes(*log, 1) == written);
  REQUIRE(append_one(*log, 1, 99)->at(0).view(0).global_position() == 21);
  require_good(*log);
}

TEST_CASE("an unfinished tail is dropped, and the log goes on after what was acknowledged",
          "[store][recovery]") {
  const auto seed = GENERATE(range<std::uint64_t>(1, 9));
  const auto disk = FaultFileSystem::in_memory(seed);
  auto log = open(options_for("/log", disk));
  REQUIRE(append_one(*log, 1, 1, 500));
  REQUIRE(append_one(*log, 1, 2, 500));
  const auto written = envelopes(*log, 1);
  disk->crash_on(2, ".log");  // the third append is written, but the power goes before it is synced
  REQUIRE(append_one(*log, 1, 3, 500).error().code == store::ErrorCode::unknown_outcome);
  log.reset();
  disk->restart(Loss::torn);
  log = open(options_for("/log", disk));
  auto found = envelopes(*log, 1);
  REQUIRE(found.size() >= 2);
  REQUIRE(found.size() <= 3);
  found.resize(2);
  REQUIRE(found == written);
  REQUIRE(append_one(*log, 1, 4));
  require_good(*log);
}

TEST_CASE("a log that has lost acknowledged events refuses to open and says which", "[store][recovery]") {
  const auto disk = FaultFileSystem::in_memory(1);
  cut_log(*disk, disk, 5, 10);
  const auto before = all_files(*disk, "/log");
  const auto refused = RocksEventLog::open(options_for("/log", disk));
  REQUIRE(!refused);
  REQUIRE(refused.error().code == store::ErrorCode::corrupt);
  REQUIRE(refused.error().message().find("global position 5") != std::string::npos);
  REQUIRE(refused.error().hint.find("restore a backup") != std::string::npos);
  REQUIRE(all_files(*disk, "/log") == before);  // what is left of it is left alone

  auto options = options_for("/log", disk);
  SECTION("and can be inspected") {
    options.read_only = true;
    auto log = open(options);
    REQUIRE(log->finding()->code == store::ErrorCode::corrupt);
    REQUIRE(envelopes(*log, 1).size() == 4);
  }
  SECTION("and goes on with what is left once a person accepts the loss") {
    options.accept_loss = true;
    auto log = open(options);
    REQUIRE(envelopes(*log, 1).size() == 4);
    REQUIRE(append_one(*log, 1, 9));
    log.reset();
    options.accept_loss = false;
    log = open(options);
    REQUIRE(envelopes(*log, 1).size() == 5);
    require_good(*log);
  }
}

TEST_CASE("a log that has lost its middle refuses to open", "[store][recovery]") {
  const auto disk = FaultFileSystem::in_memory(1);
  cut_log(*disk, disk, 5, 0);
  const auto logs = disk->files("/log", ".log");
  disk->flip_byte(logs.back(), disk->contents(logs.back()).size() / 2);
  REQUIRE(RocksEventLog::open(options_for("/log", disk)).error().code == store::ErrorCode::corrupt);
}

TEST_CASE("with durability os a power cut takes the tail, which is no reason to refuse",
          "[store][recovery]") {
  const auto disk = FaultFileSystem::in_memory(3);
  auto options = options_for("/log", disk);
  options.durability = store::Durability::os;
  auto log = open(options);
  for (std::uint64_t i = 0; i < 10; ++i) REQUIRE(append_one(*log, 1, i));
  REQUIRE(log->statistics().durability == "os");
  disk->crash();
  log.reset();
  disk->restart(Loss::unsynced);
  log = open(options);
  REQUIRE(!log->head(1));
  REQUIRE(append_one(*log, 1, 11));
  log.reset();  // an orderly end syncs
  disk->crash();
  disk->restart(Loss::unsynced);
  REQUIRE(open(options)->head(1)->position == 1);
}

TEST_CASE("a folder that holds events is never taken for a new one", "[store][recovery]") {
  const auto disk = FaultFileSystem::in_memory(1);
  cut_log(*disk, disk, 2, 0);
  REQUIRE(disk->DeleteFile("/log/CURRENT", rocksdb::IOOptions(), nullptr).ok());
  REQUIRE(RocksEventLog::open(options_for("/log", disk)).error().code == store::ErrorCode::corrupt);
}

TEST_CASE("making a new log can be cut short at any point", "[store][recovery]") {
  for (int n = 1; n < 60; ++n) {
    const auto disk = FaultFileSystem::in_memory(static_cast<std::uint64_t>(n));
    disk->crash_on(n);
    auto first = RocksEventLog::open(options_for("/log", disk));
    const bool finished = !disk->crashed();
    if (first) first->reset();
    disk->crash();
    disk->restart(n % 2 == 0 ? Loss::torn : Loss::none);
    INFO("crash at write or sync " << n);
    auto log = open(options_for("/log", disk));
    REQUIRE(append_one(*log, 1, 1));
    if (finished) return;
  }
  FAIL("opening takes more than 60 writes and syncs");
}

TEST_CASE("the synced-up-to mark survives torn writes of its newest slots", "[store][recovery]") {
  const auto disk = FaultFileSystem::in_memory(1);
  REQUIRE(disk->CreateDirIfMissing("/m", rocksdb::IOOptions(), nullptr).ok());
  {
    auto mark = store::SyncedMark::open(*disk, "/m/SYNCED", false);
    REQUIRE(mark);
    REQUIRE((*mark)->settle(6, 1));
    REQUIRE((*mark)->write(7, 1));
    REQUIRE((*mark)->write(8, 1));
  }
  const auto position = [&] { return store::SyncedMark::read(*disk, "/m/SYNCED")->global_position; };
  REQUIRE(position() == 8);
  disk->flip_byte("/m/SYNCED", 64 + 20);
  REQUIRE(position() == 7);
  disk->flip_byte("/m/SYNCED", 128 + 20);
  REQUIRE(position() == 6);
  disk->flip_byte("/m/SYNCED", 20);
  REQUIRE(store::SyncedMark::read(*disk, "/m/SYNCED").error().code == store::ErrorCode::corrupt);
  REQUIRE(store::SyncedMark::read(*disk, "/m/none")->global_position == 0);
}
