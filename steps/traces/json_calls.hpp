// Calls from single JSON objects: LiteLLM's StandardLoggingPayload, Langfuse observations, vLLora spans,
// plain lines. Pure functions, any thread.
#pragma once

#include <string_view>
#include <variant>

#include "schemas/error.hpp"
#include "steps/traces/call.hpp"
#include "steps/traces/otlp.hpp"

namespace steps::traces {

// What a line held: a whole call; a span, which needs the others of its trace (assemble()); or something that
// is no call, such as an embedding.
using LineContent = std::variant<Call, Span, Problem>;

// `line`: one JSON object. Errors: invalid_argument when it is none, or of no shape that is known; the
// message names the shapes. A call without ids gets them from its content, so that the same line read twice
// is the same call.
[[nodiscard]] schemas::Result<LineContent> read_call_line(std::string_view line);

}  // namespace steps::traces
