#include <xxhash.h>

#include <optional>

#include <algorithm>
#include <charconv>

#include "steps/text/json_index.hpp"
#include "steps/text/json_string.hpp"
#include "steps/traces/otlp_parts.hpp"

namespace steps::traces {
namespace {

using schemas::ErrorCode;
using schemas::fail;
using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;
using text::no_value;

// Reads one body; after the first fault every function returns at once and `fault` says what it was.
class Reader {
 public:
  explicit Reader(const DecodeLimits& limits) : limits_(limits) {}

  JsonIndex json;
  std::optional<schemas::Error> fault;

  bool open(std::string_view body, std::string_view resources) {
    if (body.size() > limits_.bytes_max) {
      return fails(ErrorCode::too_large,
                   "an export of at most " + std::to_string(limits_.bytes_max) + " bytes",
                   std::to_string(body.size()), "send smaller batches", {});
    }
    if (const text::JsonFault wrong = json.parse(body)) {
      return fails(ErrorCode::invalid_argument, "an OTLP export in JSON",
                   std::string(wrong.what) + " at byte " + std::to_string(wrong.offset),
                   "was the body cut, or is it protobuf? Protobuf needs content-type: application/x-protobuf",
                   {});
    }
    if (json.is(json.root(), JsonKind::object)) return true;
    return wrong_type("an object with " + std::string(resources), json.root(), "");
  }

  // Calls take(element) for each element of an array field; an absent or null field is an empty one.
  template <class Take>
  void each(JsonRef object, std::string_view field, Take&& take) {
    const JsonRef list = present(object, field);
    if (list == no_value || fault) return;
    if (!json.is(list, JsonKind::array)) {
      wrong_type("an array", list, field);
      return;
    }
    for (JsonRef element = json.first(list); element != json.end(list) && !fault;
         element = json.next(element)) {
      if (!json.is(element, JsonKind::object)) {
        wrong_type("an object", element, field);
        return;
      }
      take(element);
    }
  }

  std::string text(JsonRef object, std::string_view field) {
    const JsonRef value = present(object, field);
    if (value == no_value) return {};
    if (!json.is(value, JsonKind::string)) return wrong_type("a string", value, field), std::string{};
    return std::string(json.string(value, buffer_));
  }

  // 64-bit integers are strings in protobuf's JSON, and numbers with many senders.
  template <class Integer>
  Integer integer(JsonRef value, std::string_view field) {
    if (value == no_value) return 0;
    Integer number = 0;
    const bool fits = json.is(value, JsonKind::string) || json.is(value, JsonKind::number);
    const std::string_view digits =
        json.is(value, JsonKind::string) ? json.raw_string(value) : json.raw(value);
    const char* end = digits.data() + digits.size();
    if (!fits || digits.empty() ||
        std::from_chars(digits.data(), end, number) != std::from_chars_result{end, std::errc{}}) {
      wrong_type("a whole number of 64 bits", value, field);
      return 0;
    }
    return number;
  }

  std::uint64_t time(JsonRef object, std::string_view field) {
    return integer<std::uint64_t>(present(object, field), field);
  }

  std::string id(JsonRef object, std::string_view field) {
    std::string hex = text(object, field);
    std::ranges::transform(hex, hex.begin(),
                           [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c; });
    return hex.find_first_not_of("0123456789abcdef") == std::string::npos ? hex : "not hex: " + hex;
  }

  void attributes(JsonRef object, Attributes& to) {
    each(object, "attributes", [&](JsonRef pair) {
      if (!count_value()) return;
      to.push_back({text(pair, "key"), {}});
      to.back().value = value(present(pair, "value"), "value");
    });
  }

  Value value(JsonRef any, std::string_view field) {
    if (any == no_value) return {false, "null"};
    if (!json.is(any, JsonKind::object))
      return wrong_type("an object such as {\"stringValue\": …}", any, field), Value{};
    const JsonRef string = present(any, "stringValue");
    if (string != no_value) return {true, text(any, "stringValue")};
    const JsonRef bytes = present(any, "bytesValue");
    if (bytes != no_value) return {true, text(any, "bytesValue")};
    Value out{false, {}};
    append(any, 0, out.text);
    // NaN and the infinities are written as strings.
    if (out.text.starts_with('"')) return {true, out.text.substr(1, out.text.size() - 2)};
    return out;
  }

  JsonRef present(JsonRef object, std::string_view field) const {
    const JsonRef value = json.field(object, field);
    return json.is(value, JsonKind::null) ? no_value : value;
  }

  bool wrong_type(std::string wanted, JsonRef found, std::string_view field) {
    const std::string_view raw = json.raw(found);
    return fails(ErrorCode::invalid_argument, std::move(wanted),
                 std::string(json_kind_name(json.kind(found))) + " at byte " + std::to_string(offset_of(raw)),
                 "OTLP's JSON is lowerCamelCase; see the OTLP specification", std::string(field));
  }

  bool count_item(std::size_t items) {
    if (items < limits_.items_max) return true;
    return fails(ErrorCode::too_large,
                 "at most " + std::to_string(limits_.items_max) + " items in one export", "more",
                 "send smaller batches", {});
  }

 private:
  bool fails(ErrorCode code, std::string wanted, std::string found, std::string hint, std::string at) {
    if (!fault)
      fault = schemas::Error{code, std::move(wanted), std::move(found), std::move(hint), std::move(at)};
    return false;
  }

  [[nodiscard]] std::size_t offset_of(std::string_view raw) const {
    return static_cast<std::size_t>(raw.data() - json.raw(json.root()).data());
  }

  bool count_value() {
    if (++values_ <= limits_.values_max) return true;
    return fails(ErrorCode::too_large,
                 "at most " + std::to_string(limits_.values_max) + " attribute values in one export", "more",
                 "send smaller batches", {});
  }

  // An AnyValue as JSON of its own.
  void append(JsonRef any, unsigned depth, std::string& out) {
    if (fault || !count_value()) return;
    if (depth > DecodeLimits::depth_max) {
      fails(ErrorCode::too_large,
            "attribute values nested at most " + std::to_string(DecodeLimits::depth_max) + " deep", "more",
            "send the value as a string of JSON", {});
      return;
    }
    if (any == no_value || json.is(any, JsonKind::null)) return void(out += "null");
    if (!json.is(any, JsonKind::object)) return void(wrong_type("an attribute value", any, "value"));
    for (const char* field : {"stringValue", "bytesValue"}) {
      if (present(any, field) != no_value) return text::append_quoted(text(any, field), out);
    }
    if (const JsonRef integer_value = present(any, "intValue"); integer_value != no_value) {
      out += std::to_string(integer<std::int64_t>(integer_value, "intValue"));
    } else if (const JsonRef truth = present(any, "boolValue"); truth != no_value) {
      if (!json.is(truth, JsonKind::boolean)) return void(wrong_type("true or false", truth, "boolValue"));
      out += json.raw(truth);
    } else if (const JsonRef number = present(any, "doubleValue"); number != no_value) {
      append_number(number, out);
    } else if (const JsonRef list = present(any, "arrayValue"); list != no_value) {
      if (!is_object(list, "arrayValue")) return;
      out += '[';
      each(list, "values", [&](JsonRef element) {
        if (out.back() != '[') out += ',';
        append(element, depth + 1, out);
      });
      out += ']';
    } else if (const JsonRef object = present(any, "kvlistValue"); object != no_value) {
      append_object(object, depth, out);
    } else {
      out += "null";  // an empty value, or a kind that is younger than this
    }
  }

  bool is_object(JsonRef value, std::string_view field) {
    return json.is(value, JsonKind::object) || wrong_type("an object with values", value, field);
  }

  void append_object(JsonRef object, unsigned depth, std::string& out) {
    if (!is_object(object, "kvlistValue")) return;
    bool first = true;
    out += '{';
    each(object, "values", [&](JsonRef pair) {
      if (!first) out += ',';
      first = false;
      text::append_quoted(text(pair, "key"), out);
      out += ':';
      append(present(pair, "value"), depth + 1, out);
    });
    out += '}';
  }

  void append_number(JsonRef number, std::string& out) {
    const bool is_string = json.is(number, JsonKind::string);
    const std::string_view digits = is_string ? json.raw_string(number) : json.raw(number);
    if (is_string && (digits == "NaN" || digits == "Infinity" || digits == "-Infinity")) {
      return text::append_quoted(digits, out);
    }
    double parsed = 0;
    const char* end = digits.data() + digits.size();
    const bool is_number = is_string || json.is(number, JsonKind::number);
    const auto read = is_number ? std::from_chars(digits.data(), end, parsed) : std::from_chars_result{};
    if (!is_number || read.ptr != end || digits.empty())
      return void(wrong_type("a number", number, "doubleValue"));
    append_json(number_value(parsed), out);
  }

  const DecodeLimits& limits_;
  std::string buffer_;
  std::size_t values_ = 0;
};

SpanStatus status_of(Reader& reader, JsonRef span) {
  const JsonRef status = reader.present(span, "status");
  if (status == no_value) return SpanStatus::unset;
  if (!reader.json.is(status, JsonKind::object))
    return reader.wrong_type("an object", status, "status"), SpanStatus::unset;
  const JsonRef code = reader.present(status, "code");
  if (code == no_value) return SpanStatus::unset;
  const std::string_view raw = reader.json.raw(code);
  if (raw == "2" || raw == "\"STATUS_CODE_ERROR\"") return SpanStatus::error;
  return raw == "1" || raw == "\"STATUS_CODE_OK\"" ? SpanStatus::ok : SpanStatus::unset;
}

Span read_span(Reader& reader, JsonRef from) {
  Span span;
  span.trace_id = reader.id(from, "traceId");
  span.span_id = reader.id(from, "spanId");
  span.parent_span_id = reader.id(from, "parentSpanId");
  if (is_null_id(span.parent_span_id)) span.parent_span_id.clear();
  span.name = reader.text(from, "name");
  span.start_ns = reader.time(from, "startTimeUnixNano");
  span.end_ns = reader.time(from, "endTimeUnixNano");
  span.status = status_of(reader, from);
  const JsonRef status = reader.present(from, "status");
  if (status != no_value && !reader.fault) span.status_message = reader.text(status, "message");
  reader.attributes(from, span.attributes);
  reader.each(from, "events", [&](JsonRef event) {
    span.events.push_back({reader.time(event, "timeUnixNano"), reader.text(event, "name"), {}});
    reader.attributes(event, span.events.back().attributes);
  });
  return span;
}

LogRecord read_record(Reader& reader, JsonRef from) {
  LogRecord record;
  record.trace_id = reader.id(from, "traceId");
  record.span_id = reader.id(from, "spanId");
  if (is_null_id(record.trace_id)) record.trace_id.clear();
  if (is_null_id(record.span_id)) record.span_id.clear();
  record.time_ns = reader.time(from, "timeUnixNano");
  if (record.time_ns == 0) record.time_ns = reader.time(from, "observedTimeUnixNano");
  record.event_name = reader.text(from, "eventName");
  record.body = reader.value(reader.present(from, "body"), "body");
  reader.attributes(from, record.attributes);
  name_event(record);
  return record;
}

struct Names {
  std::string_view resources;
  std::string_view scopes;
  std::string_view items;
};

template <class Take>
void for_each_item(Reader& reader, const Names& names, Take&& take) {
  reader.each(reader.json.root(), names.resources, [&](JsonRef resource_items) {
    Attributes resource;
    const JsonRef holder = reader.present(resource_items, "resource");
    if (holder != no_value) reader.attributes(holder, resource);
    reader.each(resource_items, names.scopes, [&](JsonRef scope_items) {
      auto origin = std::make_shared<Origin>();
      origin->resource = resource;
      const JsonRef scope = reader.present(scope_items, "scope");
      if (scope != no_value) {
        origin->scope_name = reader.text(scope, "name");
        origin->scope_version = reader.text(scope, "version");
      }
      const std::shared_ptr<const Origin> shared = origin;
      reader.each(scope_items, names.items, [&](JsonRef item) { take(item, shared); });
    });
  });
}

}  // namespace

schemas::Result<Decoded<Span>> decode_traces_json(std::string_view body, const DecodeLimits& limits) {
  Reader reader(limits);
  Decoded<Span> decoded;
  if (!reader.open(body, "resourceSpans")) return std::unexpected(*reader.fault);
  for_each_item(reader, {"resourceSpans", "scopeSpans", "spans"}, [&](JsonRef item, const auto& origin) {
    if (!reader.count_item(decoded.items.size() + decoded.rejected)) return;
    Span span = read_span(reader, item);
    span.origin = origin;
    std::string why = id_fault(span.trace_id, span.span_id);
    if (why.empty()) {
      decoded.items.push_back(std::move(span));
    } else {
      reject(decoded, std::move(why));
    }
  });
  if (reader.fault) return std::unexpected(*reader.fault);
  return decoded;
}

schemas::Result<Decoded<LogRecord>> decode_logs_json(std::string_view body, const DecodeLimits& limits) {
  Reader reader(limits);
  Decoded<LogRecord> decoded;
  if (!reader.open(body, "resourceLogs")) return std::unexpected(*reader.fault);
  const std::uint64_t batch = XXH3_64bits(body.data(), body.size());
  for_each_item(reader, {"resourceLogs", "scopeLogs", "logRecords"}, [&](JsonRef item, const auto& origin) {
    if (!reader.count_item(decoded.items.size())) return;
    LogRecord record = read_record(reader, item);
    record.origin = origin;
    record.batch = batch;
    record.index = static_cast<std::uint32_t>(decoded.items.size());
    decoded.items.push_back(std::move(record));
  });
  if (reader.fault) return std::unexpected(*reader.fault);
  return decoded;
}

}  // namespace steps::traces
