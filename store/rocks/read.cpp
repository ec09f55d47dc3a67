// Reading events, heads, blobs and answers. Any thread.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <mutex>
#include <shared_mutex>

#include "store/codec.hpp"
#include "store/keys.hpp"
#include "store/rocks/database.hpp"

namespace store {

namespace {
constexpr std::size_t readahead_bytes = std::size_t{2} << 20U;
constexpr Position long_scan = 512;  // events; below, reading 2 MiB ahead costs more than it saves

std::unexpected<Error> broken(StreamId stream, Position position, const std::string& wanted,
                              const std::string& found) {
  return schemas::fail(ErrorCode::corrupt, wanted, found, "run `rftctl audit --verify`, and restore a backup",
                       "stream " + std::to_string(stream) + ", position " + std::to_string(position));
}
}  // namespace

Result<void> RocksEventLog::scan(StreamId stream, Position from, Position to, const OnEvent& on_event) const {
  const std::shared_lock reading(database_->gate);
  // The head is read before the iterator is made: events up to it must then be there.
  const auto newest = head(stream);
  const Position last = std::min(to, newest ? newest->position : 0);
  Position expected = std::max<Position>(from, 1);
  if (expected > last) return {};

  const auto end = keys::of_position(stream, last);
  std::string after_end(end.view());
  after_end.push_back('\0');
  const rocksdb::Slice bound = slice(after_end);
  rocksdb::ReadOptions read;
  read.verify_checksums = true;
  read.fill_cache = last - expected < long_scan;
  read.readahead_size = read.fill_cache ? 0 : readahead_bytes;
  read.iterate_upper_bound = &bound;
  const auto iterator = database_->iterate(Family::events, read);
  for (iterator->Seek(slice(keys::of_position(stream, expected).view())); iterator->Valid();
       iterator->Next()) {
    const Position found = keys::number_at(view(iterator->key()), 8);
    if (found != expected) break;
    const auto event = decode_event(view(iterator->value()));
    if (!event) return broken(stream, expected, event.error().wanted, event.error().found);
    if (event->stream() != stream || event->position() != expected) {
      return broken(stream, expected, "the event of this position",
                    "that of stream " + std::to_string(event->stream()) + ", position " +
                        std::to_string(event->position()));
    }
    if (!on_event(*event)) return {};
    ++expected;
  }
  if (!iterator->status().ok()) return broken(stream, expected, "an event", iterator->status().ToString());
  if (expected <= last) return broken(stream, expected, "an event", "none");
  return {};
}

std::optional<Head> RocksEventLog::head(StreamId stream) const {
  const std::shared_lock reading(database_->gate);
  rocksdb::PinnableSlice value;
  const auto status = database_->get(Family::heads, keys::of_stream(stream).view(), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) {
    spdlog::error("store: the head of stream {}: {}", stream, status.ToString());
    return std::nullopt;
  }
  const auto head = decode_head(stream, view(value));
  if (head) return *head;
  spdlog::error("store: {}", head.error().message());
  return std::nullopt;
}

std::vector<Head> RocksEventLog::heads() const {
  const std::shared_lock reading(database_->gate);
  std::vector<Head> heads;
  const auto iterator = database_->iterate(Family::heads);
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    const auto head = decode_head(keys::number_at(view(iterator->key()), 0), view(iterator->value()));
    if (head) {
      heads.push_back(*head);
    } else {
      spdlog::error("store: {}", head.error().message());
    }
  }
  if (!iterator->status().ok()) spdlog::error("store: the heads: {}", iterator->status().ToString());
  return heads;
}

Result<std::string> RocksEventLog::blob(const BlobId& id) const {
  const std::shared_lock reading(database_->gate);
  const std::string name = "blob " + schemas::to_text(id);
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  rocksdb::PinnableSlice value;
  const auto status = database_->get(Family::blobs, keys::of_blob(id).view(), &value, read);
  if (status.IsNotFound()) {
    return schemas::fail(ErrorCode::not_found, name, "that it was erased or never stored");
  }
  if (!status.ok()) return std::unexpected(to_error(status, "reading " + name));
  const auto frame = unseal(view(value), name);
  if (!frame) return std::unexpected(frame.error());
  auto bytes = decompress(*frame, name);
  if (bytes && !(blob_id_of(*bytes) == id)) {
    return schemas::fail(ErrorCode::corrupt, name, "the bytes of another", "restore a backup");
  }
  return bytes;
}

Result<void> RocksEventLog::scan_blobs(
    StreamId stream, const std::function<void(const BlobId&, std::uint64_t)>& on_blob) const {
  const std::shared_lock reading(database_->gate);
  const auto first = keys::of_held(stream, BlobId(0, 0));
  const std::string_view of_this_stream = first.view().substr(0, 9);
  const auto iterator = database_->iterate(Family::blob_holders);
  for (iterator->Seek(slice(first.view())); iterator->Valid(); iterator->Next()) {
    const std::string_view key = view(iterator->key());
    if (!key.starts_with(of_this_stream)) break;
    const auto bytes = decode_number(view(iterator->value()), "the size of a blob");
    if (!bytes) return std::unexpected(bytes.error());
    on_blob(BlobId(keys::number_at(key, 9), keys::number_at(key, 17)), *bytes);
  }
  if (!iterator->status().ok()) return std::unexpected(to_error(iterator->status(), "listing blobs"));
  return {};
}

Result<std::optional<Receipt>> RocksEventLog::remembered(std::string_view key) const {
  const std::shared_lock reading(database_->gate);
  rocksdb::PinnableSlice value;
  const auto status = database_->get(Family::answers, key, &value);
  if (status.IsNotFound()) return std::optional<Receipt>();
  if (!status.ok()) return std::unexpected(to_error(status, "looking up a remembered answer"));
  const auto receipt = decode_receipt(view(value));
  if (!receipt) return std::unexpected(receipt.error());
  return std::optional<Receipt>(*receipt);
}

Result<void> RocksEventLog::forget_answers(std::int64_t before) {
  if (!writer_) return schemas::fail(ErrorCode::unavailable, "a log open for writing", "one for inspection");
  const std::shared_lock reading(database_->gate);
  if (auto open = database_->writable(); !open) return open;
  constexpr std::uint32_t batch_max = 1000;
  // Only append() writes to the log, so that it knows what became of it. What is forgotten twice does no
  // harm.
  rocksdb::WriteOptions beside_the_log;
  beside_the_log.disableWAL = true;
  rocksdb::WriteBatch batch;
  auto status = rocksdb::Status::OK();
  const auto iterator = database_->iterate(Family::answers);
  for (iterator->SeekToFirst(); iterator->Valid() && status.ok(); iterator->Next()) {
    const auto receipt = decode_receipt(view(iterator->value()));
    if (receipt && receipt->time >= before) continue;
    status = batch.Delete(database_->family(Family::answers), iterator->key());
    if (!status.ok() || batch.Count() < batch_max) continue;
    status = database_->db->Write(beside_the_log, &batch);
    batch.Clear();
  }
  if (status.ok()) status = iterator->status();
  if (status.ok() && batch.Count() > 0) status = database_->db->Write(beside_the_log, &batch);
  if (!status.ok()) return std::unexpected(to_error(status, "forgetting answers"));
  return {};
}

Statistics RocksEventLog::statistics() const {
  Statistics statistics{.global_position = database_->global_position,
                        .streams = database_->streams,
                        .epoch = epoch_,
                        .durability = database_->options.durability == Durability::fsync ? "fsync" : "os"};
  std::vector<rocksdb::Env::FileAttributes> files;
  const auto status = database_->env->GetChildrenFileAttributes(database_->options.folder, &files);
  if (!status.ok()) spdlog::warn("store: {}", status.ToString());
  for (const auto& file : files) statistics.bytes_on_disk += file.size_bytes;
  return statistics;
}

Result<void> RocksEventLog::reclaim() {
  const std::shared_lock reading(database_->gate);
  if (auto open = database_->writable(); !open) return open;
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  const auto status =
      database_->db->CompactRange(options, database_->family(Family::blobs), nullptr, nullptr);
  if (!status.ok()) return std::unexpected(to_error(status, "taking released blobs off the disk"));
  return {};
}

}  // namespace store
