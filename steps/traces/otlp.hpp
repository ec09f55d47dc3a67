// OTLP as plain values: spans and log records with their attributes, and the decoders of both wire formats.
// Pure functions, any thread. Nothing here knows what an attribute means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"

namespace steps::traces {

// A text, or JSON of its own: a number, a boolean, an array, an object. `bytes` values become base64 text; a
// double that JSON cannot write becomes the text NaN, Infinity or -Infinity, as protobuf's JSON has it.
struct Value {
  bool is_text = true;
  std::string text;

  bool operator==(const Value&) const = default;
};

struct Attribute {
  std::string key;
  Value value;

  bool operator==(const Attribute&) const = default;
};
using Attributes = std::vector<Attribute>;

// The value of the first attribute of that name; null when there is none.
[[nodiscard]] const Value* find_attribute(const Attributes& attributes, std::string_view key);
// Appends the value as JSON: a text in quotes.
void append_json(const Value& value, std::string& out);
// Appends an object of all attributes.
void append_json(const Attributes& attributes, std::string& out);

// Who sent a span: shared by all spans of one scope.
struct Origin {
  Attributes resource;
  std::string scope_name;
  std::string scope_version;

  bool operator==(const Origin&) const = default;
};

struct SpanEvent {
  std::uint64_t time_ns = 0;  // since 1970, as all times here
  std::string name;
  Attributes attributes;

  bool operator==(const SpanEvent&) const = default;
};

enum class SpanStatus : std::uint8_t { unset, ok, error };

struct Span {
  std::string trace_id;        // lower-case hex: 32 digits from OTLP; other doors may have other ids
  std::string span_id;         // 16 digits
  std::string parent_span_id;  // empty: none
  std::string name;
  std::uint64_t start_ns = 0;
  std::uint64_t end_ns = 0;  // may be before the start: clocks are the sender's
  SpanStatus status = SpanStatus::unset;
  std::string status_message;
  Attributes attributes;
  std::vector<SpanEvent> events;
  std::shared_ptr<const Origin> origin;  // never null when decoded
};

struct LogRecord {
  std::string trace_id;  // empty: of no span
  std::string span_id;
  std::uint64_t time_ns = 0;  // the observed time where the sender gave no other
  std::string event_name;     // the field, or else the attribute event.name
  Value body;
  Attributes attributes;
  std::shared_ptr<const Origin> origin;
  // Which record of which export this is: equal for the same export sent again after a time-out, which is how
  // a repetition is told from a user who says the same twice.
  std::uint64_t batch = 0;  // XXH3 of the decoded body
  std::uint32_t index = 0;
};

struct DecodeLimits {
  std::size_t bytes_max = std::size_t{64} << 20U;  // of a body after decompression
  std::size_t items_max = 200'000;                 // spans or log records in a body
  std::size_t values_max = std::size_t{4} << 20U;  // attributes and their elements in a body
  static constexpr unsigned depth_max = 64;        // of nested attribute values
};

// What an export held. Items without a usable id are left out and counted, for the answer's partial success.
template <class Item>
struct Decoded {
  std::vector<Item> items;
  std::size_t rejected = 0;
  std::string rejection;  // why the first was left out; empty when none was
};

// Errors: too_large over a limit, invalid_argument for bytes that are not what they should be; `at` says
// where (an offset, or a JSON pointer). A body is taken or refused as a whole, but for `rejected`. Unknown
// fields are skipped.
[[nodiscard]] schemas::Result<Decoded<Span>> decode_traces_proto(std::string_view body,
                                                                 const DecodeLimits& = {});
[[nodiscard]] schemas::Result<Decoded<LogRecord>> decode_logs_proto(std::string_view body,
                                                                    const DecodeLimits& = {});
[[nodiscard]] schemas::Result<Decoded<Span>> decode_traces_json(std::string_view body,
                                                                const DecodeLimits& = {});
[[nodiscard]] schemas::Result<Decoded<LogRecord>> decode_logs_json(std::string_view body,
                                                                   const DecodeLimits& = {});

}  // namespace steps::traces
