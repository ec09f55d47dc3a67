// From spans and log records to calls. Pure, any thread.
//
// The result depends on the set of spans and records alone, not on the order in which they came: whoever
// keeps them calls this again for a trace when something late has come. A span that comes twice counts once.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "steps/traces/call.hpp"
#include "steps/traces/otlp.hpp"

namespace steps::traces {

// A span that gave no call of its own.
struct OtherSpan {
  std::string trace_id;
  std::string span_id;
  Problem why = Problem::not_a_call;
};

struct Assembled {
  std::vector<Call> calls;  // by start, then ids
  std::vector<OtherSpan>
      others;  // in the order of the spans; spans that were merged into a call are in its span_ids
  std::size_t records_waiting = 0;  // log records of model calls whose span has not come
};

// Whole traces, any number of them.
//
// Inner and outer: a call's span below another call's tells of the same call when the outer one is of a kind
// that only wraps, or the answers are equal, or one of the two has none. The innermost span is the call; it
// takes what it lacks from those around it. Session, user and labels come from any span above.
//
// Texts may stand in attributes, in events of the span or in log records with its ids, whichever has some
// first in that order.
[[nodiscard]] Assembled assemble(std::span<const Span> spans, std::span<const LogRecord> records);

}  // namespace steps::traces
