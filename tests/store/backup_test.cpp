#include "store/backup.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/store/store_support.hpp"

using namespace store_test;

TEST_CASE("a backup taken while events are appended holds all that was acknowledged before",
          "[store][backup]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  auto with_blob = append_to(1, 0, log->epoch(), {fact(0)});
  with_blob.blobs = {store::make_blob(std::string(100'000, 'b'))};
  REQUIRE(log->append(std::span(&with_blob, 1)));
  for (std::uint64_t i = 1; i < 50; ++i) REQUIRE(append_one(*log, 1, i));
  const auto before = envelopes(*log, 1);

  std::atomic<bool> done = false;
  store::Result<void> made;
  std::thread backing_up([&] {
    made = log->backup(folder / "backup");
    done = true;
  });
  std::uint64_t appended = 50;
  while (!done || appended < 60) {
    const auto committed = append_one(*log, 1, appended);
    if (!committed) break;
    ++appended;
  }
  backing_up.join();
  REQUIRE(made);
  const auto after = envelopes(*log, 1);
  REQUIRE(after.size() == appended);
  log.reset();

  REQUIRE(store::restore(folder / "backup", folder / "restored"));
  log = open(options_for(folder / "restored"));
  const auto restored = envelopes(*log, 1);
  REQUIRE(restored.size() >= before.size());
  REQUIRE(std::equal(restored.begin(), restored.end(), after.begin()));
  REQUIRE(log->blob(with_blob.blobs[0].id).value().size() == 100'000);
  REQUIRE(append_one(*log, 1, 1000));
  require_good(*log);
}

TEST_CASE("a backup goes into an empty or new folder only, and so does a restore", "[store][backup]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  REQUIRE(append_one(*log, 1, 1));
  std::filesystem::create_directories(folder / "empty");
  std::filesystem::create_directories(folder / "full");
  std::ofstream(folder / "full/file") << "x";
  REQUIRE(log->backup(folder / "empty"));
  REQUIRE(log->backup(folder / "full").error().code == store::ErrorCode::conflict);
  REQUIRE(log->backup(folder / "empty").error().code == store::ErrorCode::conflict);
  REQUIRE(store::restore(folder / "empty", folder / "full").error().code == store::ErrorCode::conflict);
  REQUIRE(store::restore(folder / "none", folder / "new").error().code == store::ErrorCode::not_found);
  REQUIRE(std::filesystem::exists(folder / "full/file"));
}

TEST_CASE("a backup that lost something is not restored", "[store][backup]") {
  const support::TempFolder folder;
  auto log = open(options_for(folder / "log"));
  for (std::uint64_t i = 0; i < 5; ++i) REQUIRE(append_one(*log, 1, i));
  REQUIRE(log->backup(folder / "backup"));
  std::filesystem::path largest;
  for (const auto& file : std::filesystem::directory_iterator(folder / "backup")) {
    if (file.path().extension() == ".sst") largest = file.path();
  }
  std::filesystem::remove(largest);
  const auto refused = store::restore(folder / "backup", folder / "restored");
  REQUIRE(!refused);
  REQUIRE(!std::filesystem::exists(folder / "restored"));
}
