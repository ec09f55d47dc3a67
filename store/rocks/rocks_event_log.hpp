// The event log on RocksDB: one folder, one process. See store/event_log.hpp for the promises and threads;
// keys are in store/keys.hpp, bytes in store/codec.hpp. Holds no meaning of events and starts no thread of
// its own (RocksDB has two for flushes and compactions).
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/event_log.hpp"

namespace rocksdb {
class FileSystem;
}

namespace store {

enum class Durability {
  fsync,  // an append returns when the disk has it
  os,     // an append returns when the operating system has it: a power cut may take the newest seconds
};

struct Database;
class Writer;

class RocksEventLog final : public EventLog {
 public:
  struct Options {
    std::string folder;
    Durability durability = Durability::fsync;
    bool read_only = false;    // for inspection: what a writable open refuses is only told by finding()
    bool accept_loss = false;  // open although acknowledged events are gone, and go on after what is left
    std::size_t write_buffer = std::size_t{8} << 20U;  // bytes of events in memory before they are flushed
    std::size_t block_cache = std::size_t{8} << 20U;   // bytes
    std::uint64_t free_space_min = std::uint64_t{64}
                                   << 20U;             // bytes; below, appends are refused with no_space
    std::shared_ptr<rocksdb::FileSystem> file_system;  // for tests; the real one when empty
  };

  // Takes the folder for this process and verifies its tail: each head against the newest events of its
  // stream, and all of them against the synced-up-to mark (store/rocks/synced_mark.hpp).
  // conflict: another process uses the folder. corrupt: acknowledged events are missing or the tail
  // contradicts itself; the Error says what is missing. A torn tail of unacknowledged bytes is dropped and
  // logged.
  static Result<std::unique_ptr<RocksEventLog>> open(const Options& options);
  ~RocksEventLog() override;
  RocksEventLog(const RocksEventLog&) = delete;
  RocksEventLog& operator=(const RocksEventLog&) = delete;

  Result<std::vector<Committed>> append(std::span<const Append> appends) override;
  Result<void> scan(StreamId stream, Position from, Position to, const OnEvent& on_event) const override;
  std::optional<Head> head(StreamId stream) const override;
  std::vector<Head> heads() const override;
  Result<std::string> blob(const BlobId& id) const override;
  Result<void> scan_blobs(StreamId stream,
                          const std::function<void(const BlobId&, std::uint64_t)>& on_blob) const override;
  Result<void> put_snapshot(StreamId stream, Position position, std::string_view bytes,
                            std::size_t keep) override;
  std::optional<Snapshot> snapshot(StreamId stream, Position at) const override;
  std::vector<Position> snapshot_positions(StreamId stream) const override;
  Result<std::optional<Receipt>> remembered(std::string_view key) const override;
  Result<void> forget_answers(std::int64_t before) override;
  Statistics statistics() const override;
  Result<void> backup(const std::string& folder) const override;

  // Of this opening; what the engine writes into Append::epoch. Grows with every writable open.
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  // Only after a read-only open: why a writable one would be refused.
  [[nodiscard]] const std::optional<Error>& finding() const { return finding_; }
  // Takes the bytes of released blobs off the disk now; otherwise compaction does so within days.
  // Rewrites files: seconds to minutes, any thread.
  Result<void> reclaim();

 private:
  RocksEventLog(std::unique_ptr<Database> database, std::optional<Error> finding);

  std::unique_ptr<Database> database_;
  std::optional<Error> finding_;
  std::uint64_t epoch_ = 0;
  std::unique_ptr<Writer> writer_;  // engine thread; empty when read-only
};

}  // namespace store
