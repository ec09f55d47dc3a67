// What a dataset wants done next, computed from its state alone: so that a restart finds out by itself, and
// nothing that was due is ever lost. Pure.
#pragma once

#include <variant>
#include <vector>

#include "engine/commands.hpp"
#include "engine/dataset_state.hpp"
#include "engine/decide.hpp"

namespace engine {

// Let a worker do the next block of this run.
struct WorkOn {
  RunId run;
};
// Look again at this time (µs UTC): a retry waits for it.
struct LookAgain {
  std::int64_t time = 0;
};
using Due = std::variant<Command, WorkOn, LookAgain>;

std::vector<Due> due(const DatasetState& state, const Now& now);

}  // namespace engine
