// Builds JSON from attributes whose keys are paths: llm.input_messages.0.message.role. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "steps/traces/otlp.hpp"

namespace steps::traces {

// The JSON that the attributes beginning with `prefix` (which ends with a dot) describe: a level of nothing
// but numbers is an array, in their order. Empty when there are none.
[[nodiscard]] std::string unflatten(const Attributes& attributes, std::string_view prefix);

}  // namespace steps::traces
