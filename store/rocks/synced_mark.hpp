// The synced-up-to mark: up to which global position appends have been acknowledged. It tells a torn tail
// (bytes after the mark, never acknowledged) from lost data (bytes before it). Engine thread.
//
//   SYNCED = settled(slot) slot slot               the intact slot with the greatest sequence counts
//   slot   = "rftdsync"(8) sequence(8) global_position(8) epoch(8) zero(24) checksum(8: XXH3-64 of the 56
//   before)
//
// The last two are written in turns, after each sync of the write-ahead log and never synced themselves:
// after a power cut they may lag or be torn, but are never ahead of the log. The first is synced, when
// opening and closing.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>
#include <string>

#include "store/event_log.hpp"

namespace store {

class SyncedMark {
 public:
  struct Value {
    GlobalPosition global_position = 0;
    std::uint64_t epoch = 0;
    std::uint64_t sequence = 0;
  };

  // {0, 0, 0} when there is no file; corrupt when there is one without an intact slot.
  static Result<Value> read(rocksdb::FileSystem& file_system, const std::string& path);
  // A new file with this mark, synced.
  static Result<void> create(rocksdb::FileSystem& file_system, const std::string& path, Value value);

  // Opens, or creates with position 0. `replace_damaged`: also where read() finds no intact slot.
  static Result<std::unique_ptr<SyncedMark>> open(rocksdb::FileSystem& file_system, const std::string& path,
                                                  bool replace_damaged);

  [[nodiscard]] const Value& value() const { return value_; }
  // A failed write is no loss of safety: the mark then lags. The next one tries again.
  bool write(GlobalPosition global_position, std::uint64_t epoch);
  // Writes and syncs it, so that even a torn file tells it.
  bool settle(GlobalPosition global_position, std::uint64_t epoch);

 private:
  SyncedMark(std::unique_ptr<rocksdb::FSRandomRWFile> file, Value value)
      : file_(std::move(file)), value_(value) {}

  bool write_slot(std::size_t slot, Value value);

  std::unique_ptr<rocksdb::FSRandomRWFile> file_;
  Value value_;
};

}  // namespace store
