// Opening: take the folder, look before RocksDB changes anything, verify the tail, then write.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>

#include "store/codec.hpp"
#include "store/keys.hpp"
#include "store/rocks/database.hpp"
#include "store/rocks/tail.hpp"
#include "store/rocks/writer.hpp"

namespace store {

namespace {
constexpr std::uint64_t format_version = 1;

// 0 when there is none yet.
Result<std::uint64_t> number(const Database& database, std::string_view key) {
  rocksdb::PinnableSlice value;
  const auto status = database.get(Family::meta, key, &value);
  if (status.IsNotFound()) return std::uint64_t{0};
  if (!status.ok()) return std::unexpected(to_error(status, "reading its " + std::string(key)));
  return decode_number(view(value), key);
}

Result<void> check_format(const Database& database) {
  const auto format = number(database, keys::format);
  if (!format) return std::unexpected(format.error());
  if (*format <= format_version) return {};
  return schemas::fail(ErrorCode::corrupt, "a data folder of format " + std::to_string(format_version),
                       "format " + std::to_string(*format), "use the newer rftd that wrote it",
                       database.options.folder);
}

Result<std::uint64_t> next_epoch(const Database& database) {
  const auto epoch = number(database, keys::epoch);
  if (!epoch) return std::unexpected(epoch.error());
  rocksdb::WriteBatch batch;
  auto status =
      batch.Put(database.family(Family::meta), slice(keys::epoch), slice(encode_number(*epoch + 1)));
  if (status.ok()) {
    status =
        batch.Put(database.family(Family::meta), slice(keys::format), slice(encode_number(format_version)));
  }
  rocksdb::WriteOptions synced;
  synced.sync = true;
  if (status.ok()) status = database.db->Write(synced, &batch);
  if (!status.ok()) return std::unexpected(to_error(status, "taking the next epoch"));
  return *epoch + 1;
}

// Opens read-only, which recovers in memory and leaves every file as it is. What is wrong is a value: an
// inspection goes on with it, a writable open refuses.
Result<std::optional<Error>> inspect(Database& database) {
  if (auto opened = database.open_read_only(); !opened) return std::unexpected(opened.error());
  if (auto fits = check_format(database); !fits) return std::unexpected(fits.error());
  const auto tail = verify_tail(database);
  if (!tail) return std::optional<Error>(tail.error());
  const auto mark = SyncedMark::read(*database.file_system, database.path("SYNCED"));
  if (!mark) return std::optional<Error>(mark.error());
  database.global_position = tail->global_position;
  database.streams = tail->streams;
  return compare(database, *tail, *mark);
}
}  // namespace

Result<std::unique_ptr<RocksEventLog>> RocksEventLog::open(const Options& options) {
  auto database = std::make_unique<Database>(options);
  if (const auto taken = database->take_folder(); !taken) return std::unexpected(taken.error());
  const auto state = database->look();
  if (!state) return std::unexpected(state.error());

  std::optional<Error> finding;
  if (*state == FolderState::initialized) {
    auto inspected = inspect(*database);
    if (!inspected) return std::unexpected(inspected.error());
    finding = std::move(*inspected);
  }
  if (options.read_only) {
    if (!database->db) {
      return schemas::fail(ErrorCode::not_found, "an event log in " + options.folder, "an unfinished one");
    }
    const auto epoch = number(*database, keys::epoch);
    std::unique_ptr<RocksEventLog> log(new RocksEventLog(std::move(database), std::move(finding)));
    log->epoch_ = epoch.value_or(0);
    return log;
  }

  database->close();
  if (finding && !(options.accept_loss && is_loss(*finding))) return std::unexpected(*finding);
  if (finding) spdlog::error("store: going on in spite of: {}", finding->message());
  if (auto opened = database->open_writable(*state); !opened) return std::unexpected(opened.error());
  const auto epoch = next_epoch(*database);
  if (!epoch) return std::unexpected(epoch.error());
  auto mark = SyncedMark::open(*database->file_system, database->path("SYNCED"), options.accept_loss);
  if (!mark) return std::unexpected(mark.error());

  std::unique_ptr<RocksEventLog> log(new RocksEventLog(std::move(database), std::nullopt));
  log->epoch_ = *epoch;
  log->writer_ = std::make_unique<Writer>(*log->database_, std::move(*mark), *epoch);
  if (auto loaded = log->writer_->load_heads(); !loaded) return std::unexpected(loaded.error());
  if (auto settled = log->writer_->settle_mark(); !settled) return std::unexpected(settled.error());
  return log;
}

RocksEventLog::RocksEventLog(std::unique_ptr<Database> database, std::optional<Error> finding)
    : database_(std::move(database)), finding_(std::move(finding)) {}

RocksEventLog::~RocksEventLog() = default;

Result<std::vector<Committed>> RocksEventLog::append(std::span<const Append> appends) {
  if (writer_) return writer_->append(appends);
  return schemas::fail(ErrorCode::unavailable, "a log that is open for writing", "one opened for inspection");
}

}  // namespace store
