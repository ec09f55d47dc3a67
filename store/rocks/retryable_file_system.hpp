// The file system as RocksDB sees it: every I/O error is marked as one after which writing may go on. RocksDB
// takes an unmarked EIO as fatal until the process restarts; resuming is as safe here, since it flushes
// the acknowledged memtables to new files and abandons the log that failed. Any thread.
// A full disk is passed on as such an error whose message begins with `no_space_message`: RocksDB's own
// handling of a full disk ends as fatal when the next log cannot be made either.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>
#include <string_view>

namespace store {

inline constexpr std::string_view no_space_message = "No space left on device";

std::shared_ptr<rocksdb::FileSystem> retryable(std::shared_ptr<rocksdb::FileSystem> base);

}  // namespace store
