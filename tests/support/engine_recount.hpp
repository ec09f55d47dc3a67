// A second opinion on everything `apply` keeps by adding and taking away: counted anew, slowly, over the
// rows.
#pragma once

#include <string>

#include "engine/dataset.hpp"

namespace support {

// What does not add up, one line each; empty when all does.
std::string miscounted(const engine::DatasetState& state);

// Number of the earliest visible, valid record with the same content; 0 when that is the record itself.
std::uint32_t duplicate_of(const engine::DatasetState& state, std::uint64_t record);

// What differs between the live index of duplicates and one built anew from the rows; empty when nothing.
std::string misplaced_duplicates(const engine::Dataset& dataset);

}  // namespace support
