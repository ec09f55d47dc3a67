#include "store/rocks/synced_mark.hpp"

#include <array>
#include <cstring>
#include <optional>

#include "store/codec.hpp"
#include "store/rocks/database.hpp"

namespace store {

namespace {
constexpr std::string_view magic = "rftdsync";
constexpr std::size_t slot_bytes = 64;
constexpr std::size_t checked_bytes = 56;
constexpr std::size_t slots = 3;

std::uint64_t get(std::string_view bytes, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    value |= std::uint64_t{static_cast<std::uint8_t>(bytes[offset + i])} << (8 * i);
  }
  return value;
}

void put(std::array<char, slot_bytes>& slot, std::size_t offset, std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i) slot.at(offset + i) = static_cast<char>(value >> (8 * i));
}

std::array<char, slot_bytes> slot_of(const SyncedMark::Value& value) {
  std::array<char, slot_bytes> slot{};
  std::memcpy(slot.data(), magic.data(), magic.size());
  put(slot, 8, value.sequence);
  put(slot, 16, value.global_position);
  put(slot, 24, value.epoch);
  put(slot, checked_bytes, checksum({slot.data(), checked_bytes}));
  return slot;
}

std::optional<SyncedMark::Value> value_of(std::string_view slot) {
  if (slot.size() < slot_bytes || !slot.starts_with(magic)) return std::nullopt;
  if (get(slot, checked_bytes) != checksum(slot.substr(0, checked_bytes))) return std::nullopt;
  return SyncedMark::Value{
      .global_position = get(slot, 16), .epoch = get(slot, 24), .sequence = get(slot, 8)};
}
}  // namespace

Result<SyncedMark::Value> SyncedMark::read(rocksdb::FileSystem& file_system, const std::string& path) {
  if (!file_system.FileExists(path, rocksdb::IOOptions(), nullptr).ok()) return Value{};
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  auto status = file_system.NewSequentialFile(path, rocksdb::FileOptions(), &file, nullptr);
  if (!status.ok()) return std::unexpected(to_error(status, "opening " + path));
  std::array<char, slots * slot_bytes> buffer{};
  rocksdb::Slice got;
  status = file->Read(buffer.size(), rocksdb::IOOptions(), &got, buffer.data(), nullptr);
  if (!status.ok()) return std::unexpected(to_error(status, "reading " + path));
  std::optional<Value> newest;
  for (std::size_t offset = 0; offset < got.size(); offset += slot_bytes) {
    const auto value = value_of(view(got).substr(offset));
    if (value && (!newest || value->sequence > newest->sequence)) newest = value;
  }
  if (newest) return *newest;
  return schemas::fail(ErrorCode::corrupt, "a synced-up-to mark",
                       std::to_string(got.size()) + " bytes without an intact one",
                       "restore a backup, or open with accept_loss if the audit finds nothing missing", path);
}

Result<void> SyncedMark::create(rocksdb::FileSystem& file_system, const std::string& path, Value value) {
  const rocksdb::IOOptions io;
  const std::string unfinished = path + ".new";
  std::array<char, slots * slot_bytes> bytes{};
  const auto slot = slot_of(value);
  std::memcpy(bytes.data(), slot.data(), slot.size());
  std::unique_ptr<rocksdb::FSWritableFile> file;
  auto status = file_system.NewWritableFile(unfinished, rocksdb::FileOptions(), &file, nullptr);
  if (status.ok()) status = file->Append(rocksdb::Slice(bytes.data(), bytes.size()), io, nullptr);
  if (status.ok()) status = file->Sync(io, nullptr);
  if (status.ok()) status = file->Close(io, nullptr);
  if (status.ok()) status = file_system.RenameFile(unfinished, path, io, nullptr);
  if (!status.ok()) return std::unexpected(to_error(status, "writing " + path));
  return {};
}

Result<std::unique_ptr<SyncedMark>> SyncedMark::open(rocksdb::FileSystem& file_system,
                                                     const std::string& path, bool replace_damaged) {
  auto value = read(file_system, path);
  if (!value && replace_damaged) value = Value{};
  if (!value) return std::unexpected(value.error());
  if (value->sequence == 0) {
    value->sequence = 1;
    const auto created = create(file_system, path, *value);
    if (!created) return std::unexpected(created.error());
  }
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  const auto status = file_system.NewRandomRWFile(path, rocksdb::FileOptions(), &file, nullptr);
  if (!status.ok()) return std::unexpected(to_error(status, "opening " + path));
  return std::unique_ptr<SyncedMark>(new SyncedMark(std::move(file), *value));
}

bool SyncedMark::write_slot(std::size_t slot, Value value) {
  const auto bytes = slot_of(value);
  return file_
      ->Write(slot * slot_bytes, rocksdb::Slice(bytes.data(), bytes.size()), rocksdb::IOOptions(), nullptr)
      .ok();
}

bool SyncedMark::write(GlobalPosition global_position, std::uint64_t epoch) {
  const Value next{.global_position = global_position, .epoch = epoch, .sequence = value_.sequence + 1};
  if (!write_slot(1 + next.sequence % 2, next)) return false;
  value_ = next;
  return true;
}

// The settled slot is written last: until then it tells what was settled before.
bool SyncedMark::settle(GlobalPosition global_position, std::uint64_t epoch) {
  const auto sync = [this] { return file_->Fsync(rocksdb::IOOptions(), nullptr).ok(); };
  return write(global_position, epoch) && sync() && write_slot(0, value_) && sync();
}

}  // namespace store
