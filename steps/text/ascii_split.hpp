// The rules of SplitPattern written out for ASCII, which is most of what is counted, at many times the speed.
// Runs on: any thread. Internal to steps/text; gives up where a character beyond ASCII has a say.
#pragma once

#include <cstddef>
#include <string_view>

#include "steps/text/split_pattern.hpp"

namespace steps::text {

// Where the piece that begins at `begin` ends, or 0 when only the pattern can tell. `begin` < text.size().
[[nodiscard]] std::size_t ascii_piece_end(SplitRule rule, std::string_view text, std::size_t begin);

}  // namespace steps::text
