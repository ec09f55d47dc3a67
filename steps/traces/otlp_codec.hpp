// Spans and log records as the trace store keeps them: bytes of our own, a version before them, so that
// either wire format and every other door give the same. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "steps/traces/otlp.hpp"

namespace steps::traces {

[[nodiscard]] std::string encode(const Span& span);
[[nodiscard]] std::string encode(const LogRecord& record);
// Errors: corrupt.
[[nodiscard]] schemas::Result<Span> decode_span(std::string_view bytes);
[[nodiscard]] schemas::Result<LogRecord> decode_log_record(std::string_view bytes);

}  // namespace steps::traces
