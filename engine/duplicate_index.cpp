#include "engine/duplicate_index.hpp"

#include <cstring>

namespace engine {

std::size_t DuplicateIndex::slot_of(const Records& records, const ContentHash& hash) const {
  std::uint64_t bits = 0;
  std::memcpy(&bits, hash.data(), sizeof bits);  // the hash is uniform already
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = bits & mask;
  while (slots_[slot] != 0 && records[slots_[slot] - 1].hash != hash) slot = (slot + 1) & mask;
  return slot;
}

std::uint32_t DuplicateIndex::find(const Records& records, const ContentHash& hash) const {
  return slots_.empty() ? 0 : slots_[slot_of(records, hash)];
}

void DuplicateIndex::keep(const Records& records, std::uint32_t number) {
  if (slots_.empty() || used_ * 2 >= slots_.size()) grow(records);
  std::uint32_t& slot = slots_[slot_of(records, records[number - 1].hash)];
  if (slot == 0) ++used_;
  slot = number;
}

void DuplicateIndex::clear() {
  slots_.clear();
  used_ = 0;
}

void DuplicateIndex::grow(const Records& records) {
  std::vector<std::uint32_t> old(slots_.empty() ? 64 : slots_.size() * 2, 0);
  old.swap(slots_);
  for (const std::uint32_t number : old) {
    if (number != 0) slots_[slot_of(records, records[number - 1].hash)] = number;
  }
}

}  // namespace engine
