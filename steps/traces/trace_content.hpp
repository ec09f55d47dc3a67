// One trace as it is kept, and the calls in it. Any thread. Internal to steps/traces.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "steps/traces/assemble.hpp"
#include "store/trace_store.hpp"

namespace steps::traces {

struct TraceContent {
  std::vector<Span> spans;
  std::vector<LogRecord> log_records;
  std::vector<Call> calls;
  std::vector<OtherSpan> others;
  std::size_t items = 0;
  std::uint64_t bytes = 0;
};

// At most `items_max` of its items, by kind and id. Items that cannot be read are left out and logged.
[[nodiscard]] schemas::Result<TraceContent> read_trace(const store::TraceStore& store,
                                                       const std::string& trace, std::size_t items_max);

// The same of all items of a trace in any order; of those with the same kind and id the last counts.
[[nodiscard]] TraceContent content_of(std::span<const store::TraceItem> items);

}  // namespace steps::traces
