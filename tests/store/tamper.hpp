// Changing a closed log behind its back, through RocksDB itself, so that RocksDB's own checksums agree.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace store_test {

namespace detail {
template <class Work>
void with_database(const std::string& folder, const std::string& family, Work work) {
  std::vector<std::string> names;
  auto status = rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), folder, &names);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const auto& name : names) descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  if (status.ok()) status = rocksdb::DB::Open(rocksdb::DBOptions(), folder, descriptors, &handles, &raw);
  if (!status.ok()) throw std::runtime_error(status.ToString());
  const std::unique_ptr<rocksdb::DB> db(raw);
  for (auto* handle : handles) {
    if (handle->GetName() == family) status = work(*db, handle);
  }
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  if (!status.ok()) throw std::runtime_error(status.ToString());
}
}  // namespace detail

inline std::string stored(const std::string& folder, const std::string& family, std::string_view key) {
  std::string value;
  detail::with_database(folder, family, [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* handle) {
    return db.Get(rocksdb::ReadOptions(), handle, rocksdb::Slice(key.data(), key.size()), &value);
  });
  return value;
}

// Without a value the key is removed.
inline void tamper(const std::string& folder, const std::string& family, std::string_view key,
                   const std::optional<std::string>& value) {
  detail::with_database(folder, family, [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* handle) {
    const rocksdb::Slice at(key.data(), key.size());
    return value ? db.Put(rocksdb::WriteOptions(), handle, at, *value)
                 : db.Delete(rocksdb::WriteOptions(), handle, at);
  });
}

}  // namespace store_test
