// Backups of a running log, and getting one back.
#include "store/backup.hpp"

#include <fcntl.h>
#include <rocksdb/utilities/checkpoint.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "store/rocks/database.hpp"
#include "store/rocks/synced_mark.hpp"

namespace store {

namespace {
namespace fs = std::filesystem;

std::unexpected<Error> refused(const std::string& doing, const std::error_code& error) {
  const bool full = error == std::errc::no_space_on_device;
  return schemas::fail(full ? ErrorCode::no_space : ErrorCode::io, "to succeed " + doing, error.message());
}

Result<void> sync(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool ok = file >= 0 && ::fsync(file) == 0;
  const std::error_code error(errno, std::generic_category());
  if (file >= 0) ::close(file);
  if (!ok) return refused("syncing " + path.string(), error);
  return {};
}

Result<void> copy_synced(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy_file(from, to, error);
  if (error) return refused("copying " + from.string(), error);
  return sync(to);
}

// SYNCED first and CURRENT last: a copy cut short is then never taken for a new or a whole log.
Result<std::vector<fs::path>> files_in_order(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto name = entry.path().filename();
    if (entry.is_regular_file() && name != "LOCK" && name != "rftd.lock") files.push_back(name);
  }
  if (error) return refused("reading " + folder.string(), error);
  const auto rank = [](const fs::path& name) { return name == "SYNCED" ? 0 : name == "CURRENT" ? 2 : 1; };
  std::ranges::sort(files, {}, [&](const fs::path& name) { return std::pair(rank(name), name.string()); });
  return files;
}

Result<void> verify(const std::string& folder, const std::string& what) {
  RocksEventLog::Options options;
  options.folder = folder;
  options.read_only = true;
  const auto log = RocksEventLog::open(options);
  if (!log) return std::unexpected(log.error());
  const auto& finding = (*log)->finding();
  if (!finding) return {};
  return schemas::fail(finding->code, what + " that is whole", finding->message(), "take another one",
                       folder);
}
}  // namespace

Result<void> RocksEventLog::backup(const std::string& folder) const {
  const std::shared_lock reading(database_->gate);
  if (auto open = database_->writable(); !open) return open;
  auto& env = *database_->env;
  std::vector<std::string> there;
  const auto listed = env.GetChildren(folder, &there);
  std::erase_if(there, [](const auto& name) { return name == "." || name == ".."; });
  if (!there.empty()) {
    return schemas::fail(ErrorCode::conflict, "an empty or new folder for the backup",
                         std::to_string(there.size()) + " files", "name another folder", folder);
  }
  if (listed.ok() && env.FileExists(folder).ok()) {
    const auto removed = env.DeleteDir(folder);
    if (!removed.ok()) return std::unexpected(to_error(removed, "making room for the backup"));
  }
  // Everything acknowledged up to here is in the checkpoint; what comes meanwhile may be.
  const GlobalPosition acknowledged = database_->global_position;
  rocksdb::Checkpoint* raw = nullptr;
  auto status = rocksdb::Checkpoint::Create(database_->db.get(), &raw);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  if (status.ok()) status = checkpoint->CreateCheckpoint(folder);
  if (!status.ok()) return std::unexpected(to_error(status, "writing the backup " + folder));
  return SyncedMark::create(*database_->file_system, folder + "/SYNCED",
                            {.global_position = acknowledged, .epoch = epoch_, .sequence = 1});
}

Result<void> restore(const std::string& backup_folder, const std::string& target_folder) {
  const fs::path from(backup_folder);
  const fs::path to(target_folder);
  std::error_code error;
  if (fs::exists(to, error) && !fs::is_empty(to, error)) {
    return schemas::fail(ErrorCode::conflict, "an empty or new folder to restore into",
                         "one with files in it", "move them away first", target_folder);
  }
  if (!fs::exists(from / "CURRENT", error)) {
    return schemas::fail(ErrorCode::not_found, "a backup in " + backup_folder, "none");
  }
  if (auto whole = verify(backup_folder, "a backup"); !whole) return whole;
  fs::create_directories(to, error);
  if (error) return refused("making " + target_folder, error);
  const auto files = files_in_order(from);
  if (!files) return std::unexpected(files.error());
  for (const auto& name : *files) {
    if (auto copied = copy_synced(from / name, to / name); !copied) return copied;
  }
  if (auto synced = sync(to); !synced) return synced;
  return verify(target_folder, "a copy of the backup");
}

}  // namespace store
