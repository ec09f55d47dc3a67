// What decide() makes sure of before it writes a fact, asked of a fact that somebody else wrote: the fold
// trusts its log, so facts from an archive are checked before they are folded. Pure.
#pragma once

#include "engine/dataset.hpp"
#include "schemas/error.hpp"

namespace engine {

// corrupt: the fact names records, runs or columns that there are not. Runs, graders and dry runs that are
// missing are found by apply() itself, which throws.
schemas::Result<void> check_fact(const DatasetState& state, const Fact& fact);

}  // namespace engine
