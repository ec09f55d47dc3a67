// An independent record of what a log has acknowledged, to hold against what it contains: after faults, after
// crashes, byte for byte. Everything it does follows from its seed.
#pragma once

#include <spdlog/spdlog.h>

#include <map>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "store/codec.hpp"
#include "tests/store/store_support.hpp"
#include "tests/support/fault_file_system.hpp"

namespace store_test {

class Model {
 public:
  using Loss = support::FaultFileSystem::Loss;

  explicit Model(std::shared_ptr<support::FaultFileSystem> disk, std::uint64_t seed = 1)
      : disk_(std::move(disk)), random_(seed) {}

  // Opens the log; false when a fault came in between.
  bool try_start() {
    auto opened = RocksEventLog::open(options_for("/log", disk_));
    if (!opened) {
      // Only a fault of the disk is an excuse.
      const auto code = opened.error().code;
      if (code != store::ErrorCode::io && code != store::ErrorCode::no_space) FAIL(opened.error().message());
      return false;
    }
    log_ = std::move(*opened);
    learn();
    unknown_.reset();
    return true;
  }
  void start() { REQUIRE(try_start()); }
  void stop() { log_.reset(); }
  // The process ends here; `loss` is what the disk makes of it.
  void crash(Loss loss) {
    disk_->crash();
    log_.reset();
    disk_->restart(loss);
  }

  // Some events for one to three streams, with blobs now and then; true when acknowledged.
  bool append() {
    Attempt attempt = random_attempt();
    const auto committed = log_->append(attempt.appends);
    if (committed) {
      for (std::size_t i = 0; i < committed->size(); ++i) {
        for (std::size_t j = 0; j < committed->at(i).size(); ++j) {
          events_[attempt.appends[i].stream].emplace_back(committed->at(i).view(j).bytes());
        }
      }
      holders_ = attempt.holders;
      unknown_.reset();
      return true;
    }
    const auto code = committed.error().code;
    spdlog::info("model: {}", committed.error().message());
    INFO(committed.error().message());
    REQUIRE((code == store::ErrorCode::io || code == store::ErrorCode::no_space ||
             code == store::ErrorCode::unknown_outcome));
    if (code == store::ErrorCode::unknown_outcome) unknown_ = std::move(attempt);
    if (log_->append({})) learn();
    return false;
  }

  void put_snapshot() {
    const auto stream = pick(streams_max);
    const auto events = events_[stream].size();
    if (log_->put_snapshot(stream, events, "state at " + std::to_string(events), 2)) return;
  }

  // Everything acknowledged is there, byte for byte; nothing else is; and the audit agrees.
  void verify() {
    for (const auto& [stream, expected] : events_) {
      INFO("stream " << stream);
      const auto found = envelopes(*log_, stream);
      REQUIRE(found.size() == expected.size());
      REQUIRE((found == expected));
      const auto snapshot = log_->snapshot(stream, expected.size());
      if (snapshot) REQUIRE(snapshot->bytes == "state at " + std::to_string(snapshot->position));
    }
    for (const auto& [number, streams] : holders_) {
      INFO("blob " << number);
      const auto blob = log_->blob(store::blob_id_of(content(number)));
      if (streams.empty()) {
        REQUIRE(blob.error().code == store::ErrorCode::not_found);
      } else {
        REQUIRE(blob.value() == content(number));
      }
    }
    require_good(*log_);
  }

  support::FaultFileSystem& disk() { return *disk_; }
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  [[nodiscard]] bool running() const { return log_ != nullptr; }

 private:
  using Holders = std::map<std::uint64_t, std::set<store::StreamId>>;
  struct Attempt {
    std::vector<Append> appends;
    Holders holders;  // if it happens
  };
  static constexpr std::uint64_t streams_max = 4;

  static std::string content(std::uint64_t number) {
    return "blob " + std::to_string(number) + std::string(number % 7 * 500, 'b');
  }

  Attempt random_attempt() {
    Attempt attempt{{}, holders_};
    std::map<store::StreamId, store::Position> expected;
    for (auto count = 1 + pick(3); count > 0; --count) {
      const auto stream = pick(streams_max);
      if (!expected.contains(stream)) expected[stream] = events_[stream].size();
      Append append = append_to(stream, expected[stream], log_->epoch(), {});
      for (auto events = 1 + pick(4); events > 0; --events)
        append.events.push_back(fact(++facts_, pick(3000)));
      expected[stream] += append.events.size();
      add_blob(append, attempt.holders);
      attempt.appends.push_back(std::move(append));
    }
    return attempt;
  }

  void add_blob(Append& append, Holders& holders) {
    const auto number = pick(6);
    const auto id = store::blob_id_of(content(number));
    switch (pick(6)) {
      case 0:
      case 1:
        append.blobs.push_back(store::make_blob(content(number)));
        holders[number].insert(append.stream);
        break;
      case 2:
        if (!holders[number].empty()) {
          append.blob_references.push_back(id);
          holders[number].insert(append.stream);
        }
        break;
      case 3:
        append.blobs_released.push_back(id);
        holders[number].erase(append.stream);
        break;
      default:
        break;
    }
  }

  // An append whose outcome was unknown has either happened as a whole or, so far, not at all.
  void learn() {
    if (!unknown_) return;
    const Attempt& attempt = *unknown_;
    std::map<store::StreamId, std::size_t> added;
    for (const auto& append : attempt.appends) added[append.stream] += append.events.size();
    const auto first = attempt.appends[0].stream;
    if (envelopes(*log_, first).size() == events_[first].size()) return;  // verify() holds the rest to it
    for (const auto& [stream, count] : added) {
      auto found = envelopes(*log_, stream);
      REQUIRE(found.size() == events_[stream].size() + count);
      REQUIRE(std::equal(events_[stream].begin(), events_[stream].end(), found.begin()));
      events_[stream] = std::move(found);
    }
    holders_ = attempt.holders;
    unknown_.reset();
  }

  std::shared_ptr<support::FaultFileSystem> disk_;
  std::mt19937_64 random_;
  std::unique_ptr<RocksEventLog> log_;
  std::map<store::StreamId, std::vector<std::string>> events_;
  Holders holders_;
  std::optional<Attempt> unknown_;
  std::uint64_t facts_ = 0;
};

}  // namespace store_test
