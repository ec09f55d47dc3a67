// The file system as RocksDB sees it: every I/O error is marked as one after which writing may go on. RocksDB
// takes an unmarked EIO as fatal until the process restarts; resuming is as safe here, since it flushes
// the acknowledged memtables to new files and abandons the log that failed. Any thread.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>

namespace store {

std::shared_ptr<rocksdb::FileSystem> retryable(std::shared_ptr<rocksdb::FileSystem> base);

}  // namespace store
