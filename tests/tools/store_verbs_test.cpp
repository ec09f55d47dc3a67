// The verbs on a store folder, called as a person does: the program's exit code and output.
#include <stdio.h>  // popen
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/replay.hpp"
#include "engine/snapshot.hpp"
#include "store/rocks/rocks_event_log.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

using store::RocksEventLog;
using support::TempFolder;

struct Called {
  int exit_code = -1;
  std::string output;  // of both streams
};

Called rftctl(const std::string& arguments, const char* streams = " 2>&1") {
  const std::string command = std::string(RFTCTL) + " " + arguments + streams;
  FILE* pipe = popen(command.c_str(), "re");
  REQUIRE(pipe != nullptr);
  Called called;
  std::array<char, 4096> buffer{};
  for (size_t read = 0; (read = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    called.output.append(buffer.data(), read);
  const int status = pclose(pipe);
  called.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return called;
}

std::unique_ptr<RocksEventLog> open(const std::string& folder) {
  RocksEventLog::Options options;
  options.folder = folder;
  options.free_space_min = 0;
  auto log = RocksEventLog::open(options);
  if (!log) FAIL(log.error().message());
  return std::move(*log);
}

void append(RocksEventLog& log, store::StreamId stream, const std::vector<schemas::NewEvent>& events,
            std::vector<store::Blob> blobs = {}) {
  const auto head = log.head(stream);
  store::Append one;
  one.stream = stream;
  one.expected = head ? head->position : 0;
  one.epoch = log.epoch();
  one.time = 1'700'000'000'000'000;
  one.actor = "local";
  one.command = "c1";
  one.events = events;
  one.blobs = std::move(blobs);
  const auto done = log.append(std::span(&one, 1));
  if (!done) FAIL(done.error().message());
}

schemas::NewEvent created(const std::string& name) {
  schemas::DatasetCreatedT fact;
  fact.name = name;
  fact.objective = "explain";
  return schemas::encode(fact);
}

schemas::NewEvent renamed(const std::string& name) {
  schemas::DatasetChangedT fact;
  fact.name = name;
  return schemas::encode(fact);
}

schemas::NewEvent registered(std::uint64_t dataset) {
  schemas::DatasetRegisteredT fact;
  fact.dataset = schemas::DatasetId(dataset);
  return schemas::encode(fact);
}

// Two datasets: d1 "chess" with three events and a payload, d2 "twin" with one.
void make_store(const std::string& folder) {
  const auto log = open(folder);
  append(*log, schemas::system_stream, {registered(1), registered(2)});
  append(*log, 1, {created("first name"), renamed("chess")}, {store::make_blob("a payload")});
  append(*log, 2, {created("twin")});
  append(*log, 1, {renamed("chess")});
}

// Flips one bit in the middle of each table file, where events are.
void damage(const std::string& folder) {
  {
    open(folder);
  }  // a second opening turns the write-ahead log into table files
  bool any = false;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".sst") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    const auto middle = static_cast<std::streamoff>(entry.file_size() / 3);
    file.seekg(middle);
    const char byte = static_cast<char>(file.get());
    file.seekp(middle);
    file.put(static_cast<char>(byte ^ 0x10));
    any = true;
  }
  REQUIRE(any);
}

}  // namespace

TEST_CASE("the log is printed one event a line, of all streams or of one dataset", "[tools][log]") {
  const TempFolder folder;
  make_store(folder / "store");
  const Called all = rftctl("log --data " + folder / "store");
  INFO(all.output);
  REQUIRE(all.exit_code == 0);
  REQUIRE(std::count(all.output.begin(), all.output.end(), '\n') == 6);
  REQUIRE_THAT(all.output,
               Catch::Contains("system        1  2023-11-14T22:13:20.000000Z  dataset_registered"));
  REQUIRE_THAT(all.output, Catch::Contains("dataset_created") && Catch::Contains("name=first name"));
  for (const char* wanted : {"d1", "chess"}) {
    const Called one =
        rftctl("log --from 2 --to 2 --dataset " + std::string(wanted) + " --data " + folder / "store");
    REQUIRE(one.exit_code == 0);
    REQUIRE(std::count(one.output.begin(), one.output.end(), '\n') == 1);
    REQUIRE_THAT(one.output, Catch::StartsWith("d1            2") && Catch::Contains("name=chess"));
  }
  REQUIRE(rftctl("log --dataset absent --data " + folder / "store").exit_code == 1);
}

TEST_CASE("the log as JSON carries the hash chain", "[tools][log]") {
  const TempFolder folder;
  make_store(folder / "store");
  const Called called = rftctl("log --json --dataset d1 --data " + folder / "store");
  REQUIRE(called.exit_code == 0);
  std::istringstream lines(called.output);
  std::string hash(64, '0');
  std::size_t events = 0;
  for (std::string line; std::getline(lines, line); ++events) {
    const auto event = nlohmann::json::parse(line);
    REQUIRE(event["position"] == events + 1);
    REQUIRE(event["prev_hash"] == hash);
    REQUIRE(event["cause"]["command"] == "c1");
    hash = event["hash"];
  }
  REQUIRE(events == 3);
}

TEST_CASE("an audit of a good store says OK with its counts", "[tools][audit]") {
  const TempFolder folder;
  make_store(folder / "store");
  const Called called = rftctl("audit --verify --blobs --data " + folder / "store");
  INFO(called.output);
  REQUIRE(called.exit_code == 0);
  REQUIRE_THAT(called.output, Catch::Contains("OK: 6 events in 3 streams, 1 payloads"));
  const auto told = nlohmann::json::parse(
      rftctl("audit --verify --json --data " + folder / "store", " 2>/dev/null").output);
  REQUIRE(told["ok"] == true);
  REQUIRE(told["events"] == 6);
}

TEST_CASE("an audit of a damaged store fails", "[tools][audit]") {
  const TempFolder folder;
  make_store(folder / "store");
  damage(folder / "store");
  const Called called = rftctl("audit --verify --data " + folder / "store");
  INFO(called.output);
  REQUIRE(called.exit_code == 1);
  REQUIRE(called.output.find("OK:") == std::string::npos);
}

TEST_CASE("a replay compares the fold with each snapshot, and a wrong snapshot fails it", "[tools][replay]") {
  const TempFolder folder;
  make_store(folder / "store");
  const std::string verb = "replay --verify --data " + folder / "store";
  REQUIRE_THAT(rftctl(verb).output, Catch::Contains("no snapshot to compare with"));
  std::string at_two;
  {
    const auto log = open(folder / "store");
    const auto dataset = engine::load(*log, schemas::DatasetId(1), 2);
    REQUIRE(dataset);
    at_two = engine::serialize(dataset->state);
    REQUIRE(log->put_snapshot(1, 2, at_two, 2));
  }
  const Called equal = rftctl(verb);
  INFO(equal.output);
  REQUIRE(equal.exit_code == 0);
  REQUIRE_THAT(equal.output,
               Catch::Contains("equal to the snapshots at 2") && Catch::Contains("OK: 2 datasets"));
  REQUIRE_THAT(rftctl(verb + " --until 1 --dataset chess").output, Catch::Contains("1 events to position 1"));
  {
    const auto log = open(folder / "store");
    REQUIRE(log->put_snapshot(1, 3, at_two, 2));
  }
  const Called different = rftctl(verb);
  INFO(different.output);
  REQUIRE(different.exit_code == 1);
  REQUIRE_THAT(different.output, Catch::Contains("DIFFERENT from the snapshot at 3"));
}

TEST_CASE("a backup is restored into a folder that replays and audits alike", "[tools][backup]") {
  const TempFolder folder;
  make_store(folder / "store");
  const Called saved = rftctl("backup --data " + folder / "store" + " --to " + folder / "saved");
  INFO(saved.output);
  REQUIRE(saved.exit_code == 0);
  REQUIRE(rftctl("backup --data " + folder / "store" + " --to " + folder / "saved").exit_code == 1);
  const Called restored = rftctl("restore --from " + folder / "saved" + " --to " + folder / "again");
  INFO(restored.output);
  REQUIRE(restored.exit_code == 0);
  REQUIRE_THAT(restored.output, Catch::Contains("3 streams, global position 6"));
  REQUIRE(rftctl("log --json --data " + folder / "again").output ==
          rftctl("log --json --data " + folder / "store").output);
  REQUIRE(rftctl("audit --verify --blobs --data " + folder / "again").exit_code == 0);
}

TEST_CASE("a folder without a store, and one in use, are refused in words", "[tools][store]") {
  const TempFolder folder;
  const Called none = rftctl("log --data " + folder.path().string());
  REQUIRE(none.exit_code == 1);
  REQUIRE_THAT(none.output, Catch::Contains("expected a store in"));
  make_store(folder / "store");
  const auto held = open(folder / "store");
  const Called used = rftctl("audit --verify --data " + folder / "store");
  REQUIRE(used.exit_code == 1);
  REQUIRE_THAT(used.output, Catch::Contains("another rftd uses this folder"));
}
