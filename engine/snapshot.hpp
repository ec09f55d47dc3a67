// A state as bytes and back. Canonical: equal states give equal bytes, which is how replay is proved equal to
// live. Snapshots are never truth: bytes of another layout version are refused and the log is folded instead.
#pragma once

#include <string>
#include <string_view>

#include "engine/dataset_state.hpp"
#include "schemas/error.hpp"

namespace engine {

// Counted up with every change of what serialize() writes; old snapshots are then passed over.
inline constexpr std::uint32_t snapshot_layout = 6;

std::string serialize(const DatasetState& state);
// An Error (corrupt) for bytes of another layout or cut short.
schemas::Result<DatasetState> deserialize(std::string_view bytes);

// SHA-256 over serialize(state), hexadecimal.
std::string digest_of(const DatasetState& state);

}  // namespace engine
