// The RocksDB instance of one folder: its column families, options, lock and recovery from I/O errors.
// Any thread, except reopen() (engine thread). Only store/rocks/*.cpp include this.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>

#include "store/rocks/rocks_event_log.hpp"

namespace store {

enum class Family { meta, events, heads, blobs, blob_holders, answers };
inline constexpr std::array<const char*, 6> family_names{"default", "events",       "heads",
                                                         "blobs",   "blob_holders", "answers"};

inline rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}
inline std::string_view view(const rocksdb::Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

// no_space, corrupt, conflict or io. `doing` completes "… to succeed while <doing>".
Error to_error(const rocksdb::Status& status, std::string_view doing);

// What a folder holds before RocksDB has touched it.
enum class FolderState { missing_or_new, initialized };

struct Database {
  RocksEventLog::Options options;
  std::shared_ptr<rocksdb::FileSystem> file_system;
  std::unique_ptr<rocksdb::Env> env;
  rocksdb::FileLock* lock = nullptr;
  std::unique_ptr<rocksdb::DB> db;
  std::array<rocksdb::ColumnFamilyHandle*, family_names.size()> handles{};
  // RocksDB has failed to write, here or on its own threads, and must be reopened before it writes again.
  std::shared_ptr<std::atomic<bool>> stopped = std::make_shared<std::atomic<bool>>(false);
  // Whoever reads holds it shared; reopen() alone holds it exclusively. Held while an OnEvent is called,
  // which may read in turn (glibc prefers readers, so that is safe).
  mutable std::shared_timed_mutex gate;
  std::atomic<GlobalPosition> global_position{0};
  std::atomic<std::uint64_t> streams{0};

  explicit Database(const RocksEventLog::Options& from);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Family which) const {
    return handles.at(static_cast<std::size_t>(which));
  }
  // unavailable after an I/O error, until reopen() has succeeded.
  [[nodiscard]] Result<void> writable() const;
  // Hold `gate` from here until the last use of what they return.
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterate(Family which,
                                                           const rocksdb::ReadOptions& read = {}) const;
  [[nodiscard]] rocksdb::Status get(Family which, std::string_view key, rocksdb::PinnableSlice* value,
                                    const rocksdb::ReadOptions& read = {}) const;
  [[nodiscard]] std::string path(std::string_view file) const {
    return options.folder + "/" + std::string(file);
  }

  // Makes the folder if need be and keeps other processes out.
  Result<void> take_folder();
  Result<FolderState> look();
  Result<void> open_read_only();
  Result<void> open_writable(FolderState state);
  void close();
  // After a write that failed: recovers from what is on disk, as after a crash, so that the log then holds
  // what can be read back and nothing else. Reading goes on as it was until the disk takes a write again.
  // An Error: still stopped, and not even readable when recovery has failed half-way.
  Result<void> reopen();
  // Those of positions that a log which has lost its end will give anew.
  void drop_snapshots_beyond(const std::function<Position(StreamId)>& newest) const;

 private:
  // Whether the disk has room and takes a write.
  Result<void> probe();
};

}  // namespace store
