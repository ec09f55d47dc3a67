// A file system that goes wrong on purpose: power cuts that drop or tear what was not synced, writes and
// syncs that fail, a disk that is full. Everything it does follows from its seed and the order of the calls.
// Any thread (RocksDB's background threads write through it); faults are set on the test's thread.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace support {

class FaultFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  enum class Loss {
    none,      // the process was killed; the operating system lives on
    unsynced,  // power cut: all bytes that were not synced are gone
    torn,      // power cut: of the bytes that were not synced, a part is there, and its end may be garbage
  };

  // In memory; empty at first.
  static std::shared_ptr<FaultFileSystem> in_memory(std::uint64_t seed);
  // Over the real one.
  static std::shared_ptr<FaultFileSystem> on_disk(std::uint64_t seed);
  FaultFileSystem(std::shared_ptr<rocksdb::FileSystem> base, std::unique_ptr<rocksdb::Env> owner,
                  std::uint64_t seed);

  // The n-th write (sync) from now, from 1, fails with an I/O error; half of its bytes may have been written.
  void fail_write(int n, const std::string& name_part = {});
  void fail_sync(int n, const std::string& name_part = {});
  // Every write and sync fails until heal().
  void fail_everything();
  // After this many more bytes the disk is full, until heal().
  void fill_up_after(std::uint64_t bytes);
  // What GetFreeSpace() tells; not set: what the base tells.
  void tell_free_space(std::uint64_t bytes);
  void heal();

  // From now on nothing reaches the disk, as if the process had ended here.
  void crash();
  // The same at the n-th write or sync from now, which happens in part at most.
  void crash_on(int n, const std::string& name_part = {});
  [[nodiscard]] bool crashed() const;
  // After crash(), when the log has been destroyed: the disk as the next process finds it.
  void restart(Loss loss);

  // For a file that nobody has open.
  void flip_byte(const std::string& path, std::uint64_t offset);
  std::string contents(const std::string& path);
  void replace(const std::string& path, const std::string& bytes);
  // Paths in the folder that end so.
  std::vector<std::string> files(const std::string& folder, const std::string& ending);

  [[nodiscard]] std::uint64_t syncs() const { return syncs_; }

  [[nodiscard]] const char* Name() const override { return "test.fault"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomRWFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options,
                                 std::uint64_t* bytes, rocksdb::IODebugContext* debug) override;

  // For its files only: what becomes of `bytes` on their way to `name`, how many of them get through.
  rocksdb::IOStatus on_write(const std::string& name, std::uint64_t bytes, std::uint64_t* through);
  rocksdb::IOStatus on_sync(const std::string& name);
  void written(const std::string& name, std::uint64_t bytes);
  void overwritten(const std::string& name, std::uint64_t offset, std::string bytes);
  void synced(const std::string& name);

 private:
  struct Overwrite {
    std::uint64_t offset;
    std::string bytes;
  };
  struct File {
    std::uint64_t size = 0;
    std::uint64_t synced_size = 0;
    bool ever_synced = false;
    std::string synced_contents;        // of files that are written in place
    std::vector<Overwrite> overwrites;  // since the last sync
  };
  struct Countdown {
    int left = 0;  // 0: no fault
    std::string name_part;
    bool hits(const std::string& name);
  };

  [[nodiscard]] rocksdb::IOStatus when_dead() const;
  void lose(const std::string& name, const File& file, Loss loss);
  std::uint64_t random(std::uint64_t below);

  std::unique_ptr<rocksdb::Env> owner_;
  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  std::map<std::string, File> files_;
  bool dead_ = false;
  bool failing_ = false;
  Countdown write_fault_;
  Countdown sync_fault_;
  Countdown crash_countdown_;
  std::optional<std::uint64_t> room_;
  std::optional<std::uint64_t> free_space_;
  std::uint64_t syncs_ = 0;
};

}  // namespace support
