// A log whose next appends fail as a test says. Everything else goes through to the log behind it.
// Threads: as store::EventLog; faults are set by the test's thread.
#pragma once

#include <atomic>

#include "store/event_log.hpp"

namespace support {

class FaultyLog : public store::EventLog {
 public:
  explicit FaultyLog(store::EventLog& behind) : behind_(behind) {}

  // The next append fails with `code`. `written`: it has happened all the same, as with unknown_outcome.
  void fail_next(store::ErrorCode code, bool written = false) {
    code_ = code;
    written_ = written;
    armed_ = true;
  }
  [[nodiscard]] bool has_failed() const { return !armed_; }

  store::Result<std::vector<store::Committed>> append(std::span<const store::Append> appends) override {
    if (!armed_.exchange(false)) return behind_.append(appends);
    if (written_) {
      if (auto done = behind_.append(appends); !done) return done;
    }
    return schemas::fail(code_, "a disk that works", "a fault of the test");
  }
  store::Result<void> scan(store::StreamId stream, store::Position from, store::Position to,
                           const store::OnEvent& on_event) const override {
    return behind_.scan(stream, from, to, on_event);
  }
  std::optional<store::Head> head(store::StreamId stream) const override { return behind_.head(stream); }
  std::vector<store::Head> heads() const override { return behind_.heads(); }
  store::Result<std::string> blob(const store::BlobId& id) const override { return behind_.blob(id); }
  store::Result<void> scan_blobs(
      store::StreamId stream,
      const std::function<void(const store::BlobId&, std::uint64_t)>& on_blob) const override {
    return behind_.scan_blobs(stream, on_blob);
  }
  store::Result<void> put_snapshot(store::StreamId stream, store::Position position, std::string_view bytes,
                                   std::size_t keep) override {
    return behind_.put_snapshot(stream, position, bytes, keep);
  }
  std::optional<store::Snapshot> snapshot(store::StreamId stream, store::Position at) const override {
    return behind_.snapshot(stream, at);
  }
  std::vector<store::Position> snapshot_positions(store::StreamId stream) const override {
    return behind_.snapshot_positions(stream);
  }
  store::Result<std::optional<store::Receipt>> remembered(std::string_view key) const override {
    return behind_.remembered(key);
  }
  store::Result<void> forget_answers(std::int64_t before) override { return behind_.forget_answers(before); }
  store::Statistics statistics() const override { return behind_.statistics(); }
  store::Result<void> backup(const std::string& folder) const override { return behind_.backup(folder); }

 private:
  store::EventLog& behind_;
  std::atomic<bool> armed_ = false;
  std::atomic<bool> written_ = false;
  std::atomic<store::ErrorCode> code_ = store::ErrorCode::io;
};

}  // namespace support
