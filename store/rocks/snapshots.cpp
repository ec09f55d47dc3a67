// Snapshots: files beside the database, `snapshots/<stream>/<position>` in hexadecimal, each a checksum and a
// zstd frame (see store/codec.hpp), synced under another name and then renamed. They never touch the
// write-ahead log, so that a big one never delays an append. put_snapshot() for one stream: one thread at a
// time.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>

#include "store/codec.hpp"
#include "store/rocks/database.hpp"

namespace store {

namespace {
constexpr std::size_t digits = 16;

std::string hex(std::uint64_t value) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return {text.data(), digits};
}

std::string folder_of(const Database& database, StreamId stream) {
  return database.path("snapshots/" + hex(stream));
}

// Empty for a name that is no number, such as that of an unfinished file.
std::optional<std::uint64_t> number_of(const std::string& name) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number, 16);
  if (error != std::errc() || end != name.data() + name.size() || name.size() != digits) return std::nullopt;
  return number;
}

std::vector<Position> positions_in(const Database& database, const std::string& folder) {
  std::vector<std::string> names;
  const auto status = database.env->GetChildren(folder, &names);
  if (!status.ok() && !status.IsNotFound()) spdlog::warn("store: {}: {}", folder, status.ToString());
  std::vector<Position> positions;
  for (const std::string& name : names) {
    if (const auto position = number_of(name)) positions.push_back(*position);
  }
  std::ranges::sort(positions);
  return positions;
}

rocksdb::Status make_folder(const Database& database, StreamId stream) {
  auto status = database.env->CreateDirIfMissing(database.path("snapshots"));
  if (status.ok()) status = database.env->CreateDirIfMissing(folder_of(database, stream));
  return status;
}

rocksdb::Status write_file(const Database& database, const std::string& folder, Position position,
                           const std::string& bytes) {
  const std::string unfinished = folder + "/unfinished";
  auto status = rocksdb::WriteStringToFile(database.env.get(), bytes, unfinished, true);
  if (status.ok()) status = database.env->RenameFile(unfinished, folder + "/" + hex(position));
  return status;
}
}  // namespace

Result<void> RocksEventLog::put_snapshot(StreamId stream, Position position, std::string_view bytes,
                                         std::size_t keep) {
  if (!writer_) return schemas::fail(ErrorCode::unavailable, "a log open for writing", "one for inspection");
  if (keep == 0) return schemas::fail(ErrorCode::invalid_argument, "to keep at least one snapshot", "0");
  const std::string frame = compress(bytes, 1);
  const auto prefix = checksum_prefix(frame);
  const std::string folder = folder_of(*database_, stream);
  auto status = make_folder(*database_, stream);
  if (status.ok()) {
    status = write_file(*database_, folder, position, std::string(prefix.data(), prefix.size()) + frame);
  }
  if (!status.ok()) return std::unexpected(to_error(status, "keeping a snapshot"));
  const auto positions = positions_in(*database_, folder);
  for (std::size_t i = 0; i + keep < positions.size(); ++i) {
    status = database_->env->DeleteFile(folder + "/" + hex(positions[i]));
    if (!status.ok()) spdlog::warn("store: an old snapshot: {}", status.ToString());
  }
  return {};
}

std::optional<Snapshot> RocksEventLog::snapshot(StreamId stream, Position at) const {
  auto positions = snapshot_positions(stream);
  for (; !positions.empty(); positions.pop_back()) {
    const Position position = positions.back();
    if (position > at) continue;
    const std::string name =
        "the snapshot of stream " + std::to_string(stream) + " at " + std::to_string(position);
    std::string value;
    const auto status = rocksdb::ReadFileToString(
        database_->env.get(), folder_of(*database_, stream) + "/" + hex(position), &value);
    if (!status.ok()) {
      spdlog::warn("store: passing over {}: {}", name, status.ToString());
      continue;
    }
    const auto frame = unseal(value, name);
    auto bytes = frame ? decompress(*frame, name) : std::unexpected(frame.error());
    if (bytes) return Snapshot{position, std::move(*bytes)};
    spdlog::warn("store: passing over it: {}", bytes.error().message());
  }
  return std::nullopt;
}

std::vector<Position> RocksEventLog::snapshot_positions(StreamId stream) const {
  return positions_in(*database_, folder_of(*database_, stream));
}

void Database::drop_snapshots_beyond(const std::function<Position(StreamId)>& newest) const {
  const std::string all = path("snapshots");
  for (const StreamId stream : positions_in(*this, all)) {
    const std::string folder = folder_of(*this, stream);
    for (const Position position : positions_in(*this, folder)) {
      if (position <= newest(stream)) continue;
      const auto status = env->DeleteFile(folder + "/" + hex(position));
      spdlog::warn("store: the log ends before its snapshot of stream {} at {}: {}", stream, position,
                   status.ok() ? "dropped" : status.ToString());
    }
  }
}

}  // namespace store
