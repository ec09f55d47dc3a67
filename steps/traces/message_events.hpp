// Messages that come as events: of a span, or as log records (gen_ai.user.message, gen_ai.choice and their
// kin). Internal to steps/traces.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "steps/traces/call.hpp"
#include "steps/traces/otlp.hpp"

namespace steps::traces {

// Whether an event of this name tells about a model call at all.
[[nodiscard]] bool is_call_event(std::string_view name);

// Gives the call the prompt and the answer that these tell of, where it has none of its own. Any order,
// repetitions allowed.
void read_span_events(const std::vector<SpanEvent>& events, Call& call);
void read_log_records(std::vector<const LogRecord*> records, Call& call);

// What an exception event says about why the call failed.
void read_exception(const std::vector<SpanEvent>& events, Call& call);

}  // namespace steps::traces
