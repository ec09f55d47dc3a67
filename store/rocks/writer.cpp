#include "store/rocks/writer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "store/keys.hpp"

namespace store {

namespace {
// What a write of these appends takes, roughly: to reserve memory and to ask for room on the disk.
std::size_t bytes_of(std::span<const Append> appends) {
  constexpr std::size_t event_overhead = 320;
  std::size_t bytes = 1024;
  for (const Append& append : appends) {
    for (const auto& event : append.events) bytes += event.body.size() + event_overhead;
    for (const auto& blob : append.blobs) bytes += blob.compressed.size() + event_overhead;
    bytes += 128 * (append.blob_references.size() + append.blobs_released.size() + 2);
  }
  return bytes;
}
}  // namespace

Writer::Writer(Database& database, std::unique_ptr<SyncedMark> mark, std::uint64_t epoch)
    : database_(&database), mark_(std::move(mark)), epoch_(epoch) {}

Writer::~Writer() {
  if (*database_->stopped) return;
  if (const auto settled = settle_mark(); !settled) spdlog::warn("store: {}", settled.error().message());
}

Result<void> Writer::load_heads() {
  Heads heads;
  GlobalPosition newest = 0;
  const auto iterator = database_->iterate(Family::heads);
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    const auto head = decode_head(keys::number_at(view(iterator->key()), 0), view(iterator->value()));
    if (!head) return std::unexpected(head.error());
    newest = std::max(newest, head->global_position);
    heads.emplace(head->stream, *head);
  }
  if (!iterator->status().ok()) return std::unexpected(to_error(iterator->status(), "reading the heads"));
  heads_ = std::move(heads);
  database_->drop_snapshots_beyond([this](StreamId stream) {
    const auto head = heads_.find(stream);
    return head == heads_.end() ? Position{0} : head->second.position;
  });
  next_ = newest + 1;
  database_->global_position = newest;
  database_->streams = heads_.size();
  return {};
}

Result<void> Writer::settle_mark() {
  const auto status = database_->db->SyncWAL();
  if (!status.ok()) return std::unexpected(to_error(status, "syncing the log"));
  if (!mark_->settle(next_ - 1, epoch_)) {
    return schemas::fail(ErrorCode::io, "to write the synced-up-to mark", "an I/O error",
                         "look at the disk of the data folder", database_->path("SYNCED"));
  }
  return {};
}

Result<void> Writer::ready(std::size_t bytes) {
  if (*database_->stopped) {
    const GlobalPosition known = next_;
    if (const auto recovered = recover(); !recovered) return recovered;
    if (next_ != known && bytes > 0) {
      return schemas::fail(ErrorCode::io, "the log to end where it was known to end",
                           "that an earlier write, whose outcome was unknown, has happened",
                           "look at the newest state, then repeat the request");
    }
  }
  std::uint64_t free_bytes = 0;
  const auto status = database_->env->GetFreeSpace(database_->options.folder, &free_bytes);
  const std::uint64_t wanted = database_->options.free_space_min + bytes;
  if (status.ok() && free_bytes < wanted) {
    return schemas::fail(ErrorCode::no_space, std::to_string(wanted) + " free bytes on the disk",
                         std::to_string(free_bytes), "free space on the disk of the data folder",
                         database_->options.folder);
  }
  return {};
}

Result<std::vector<Committed>> Writer::append(std::span<const Append> appends) {
  const std::size_t bytes = appends.empty() ? 0 : bytes_of(appends);
  if (const auto is_ready = ready(bytes); !is_ready) return std::unexpected(is_ready.error());
  if (appends.empty()) return std::vector<Committed>{};
  Batch batch(*database_, heads_, next_, encoder_, bytes);
  std::vector<Committed> committed;
  committed.reserve(appends.size());
  for (const Append& append : appends) {
    auto added = batch.add(append);
    if (!added) return std::unexpected(added.error());
    committed.push_back(std::move(*added));
  }
  const auto writes = batch.finish();
  if (!writes) return std::unexpected(writes.error());

  rocksdb::WriteOptions options;
  options.sync = database_->options.durability == Durability::fsync;
  const auto status = database_->db->Write(options, *writes);
  if (!status.ok()) {
    if (auto error = explain(status, batch.next())) return std::unexpected(std::move(*error));
    return committed;
  }

  for (const auto& [stream, head] : batch.changed_heads()) heads_[stream] = head;
  next_ = batch.next();
  database_->global_position = next_ - 1;
  database_->streams = heads_.size();
  if (options.sync) mark_->write(next_ - 1, epoch_);
  return committed;
}

Result<void> Writer::recover() {
  const GlobalPosition acknowledged = next_ - 1;
  if (auto reopened = database_->reopen(); !reopened) return reopened;
  auto loaded = load_heads();
  if (loaded && next_ - 1 < acknowledged) {
    loaded =
        schemas::fail(ErrorCode::corrupt, "all events up to global position " + std::to_string(acknowledged),
                      "that they end at " + std::to_string(next_ - 1), "stop the daemon and restore a backup",
                      database_->options.folder);
    next_ = acknowledged + 1;
  }
  if (!loaded) *database_->stopped = true;
  return loaded;
}

std::optional<Error> Writer::explain(const rocksdb::Status& failure, GlobalPosition next) {
  Error error = to_error(failure, "appending events");
  spdlog::error("store: a write failed: {}", failure.ToString());
  *database_->stopped = true;
  if (const auto recovered = recover(); recovered) {
    // Recovery has made durable whatever it could read back, and that is all of a write or nothing of it.
    if (next_ == next) return std::nullopt;
    return error;
  } else {
    spdlog::error("store: its outcome is unknown: {}", recovered.error().message());
  }
  error.code = ErrorCode::unknown_outcome;
  error.hint =
      "the events may appear later; look at the newest state before repeating the request. " + error.hint;
  return error;
}

}  // namespace store
