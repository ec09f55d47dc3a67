// From a content hash to the earliest valid, visible record that has it. Derived from the record columns,
// never stored: rebuilt when a state is loaded. Lives beside the state on the engine thread only.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/dataset_state.hpp"

namespace engine {

class DuplicateIndex {
 public:
  using Records = CowVector<RecordRow, 1024>;
  using ContentHash = std::array<std::uint8_t, 16>;

  // Number of the record kept for this hash, 0 when there is none. It may have become invalid since.
  [[nodiscard]] std::uint32_t find(const Records& records, const ContentHash& hash) const;
  // Keeps `number` for its hash, in place of whichever record was kept before.
  void keep(const Records& records, std::uint32_t number);
  void clear();

 private:
  [[nodiscard]] std::size_t slot_of(const Records& records, const ContentHash& hash) const;
  void grow(const Records& records);

  std::vector<std::uint32_t> slots_;  // record numbers, 0 = empty; open addressing, at most half full
  std::size_t used_ = 0;
};

}  // namespace engine
