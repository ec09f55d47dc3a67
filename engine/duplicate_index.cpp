#include "engine/duplicate_index.hpp"

#include <cstring>

namespace engine {

template <class HashOf>
std::size_t DuplicateIndex<HashOf>::slot_of(const DatasetState& state, const RecordHash& hash) const {
  std::uint64_t bits = 0;
  std::memcpy(&bits, hash.data(), sizeof bits);  // the hash is uniform already
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = bits & mask;
  while (slots_[slot] != 0 && HashOf::of(state, slots_[slot]) != hash) slot = (slot + 1) & mask;
  return slot;
}

template <class HashOf>
std::uint32_t DuplicateIndex<HashOf>::find(const DatasetState& state, const RecordHash& hash) const {
  return slots_.empty() ? 0 : slots_[slot_of(state, hash)];
}

template <class HashOf>
void DuplicateIndex<HashOf>::keep(const DatasetState& state, std::uint32_t number) {
  if (slots_.empty() || used_ * 2 >= slots_.size()) grow(state);
  std::uint32_t& slot = slots_[slot_of(state, HashOf::of(state, number))];
  if (slot == 0) ++used_;
  slot = number;
}

template <class HashOf>
void DuplicateIndex<HashOf>::clear() {
  slots_.clear();
  used_ = 0;
}

template <class HashOf>
void DuplicateIndex<HashOf>::grow(const DatasetState& state) {
  std::vector<std::uint32_t> old(slots_.empty() ? 64 : slots_.size() * 2, 0);
  old.swap(slots_);
  for (const std::uint32_t number : old) {
    if (number != 0) slots_[slot_of(state, HashOf::of(state, number))] = number;
  }
}

template class DuplicateIndex<ContentHashOf>;
template class DuplicateIndex<SpanHashOf>;

}  // namespace engine
