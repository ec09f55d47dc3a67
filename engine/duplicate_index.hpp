// From a hash to the earliest valid, visible record that has it: of its content, or of the trace span it was
// taken from. Derived from the columns, never stored: rebuilt when a state is loaded. Lives beside the state
// on the engine thread only.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/dataset_state.hpp"

namespace engine {

using RecordHash = std::array<std::uint8_t, 16>;

struct ContentHashOf {
  static const RecordHash& of(const DatasetState& state, std::uint64_t number) {
    return state.records[number - 1].hash;
  }
};
struct SpanHashOf {
  static const RecordHash& of(const DatasetState& state, std::uint64_t number) {
    static constexpr RecordHash none{};
    return number <= state.spans.size() ? state.spans[number - 1] : none;
  }
};

template <class HashOf>
class DuplicateIndex {
 public:
  // Number of the record kept for this hash, 0 when there is none. It may have become invalid since.
  [[nodiscard]] std::uint32_t find(const DatasetState& state, const RecordHash& hash) const;
  // Keeps `number` for its hash, in place of whichever record was kept before.
  void keep(const DatasetState& state, std::uint32_t number);
  void clear();

 private:
  [[nodiscard]] std::size_t slot_of(const DatasetState& state, const RecordHash& hash) const;
  void grow(const DatasetState& state);

  std::vector<std::uint32_t> slots_;  // record numbers, 0 = empty; open addressing, at most half full
  std::size_t used_ = 0;
};
extern template class DuplicateIndex<ContentHashOf>;
extern template class DuplicateIndex<SpanHashOf>;

}  // namespace engine
