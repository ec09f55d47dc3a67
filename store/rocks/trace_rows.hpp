// The keys and values of the trace store. Numbers in keys are big-endian so that keys sort by them. Internal
// to store/rocks.
//
//   family   key                                        ->  value
//   default  "numbers"                                  ->  next call number(8) next sequence(8)
//   default  "note/" key                                ->  value
//   items    length of trace(2) trace kind(1) id        ->  bytes of the item
//   marks    stamp(8) trace                             ->  received(8)
//   traces   trace                                      ->  received(8) bytes(8) numbers of its calls(8 each)
//   ages     received(8) trace                          ->  nothing
//   calls    number(8)                                  ->  sequence(8) bytes of the row
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "schemas/error.hpp"
#include "store/keys.hpp"
#include "store/trace_store.hpp"

namespace store::trace_rows {
inline void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 8> bytes{};
  keys::put_number(bytes.data(), value);
  out.append(bytes.data(), bytes.size());
}

inline std::string number_key(std::uint64_t value) {
  std::string key;
  append_number(key, value);
  return key;
}

// Received times are after 1970, so that they sort as they are.
inline std::string numbered(std::uint64_t value, std::string_view rest) {
  std::string key = number_key(value);
  key += rest;
  return key;
}

inline std::string items_prefix(std::string_view trace) {
  std::string key;
  key += static_cast<char>(trace.size() >> 8U);
  key += static_cast<char>(trace.size() & 0xFFU);
  key += trace;
  return key;
}

// The prefix of a trace with an id of 16 bytes in hex, which those of OTLP have.
inline constexpr std::size_t items_prefix_bytes = 2 + 32;

inline std::string item_key(const TraceItem& item) {
  std::string key = items_prefix(item.trace);
  key += static_cast<char>(item.kind);
  key += item.id;
  return key;
}

inline std::string note_key(std::string_view key) {
  return "note/" + std::string(key);
}

inline std::string encode_info(const TraceInfo& info) {
  std::string value = number_key(static_cast<std::uint64_t>(info.received));
  append_number(value, info.bytes);
  for (const std::uint64_t number : info.calls) append_number(value, number);
  return value;
}

inline schemas::Result<TraceInfo> decode_info(std::string_view value) {
  if (value.size() < 16 || value.size() % 8 != 0) {
    return schemas::fail(schemas::ErrorCode::corrupt, "a trace's row of 16 bytes and 8 for each call",
                         std::to_string(value.size()) + " bytes");
  }
  TraceInfo info{static_cast<std::int64_t>(keys::number_at(value, 0)), keys::number_at(value, 8), {}};
  for (std::size_t at = 16; at < value.size(); at += 8) info.calls.push_back(keys::number_at(value, at));
  return info;
}

inline schemas::Result<CallRow> decode_row(std::uint64_t number, std::string_view value) {
  if (value.size() < 8)
    return schemas::fail(schemas::ErrorCode::corrupt, "a call's row",
                         std::to_string(value.size()) + " bytes");
  return CallRow{number, keys::number_at(value, 0), std::string(value.substr(8))};
}

}  // namespace store::trace_rows
