// What both OTLP decoders need. Internal to steps/traces.
#pragma once

#include <string>
#include <string_view>

#include "steps/traces/otlp.hpp"

namespace steps::traces {

[[nodiscard]] Value number_value(double number);
[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::string hex_of(std::string_view bytes);
[[nodiscard]] bool is_null_id(std::string_view id);
// Why a span of these ids (hex) cannot be kept; empty when it can.
[[nodiscard]] std::string id_fault(std::string_view trace_id, std::string_view span_id);
// Takes the event's name from its attribute where the field is empty.
void name_event(LogRecord& record);

template <class Item>
void reject(Decoded<Item>& decoded, std::string why) {
  if (decoded.rejected++ == 0) decoded.rejection = std::move(why);
}

}  // namespace steps::traces
