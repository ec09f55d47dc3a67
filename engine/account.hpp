// Keeps the counters true: take a record out, change it, put it back in. Engine thread and replay only.
#pragma once

#include "engine/dataset_state.hpp"

namespace engine {

// Adds (sign +1) or takes away (sign -1) what one record contributes to the counters.
void account(DatasetState& state, const RecordRow& row, int sign);

// Changes one record and keeps the counters true.
template <class Change>
void change_record(DatasetState& state, std::uint64_t number, Change change) {
  RecordRow& row = state.records.write(number - 1);
  account(state, row, -1);
  change(row);
  account(state, row, +1);
}

// The numbers of the records that a run imported, in order.
template <class Visit>
void for_each_imported(const DatasetState& state, std::uint64_t run, Visit visit) {
  for (const Block& block : state.blocks) {
    if (block.run != run) continue;
    for (std::uint64_t number = block.first_record; number < block.first_record + block.count; ++number)
      visit(number);
  }
}

}  // namespace engine
