#include "store/rocks/database.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>

#include "store/codec.hpp"
#include "store/keys.hpp"
#include "store/rocks/options.hpp"
#include "store/rocks/retryable_file_system.hpp"
#include "store/rocks/synced_mark.hpp"

namespace store {

Error to_error(const rocksdb::Status& status, std::string_view doing) {
  ErrorCode code = ErrorCode::io;
  std::string hint = "see the system's log for the disk; nothing more is acknowledged until it works again";
  const bool full = status.IsNoSpace() || status.ToString().find(no_space_message) != std::string::npos;
  if (full) {
    code = ErrorCode::no_space;
    hint = "free space on the disk of the data folder; then go on";
  } else if (status.IsCorruption()) {
    code = ErrorCode::corrupt;
    hint = "run `rftctl audit --verify`, and restore a backup if it names a position";
  } else if (status.IsNotFound()) {
    code = ErrorCode::not_found;
    hint = "";
  }
  return {code, "the store to go on " + std::string(doing), status.ToString(), hint, ""};
}

Database::Database(const RocksEventLog::Options& from)
    : options(from),
      file_system(retryable(from.file_system ? from.file_system : rocksdb::FileSystem::Default())),
      env(rocksdb::NewCompositeEnv(file_system)) {}

Database::~Database() {
  close();
  if (lock != nullptr) env->UnlockFile(lock).PermitUncheckedError();
}

void Database::close() {
  if (!db) return;
  for (auto*& handle : handles) {
    if (handle != nullptr) db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
    handle = nullptr;
  }
  const auto status = db->Close();
  if (!status.ok()) spdlog::warn("store: closing {}: {}", options.folder, status.ToString());
  db.reset();
}

Result<void> Database::take_folder() {
  if (!options.read_only) {
    std::error_code ignored;  // what matters is the next line, which says why
    if (!options.file_system) std::filesystem::create_directories(options.folder, ignored);
    const auto made = env->CreateDirIfMissing(options.folder);
    if (!made.ok()) return std::unexpected(to_error(made, "making the folder " + options.folder));
  } else if (!env->FileExists(path("CURRENT")).ok()) {
    return schemas::fail(ErrorCode::not_found, "an event log in " + options.folder, "none",
                         "name the data folder of an rftd", options.folder);
  }
  const auto status = env->LockFile(path("rftd.lock"), &lock);
  if (status.ok()) return {};
  lock = nullptr;
  const bool busy = status.ToString().find("lock hold by current process") != std::string::npos ||
                    status.ToString().find("While lock file") != std::string::npos ||
                    status.ToString().find("already held") != std::string::npos;
  // A folder that may not be written to can still be inspected.
  if (options.read_only && !busy) return {};
  if (!busy) return std::unexpected(to_error(status, "locking " + path("rftd.lock")));
  return schemas::fail(ErrorCode::conflict, "to be the only one in " + options.folder,
                       "that another rftd uses this folder (" + status.ToString() + ")",
                       "stop it first, or name another folder", options.folder);
}

// Making a new log may be cut short by a crash; it is finished as long as nothing can have been acknowledged.
Result<FolderState> Database::look() {
  const auto mark = SyncedMark::read(*file_system, path("SYNCED"));
  if (!mark && !options.accept_loss && !options.read_only) return std::unexpected(mark.error());
  const bool acknowledged = !mark || mark->global_position > 0;
  if (env->FileExists(path("CURRENT")).ok()) {
    if (acknowledged) return FolderState::initialized;
    std::vector<std::string> found;
    const auto status = rocksdb::DB::ListColumnFamilies(database_options(*this), options.folder, &found);
    if (!status.ok()) return std::unexpected(to_error(status, "reading " + options.folder));
    return found.size() < family_names.size() ? FolderState::missing_or_new : FolderState::initialized;
  }
  std::vector<std::string> files;
  const auto status = env->GetChildren(options.folder, &files);
  if (!status.ok()) return std::unexpected(to_error(status, "reading " + options.folder));
  const bool has_tables = std::ranges::any_of(files, [](const auto& file) { return file.ends_with(".sst"); });
  if (!acknowledged && !has_tables) return FolderState::missing_or_new;
  return schemas::fail(ErrorCode::corrupt, "the file CURRENT beside the events in " + options.folder, "none",
                       "restore a backup into an empty folder", options.folder);
}

Result<void> Database::open_read_only() {
  std::vector<rocksdb::ColumnFamilyHandle*> opened;
  rocksdb::DB* raw = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(database_options(*this), options.folder,
                                                   family_descriptors(options), &opened, &raw);
  if (!status.ok()) return std::unexpected(to_error(status, "opening " + options.folder));
  db.reset(raw);
  std::ranges::copy(opened, handles.begin());
  return {};
}

Result<void> Database::open_writable(FolderState state) {
  auto settings = database_options(*this);
  settings.create_if_missing = state == FolderState::missing_or_new;
  settings.create_missing_column_families = settings.create_if_missing;
  std::vector<rocksdb::ColumnFamilyHandle*> opened;
  rocksdb::DB* raw = nullptr;
  const auto status = rocksdb::DB::Open(settings, options.folder, family_descriptors(options), &opened, &raw);
  if (!status.ok()) return std::unexpected(to_error(status, "opening " + options.folder));
  db.reset(raw);
  std::ranges::copy(opened, handles.begin());
  return {};
}

// Resume() starts a new log only where a memtable holds something; with all of them empty it would go on
// writing behind a torn record. So the meta family's never is: the empty write makes RocksDB switch memtables
// now if it is about to, and a new one gets a value that bypasses the log.
rocksdb::Status Database::prepare_write() {
  rocksdb::WriteOptions beside_the_log;
  beside_the_log.disableWAL = true;
  rocksdb::WriteBatch batch;
  auto status = db->Write(beside_the_log, &batch);
  if (!status.ok() || !notices->new_memtable.exchange(false)) return status;
  status = batch.Put(family(Family::meta), slice(keys::resume), slice(encode_number(1)));
  if (status.ok()) status = db->Write(beside_the_log, &batch);
  if (!status.ok()) notices->new_memtable = true;
  return status;
}

Result<void> Database::resume() {
  const auto status = db->Resume();
  if (!status.ok()) return std::unexpected(to_error(status, "after an I/O error"));
  if (log_torn && !notices->new_memtable) {
    return schemas::fail(ErrorCode::io, "a new write-ahead log after an I/O error", "the old one",
                         "restart the daemon; nothing that was acknowledged is lost", options.folder);
  }
  log_torn = false;
  notices->stopped = false;
  spdlog::warn("store: writing goes on after an I/O error");
  return {};
}

}  // namespace store
