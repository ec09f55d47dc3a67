// RocksDB's options. Pure, any thread.
#pragma once

#include <vector>

#include "store/rocks/database.hpp"

namespace store {

rocksdb::DBOptions database_options(const Database& database);
// In the order of Family; they share one block cache.
std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors(const RocksEventLog::Options& options);

}  // namespace store
