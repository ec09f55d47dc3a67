// The RocksDB instance of one folder: its column families, options, lock and recovery from I/O errors.
// Any thread, except resume() (engine thread). Only store/rocks/*.cpp include this.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "store/rocks/rocks_event_log.hpp"

namespace store {

enum class Family { meta, events, heads, blobs, blob_holders, snapshots, answers };
inline constexpr std::array<const char*, 7> family_names{"default",      "events",    "heads",  "blobs",
                                                         "blob_holders", "snapshots", "answers"};

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
  // What RocksDB tells us on its own threads.
  struct Notices {
    std::atomic<bool> stopped = false;      // it refuses to write until resume()
    std::atomic<bool> new_memtable = true;  // the meta family has an empty one
  };
  std::shared_ptr<Notices> notices = std::make_shared<Notices>();
  bool log_torn = false;  // by a write that failed, until a new log is in use; engine thread
  std::atomic<GlobalPosition> global_position{0};
  std::atomic<std::uint64_t> streams{0};

  explicit Database(const RocksEventLog::Options& from);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Family which) const {
    return handles.at(static_cast<std::size_t>(which));
  }
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterate(Family which,
                                                           const rocksdb::ReadOptions& read = {}) const {
    return std::unique_ptr<rocksdb::Iterator>(db->NewIterator(read, family(which)));
  }
  [[nodiscard]] rocksdb::Status get(Family which, std::string_view key, rocksdb::PinnableSlice* value) const {
    return db->Get(rocksdb::ReadOptions(), family(which), slice(key), value);
  }
  [[nodiscard]] std::string path(std::string_view file) const {
    return options.folder + "/" + std::string(file);
  }

  // Makes the folder if need be and keeps other processes out.
  Result<void> take_folder();
  Result<FolderState> look();
  Result<void> open_read_only();
  Result<void> open_writable(FolderState state);
  void close();
  // Before a write that must be recoverable: see resume().
  rocksdb::Status prepare_write();
  // After RocksDB refused to go on writing: flushes what was acknowledged and starts a new write-ahead log,
  // so that whatever a failed write left in the old one is never replayed. An Error: still refused.
  Result<void> resume();
};

}  // namespace store
