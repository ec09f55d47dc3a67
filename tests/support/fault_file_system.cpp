#include "tests/support/fault_file_system.hpp"

#include <algorithm>
#include <stdexcept>

#include "tests/support/fault_files.hpp"

namespace support {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

namespace {
void must(const IOStatus& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}
}  // namespace

std::shared_ptr<FaultFileSystem> FaultFileSystem::in_memory(std::uint64_t seed) {
  std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  auto base = env->GetFileSystem();
  return std::make_shared<FaultFileSystem>(std::move(base), std::move(env), seed);
}

std::shared_ptr<FaultFileSystem> FaultFileSystem::on_disk(std::uint64_t seed) {
  return std::make_shared<FaultFileSystem>(rocksdb::FileSystem::Default(), nullptr, seed);
}

FaultFileSystem::FaultFileSystem(std::shared_ptr<rocksdb::FileSystem> base,
                                 std::unique_ptr<rocksdb::Env> owner, std::uint64_t seed)
    : FileSystemWrapper(std::move(base)), owner_(std::move(owner)), random_(seed) {}

bool FaultFileSystem::Countdown::hits(const std::string& name) {
  if (left == 0 || name.find(name_part) == std::string::npos) return false;
  return --left == 0;
}

std::uint64_t FaultFileSystem::random(std::uint64_t below) {
  return random_() % below;
}

void FaultFileSystem::fail_write(int n, const std::string& name_part) {
  const std::lock_guard lock(mutex_);
  write_fault_ = {n, name_part};
}

void FaultFileSystem::fail_sync(int n, const std::string& name_part) {
  const std::lock_guard lock(mutex_);
  sync_fault_ = {n, name_part};
}

void FaultFileSystem::fail_everything() {
  const std::lock_guard lock(mutex_);
  failing_ = true;
}

void FaultFileSystem::fill_up_after(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  room_ = bytes;
}

void FaultFileSystem::tell_free_space(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  free_space_ = bytes;
}

void FaultFileSystem::heal() {
  const std::lock_guard lock(mutex_);
  failing_ = false;
  write_fault_ = {};
  sync_fault_ = {};
  room_.reset();
  free_space_.reset();
}

void FaultFileSystem::crash_on(int n, const std::string& name_part) {
  const std::lock_guard lock(mutex_);
  crash_countdown_ = {n, name_part};
}

bool FaultFileSystem::crashed() const {
  const std::lock_guard lock(mutex_);
  return dead_;
}

void FaultFileSystem::crash() {
  const std::lock_guard lock(mutex_);
  dead_ = true;
}

IOStatus FaultFileSystem::when_dead() const {
  return dead_ ? IOStatus::IOError("the test cut the power") : IOStatus::OK();
}

IOStatus FaultFileSystem::on_write(const std::string& name, std::uint64_t bytes, std::uint64_t* through) {
  const std::lock_guard lock(mutex_);
  if (crash_countdown_.hits(name)) {
    dead_ = true;
    *through = random(bytes + 1);
    return when_dead();
  }
  if (dead_) return when_dead();
  if (failing_) return IOStatus::IOError("every write fails");
  if (write_fault_.hits(name)) {
    *through = random(2) * (bytes / 2);
    return IOStatus::IOError("the test let this write fail", name);
  }
  if (room_ && bytes > *room_) {
    *through = *room_;
    room_ = 0;
    return IOStatus::NoSpace("the test's disk is full", name);
  }
  if (room_) *room_ -= bytes;
  *through = bytes;
  return IOStatus::OK();
}

IOStatus FaultFileSystem::on_sync(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (crash_countdown_.hits(name)) dead_ = true;
  if (dead_) return when_dead();
  ++syncs_;
  if (failing_) return IOStatus::IOError("every sync fails");
  if (sync_fault_.hits(name)) return IOStatus::IOError("the test let this sync fail", name);
  return IOStatus::OK();
}

void FaultFileSystem::written(const std::string& name, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  files_[name].size += bytes;
}

void FaultFileSystem::overwritten(const std::string& name, std::uint64_t offset, std::string bytes) {
  const std::lock_guard lock(mutex_);
  files_[name].overwrites.push_back({offset, std::move(bytes)});
}

void FaultFileSystem::synced(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto& file = files_[name];
  file.synced_size = file.size;
  file.ever_synced = true;
  for (const auto& [offset, bytes] : file.overwrites)
    file.synced_contents.replace(offset, bytes.size(), bytes);
  file.overwrites.clear();
}

IOStatus FaultFileSystem::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* result,
                                          IODebugContext* debug) {
  const std::lock_guard lock(mutex_);
  if (dead_) return when_dead();
  if (failing_) return IOStatus::IOError("every write fails");
  if (room_ && *room_ == 0) return IOStatus::NoSpace("the test's disk is full", name);
  auto status = target()->NewWritableFile(name, options, result, debug);
  if (!status.ok()) return status;
  files_[name] = File{};
  *result = std::make_unique<AppendedFile>(std::move(*result), *this, name);
  return status;
}

IOStatus FaultFileSystem::NewRandomRWFile(const std::string& name, const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSRandomRWFile>* result,
                                          IODebugContext* debug) {
  std::string now = contents(name);
  const std::lock_guard lock(mutex_);
  if (dead_) return when_dead();
  auto status = target()->NewRandomRWFile(name, options, result, debug);
  if (!status.ok()) return status;
  auto& file = files_[name];
  file.size = file.synced_size = now.size();
  file.ever_synced = true;
  file.synced_contents = std::move(now);
  *result = std::make_unique<OverwrittenFile>(std::move(*result), *this, name);
  return status;
}

IOStatus FaultFileSystem::RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                                     IODebugContext* debug) {
  const std::lock_guard lock(mutex_);
  if (dead_) return when_dead();
  auto status = target()->RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  if (const auto file = files_.extract(from)) files_[to] = file.mapped();
  return status;
}

IOStatus FaultFileSystem::LinkFile(const std::string& from, const std::string& to, const IOOptions& options,
                                   IODebugContext* debug) {
  const std::lock_guard lock(mutex_);
  if (dead_) return when_dead();
  auto status = target()->LinkFile(from, to, options, debug);
  if (!status.ok()) return status;
  if (const auto file = files_.find(from); file != files_.end()) files_[to] = file->second;
  return status;
}

IOStatus FaultFileSystem::DeleteFile(const std::string& name, const IOOptions& options,
                                     IODebugContext* debug) {
  const std::lock_guard lock(mutex_);
  if (dead_) return when_dead();
  files_.erase(name);
  return target()->DeleteFile(name, options, debug);
}

IOStatus FaultFileSystem::GetFreeSpace(const std::string& path, const IOOptions& options,
                                       std::uint64_t* bytes, IODebugContext* debug) {
  const std::lock_guard lock(mutex_);
  if (!free_space_) return target()->GetFreeSpace(path, options, bytes, debug);
  *bytes = *free_space_;
  return IOStatus::OK();
}

void FaultFileSystem::restart(Loss loss) {
  const std::lock_guard lock(mutex_);
  dead_ = false;
  failing_ = false;
  write_fault_ = {};
  sync_fault_ = {};
  crash_countdown_ = {};
  room_.reset();
  if (loss != Loss::none) {
    for (const auto& [name, file] : files_) lose(name, file, loss);
  }
  files_.clear();
}

void FaultFileSystem::lose(const std::string& name, const File& file, Loss loss) {
  if (!file.overwrites.empty()) {
    std::string bytes = file.synced_contents;
    for (const auto& [offset, written] : file.overwrites) {
      const std::uint64_t kept = loss == Loss::torn ? random(written.size() + 1) : 0;
      bytes.replace(offset, kept, written, 0, kept);
    }
    replace(name, bytes);
    return;
  }
  if (file.size == file.synced_size) return;
  if (!file.ever_synced && random(2) == 0) {
    target()->DeleteFile(name, IOOptions(), nullptr).PermitUncheckedError();
    return;
  }
  std::string bytes = contents(name);
  const std::uint64_t unsynced = file.size - file.synced_size;
  bytes.resize(file.synced_size + (loss == Loss::torn ? random(unsynced + 1) : 0));
  if (bytes.size() > file.synced_size && random(2) == 0) {
    bytes[file.synced_size + random(bytes.size() - file.synced_size)] ^= static_cast<char>(1 + random(255));
  }
  replace(name, bytes);
}

std::string FaultFileSystem::contents(const std::string& path) {
  std::uint64_t size = 0;
  must(target()->GetFileSize(path, IOOptions(), &size, nullptr));
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  must(target()->NewSequentialFile(path, rocksdb::FileOptions(), &file, nullptr));
  std::string bytes(size, '\0');
  rocksdb::Slice got;
  must(file->Read(size, IOOptions(), &got, bytes.data(), nullptr));
  return got.ToString();
}

void FaultFileSystem::replace(const std::string& path, const std::string& bytes) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  must(target()->NewWritableFile(path, rocksdb::FileOptions(), &file, nullptr));
  must(file->Append(bytes, IOOptions(), nullptr));
  must(file->Close(IOOptions(), nullptr));
}

void FaultFileSystem::flip_byte(const std::string& path, std::uint64_t offset) {
  std::string bytes = contents(path);
  bytes.at(offset) ^= '\x55';
  replace(path, bytes);
}

std::vector<std::string> FaultFileSystem::files(const std::string& folder, const std::string& ending) {
  std::vector<std::string> names;
  must(target()->GetChildren(folder, IOOptions(), &names, nullptr));
  std::vector<std::string> found;
  for (const auto& name : names) {
    if (name.ends_with(ending)) found.push_back(folder + "/" + name);
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace support
