// What must hold of whatever the decoders of OTLP read.
#pragma once

#include <cstdlib>
#include <vector>

#include "steps/text/json_index.hpp"
#include "steps/traces/assemble.hpp"
#include "steps/traces/fold.hpp"
#include "steps/traces/record_line.hpp"

namespace tests::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline void check_value(const steps::traces::Value& value) {
  steps::text::JsonIndex json;
  require(value.is_text || !json.parse(value.text));
}

inline void check_call(const steps::traces::Call& call) {
  require(!call.span_ids.empty() && call.span_ids.front() == call.span_id);
  const auto line = steps::traces::record_line(call, {.with_failed = true});
  steps::text::JsonIndex json;
  if (line) require(!json.parse(*line));
}

inline void check_calls(const std::vector<steps::traces::Span>& spans,
                        const std::vector<steps::traces::LogRecord>& logs) {
  const auto assembled = steps::traces::assemble(spans, logs);
  require(assembled.calls.size() + assembled.others.size() <= spans.size());
  for (const auto& call : assembled.calls) check_call(call);
  require(steps::traces::fold(assembled.calls, steps::traces::Folding::not_a_prefix).size() ==
          assembled.calls.size());
}

inline void check_exports(const schemas::Result<steps::traces::Decoded<steps::traces::Span>>& spans,
                          const schemas::Result<steps::traces::Decoded<steps::traces::LogRecord>>& logs) {
  if (!spans) require(!spans.error().wanted.empty() && !spans.error().found.empty());
  if (!logs) require(!logs.error().wanted.empty() && !logs.error().found.empty());
  std::vector<steps::traces::LogRecord> records;
  if (logs) records = logs->items;
  for (const auto& record : records) check_value(record.body);
  if (!spans) return check_calls({}, records);
  for (const auto& span : spans->items) {
    for (const auto& attribute : span.attributes) check_value(attribute.value);
  }
  // A log record that names one of the spans, as the two are never in one body.
  if (!spans->items.empty()) {
    for (auto& record : records) {
      record.trace_id = spans->items.front().trace_id;
      record.span_id = spans->items.front().span_id;
    }
  }
  check_calls(spans->items, records);
}

}  // namespace tests::fuzz
