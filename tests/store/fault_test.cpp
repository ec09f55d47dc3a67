#include "tests/store/model.hpp"
#include "tests/support/fault_file_system.hpp"

using namespace store_test;
using support::FaultFileSystem;
using Loss = support::FaultFileSystem::Loss;

namespace {

void append_six(Model& model) {
  for (int i = 0; i < 6; ++i) {
    model.append();
    if (i == 3) model.put_snapshot();
  }
}

// All that was acknowledged is there and writing goes on, before a crash and after it.
void goes_on_healed(FaultFileSystem& disk, Model& model, Loss loss) {
  disk.heal();
  REQUIRE(model.append());
  model.verify();
  model.crash(loss);
  model.start();
  REQUIRE(model.append());
  model.verify();
}

}  // namespace

TEST_CASE("when the disk is nearly full, an append is refused before it can do harm", "[store][fault]") {
  const auto disk = FaultFileSystem::in_memory(1);
  auto options = options_for("/log", disk);
  options.free_space_min = 1000;
  auto log = open(options);
  REQUIRE(append_one(*log, 1, 1));
  disk->tell_free_space(5000);
  REQUIRE(append_one(*log, 1, 2, 10'000).error().code == store::ErrorCode::no_space);
  REQUIRE(log->head(1)->position == 1);
  REQUIRE(append_one(*log, 1, 3, 10));
  disk->heal();
  REQUIRE(append_one(*log, 1, 4, 10'000)->at(0).view(0).position() == 3);
  require_good(*log);
}

TEST_CASE("a disk that is full all the same loses nothing, and writing goes on when it has room",
          "[store][fault]") {
  const auto room = GENERATE(range<std::uint64_t>(0, 3000, 130));
  const auto disk = FaultFileSystem::in_memory(room + 1);
  Model model(disk);
  model.start();
  for (int i = 0; i < 3; ++i) model.append();
  disk->fill_up_after(room);
  for (int i = 0; i < 6; ++i) model.append();
  goes_on_healed(*disk, model, Loss::unsynced);
}

TEST_CASE("a write that fails loses nothing that was acknowledged, and writing goes on", "[store][fault]") {
  const bool in_log = GENERATE(true, false);
  const auto n = GENERATE(range(1, 25));
  const auto disk = FaultFileSystem::in_memory(static_cast<std::uint64_t>(n));
  Model model(disk);
  model.start();
  for (int i = 0; i < 3; ++i) model.append();
  disk->fail_write(n, in_log ? ".log" : "");
  append_six(model);
  goes_on_healed(*disk, model, n % 2 == 0 ? Loss::unsynced : Loss::none);
}

TEST_CASE("a sync that fails loses nothing that was acknowledged, and writing goes on", "[store][fault]") {
  const bool in_log = GENERATE(true, false);
  const auto n = GENERATE(range(1, 20));
  const auto disk = FaultFileSystem::in_memory(static_cast<std::uint64_t>(n));
  Model model(disk);
  model.start();
  for (int i = 0; i < 3; ++i) model.append();
  disk->fail_sync(n, in_log ? ".log" : "");
  append_six(model);
  goes_on_healed(*disk, model, n % 2 == 0 ? Loss::torn : Loss::none);
}

TEST_CASE("two failures in a row leave no torn record in the middle of the log", "[store][fault]") {
  const auto n = GENERATE(range(1, 12));
  const auto disk = FaultFileSystem::in_memory(static_cast<std::uint64_t>(n));
  Model model(disk);
  model.start();
  model.append();
  disk->fail_write(1, ".log");
  model.append();
  disk->fail_write(n, ".log");
  for (int i = 0; i < 5; ++i) model.append();
  disk->heal();
  REQUIRE(model.append());
  REQUIRE(model.append());
  model.crash(Loss::none);
  model.start();
  model.verify();
}

TEST_CASE("while every write fails the outcome is told as unknown, and is known afterwards",
          "[store][fault]") {
  const auto disk = FaultFileSystem::in_memory(1);
  auto log = open(options_for("/log", disk));
  REQUIRE(append_one(*log, 1, 1));
  disk->fail_everything();
  REQUIRE(append_one(*log, 1, 2).error().code == store::ErrorCode::unknown_outcome);
  REQUIRE(append_one(*log, 1, 3).error().code == store::ErrorCode::io);  // refused before it was tried
  REQUIRE(log->head(1)->position == 1);
  REQUIRE(envelopes(*log, 1).size() == 1);
  disk->heal();
  const auto committed = append_one(*log, 1, 4);
  REQUIRE(committed->at(0).view(0).position() == 2);
  require_good(*log);
}
