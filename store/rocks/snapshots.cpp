// Snapshots: written beside the write-ahead log and flushed at once, so that a big one never delays an
// append. Any thread.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "store/codec.hpp"
#include "store/keys.hpp"
#include "store/rocks/database.hpp"

namespace store {

Result<void> RocksEventLog::put_snapshot(StreamId stream, Position position, std::string_view bytes,
                                         std::size_t keep) {
  if (!writer_) return schemas::fail(ErrorCode::unavailable, "a log open for writing", "one for inspection");
  if (keep == 0) return schemas::fail(ErrorCode::invalid_argument, "to keep at least one snapshot", "0");
  const std::string frame = compress(bytes, 1);
  const auto prefix = checksum_prefix(frame);
  const auto key = keys::of_position(stream, position);
  const rocksdb::Slice key_part = slice(key.view());
  const std::array<rocksdb::Slice, 2> value_parts{rocksdb::Slice(prefix.data(), prefix.size()), slice(frame)};
  auto* family = database_->family(Family::snapshots);
  rocksdb::WriteBatch batch(frame.size() + 256);
  auto status =
      batch.Put(family, rocksdb::SliceParts(&key_part, 1), rocksdb::SliceParts(value_parts.data(), 2));

  auto positions = snapshot_positions(stream);
  if (!std::ranges::binary_search(positions, position)) {
    positions.insert(std::ranges::lower_bound(positions, position), position);
  }
  for (std::size_t i = 0; status.ok() && i + keep < positions.size(); ++i) {
    status = batch.Delete(family, slice(keys::of_position(stream, positions[i]).view()));
  }
  rocksdb::WriteOptions beside_the_log;
  beside_the_log.disableWAL = true;
  if (status.ok()) status = database_->db->Write(beside_the_log, &batch);
  if (status.ok()) status = database_->db->Flush(rocksdb::FlushOptions(), family);
  if (!status.ok()) return std::unexpected(to_error(status, "keeping a snapshot"));
  return {};
}

std::optional<Snapshot> RocksEventLog::snapshot(StreamId stream, Position at) const {
  auto positions = snapshot_positions(stream);
  for (; !positions.empty(); positions.pop_back()) {
    const Position position = positions.back();
    if (position > at) continue;
    const std::string name =
        "the snapshot of stream " + std::to_string(stream) + " at " + std::to_string(position);
    rocksdb::ReadOptions read;
    read.fill_cache = false;
    rocksdb::PinnableSlice value;
    const auto status = database_->db->Get(read, database_->family(Family::snapshots),
                                           slice(keys::of_position(stream, position).view()), &value);
    if (!status.ok()) {
      spdlog::warn("store: passing over {}: {}", name, status.ToString());
      continue;
    }
    const auto frame = unseal(view(value), name);
    auto bytes = frame ? decompress(*frame, name) : std::unexpected(frame.error());
    if (bytes) return Snapshot{position, std::move(*bytes)};
    spdlog::warn("store: passing over it: {}", bytes.error().message());
  }
  return std::nullopt;
}

std::vector<Position> RocksEventLog::snapshot_positions(StreamId stream) const {
  std::vector<Position> positions;
  const auto first = keys::of_position(stream, 0);
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  const auto iterator = database_->iterate(Family::snapshots, read);
  for (iterator->Seek(slice(first.view())); iterator->Valid(); iterator->Next()) {
    if (keys::number_at(view(iterator->key()), 0) != stream) break;
    positions.push_back(keys::number_at(view(iterator->key()), 8));
  }
  if (!iterator->status().ok()) {
    spdlog::warn("store: the snapshots of stream {}: {}", stream, iterator->status().ToString());
  }
  return positions;
}

}  // namespace store
