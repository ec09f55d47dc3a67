// The files that FaultFileSystem hands out: each asks it what becomes of a write or a sync.
#pragma once

#include <memory>
#include <string>

#include "tests/support/fault_file_system.hpp"

namespace support {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class AppendedFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  AppendedFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, FaultFileSystem& disk, std::string name)
      : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), name_(std::move(name)) {}
  using FSWritableFileOwnerWrapper::Append;

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, IODebugContext* debug) override {
    std::uint64_t through = 0;
    auto status = disk_.on_write(name_, data.size(), &through);
    if (through > 0) {
      const auto appended = target()->Append(rocksdb::Slice(data.data(), through), options, debug);
      if (!appended.ok()) return appended;
      disk_.written(name_, through);
    }
    return status;
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& /*info*/, IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    auto status = disk_.on_sync(name_);
    if (status.ok()) status = target()->Sync(options, debug);
    if (status.ok()) disk_.synced(name_);
    return status;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return Sync(options, debug); }
  [[nodiscard]] bool IsSyncThreadSafe() const override { return true; }
  // No promise is made by a range sync.
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }

 private:
  FaultFileSystem& disk_;
  std::string name_;
};

class OverwrittenFile final : public rocksdb::FSRandomRWFileOwnerWrapper {
 public:
  OverwrittenFile(std::unique_ptr<rocksdb::FSRandomRWFile>&& file, FaultFileSystem& disk, std::string name)
      : FSRandomRWFileOwnerWrapper(std::move(file)), disk_(disk), name_(std::move(name)) {}

  IOStatus Write(std::uint64_t offset, const rocksdb::Slice& data, const IOOptions& options,
                 IODebugContext* debug) override {
    std::uint64_t through = 0;
    auto status = disk_.on_write(name_, data.size(), &through);
    if (!status.ok()) return status;
    status = FSRandomRWFileOwnerWrapper::Write(offset, data, options, debug);
    if (status.ok()) disk_.overwritten(name_, offset, data.ToString());
    return status;
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    auto status = disk_.on_sync(name_);
    if (status.ok()) status = FSRandomRWFileOwnerWrapper::Sync(options, debug);
    if (status.ok()) disk_.synced(name_);
    return status;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return Sync(options, debug); }

 private:
  FaultFileSystem& disk_;
  std::string name_;
};

}  // namespace support
