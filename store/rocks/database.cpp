#include "store/rocks/database.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <mutex>

#include "store/codec.hpp"
#include "store/keys.hpp"
#include "store/rocks/options.hpp"
#include "store/rocks/synced_mark.hpp"

namespace store {

namespace {
constexpr std::chrono::seconds readers_leave_within{5};

rocksdb::Status closed() {
  return rocksdb::Status::IOError("the store is closed after an I/O error");
}
}  // namespace

Error to_error(const rocksdb::Status& status, std::string_view doing) {
  ErrorCode code = ErrorCode::io;
  std::string hint = "see the system's log for the disk; nothing more is acknowledged until it works again";
  const bool full =
      status.IsNoSpace() || status.ToString().find("No space left on device") != std::string::npos;
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
      file_system(from.file_system ? from.file_system : rocksdb::FileSystem::Default()),
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

std::unique_ptr<rocksdb::Iterator> Database::iterate(Family which, const rocksdb::ReadOptions& read) const {
  if (db) return std::unique_ptr<rocksdb::Iterator>(db->NewIterator(read, family(which)));
  return std::unique_ptr<rocksdb::Iterator>(rocksdb::NewErrorIterator(closed()));
}

rocksdb::Status Database::get(Family which, std::string_view key, rocksdb::PinnableSlice* value,
                              const rocksdb::ReadOptions& read) const {
  return db ? db->Get(read, family(which), slice(key), value) : closed();
}

Result<void> Database::writable() const {
  if (db && !*stopped) return {};
  return schemas::fail(ErrorCode::unavailable, "a store that takes writes",
                       "one that recovers from an I/O error",
                       "try again in a while; see the system's log for the disk");
}

Result<void> Database::probe() {
  std::uint64_t free_bytes = 0;
  const auto told = env->GetFreeSpace(options.folder, &free_bytes);
  if (told.ok() && free_bytes < options.free_space_min) {
    return schemas::fail(
        ErrorCode::no_space, std::to_string(options.free_space_min) + " free bytes on the disk",
        std::to_string(free_bytes), "free space on the disk of the data folder", options.folder);
  }
  const std::string file = path("probe");
  auto status = rocksdb::WriteStringToFile(env.get(), std::string(4096, '\0'), file, true);
  if (status.ok()) status = env->DeleteFile(file);
  if (!status.ok()) return std::unexpected(to_error(status, "after an I/O error"));
  return {};
}

Result<void> Database::reopen() {
  if (auto usable = probe(); !usable) return usable;
  const std::unique_lock alone(gate, readers_leave_within);
  if (!alone.owns_lock()) {
    return schemas::fail(ErrorCode::busy, "readers to end, so that the store can recover from an I/O error",
                         "one that goes on", "try again in a while");
  }
  close();
  if (const auto opened = open_writable(FolderState::initialized); !opened) {
    // Nothing is read meanwhile: what an unsynced log shows may still be lost.
    return opened;
  }
  *stopped = false;
  spdlog::warn("store: recovered from an I/O error; writing goes on");
  return {};
}

}  // namespace store
