// Finds the JSON that a model's answer consists of. Pure; any thread. Internal to steps/grade and
// steps/generate.
#pragma once

#include <string_view>

namespace steps::grade {

// The whole text, or its one fenced block (```json … ```), where that is a JSON object or array; else empty.
[[nodiscard]] std::string_view json_in_text(std::string_view text);

}  // namespace steps::grade
