#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <xxhash.h>

#include <optional>

#include "opentelemetry/proto/logs/v1/logs.pb.h"
#include "opentelemetry/proto/trace/v1/trace.pb.h"
#include "steps/text/json_string.hpp"
#include "steps/traces/otlp_parts.hpp"

namespace steps::traces {
namespace {

namespace common = opentelemetry::proto::common::v1;
namespace otlp_trace = opentelemetry::proto::trace::v1;
namespace otlp_logs = opentelemetry::proto::logs::v1;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using schemas::ErrorCode;
using schemas::fail;

// collector/trace/v1 and collector/logs/v1: the request has one field, and both services number it alike.
constexpr int request_resources_field = 1;
// LogRecord.event_name is younger than the .proto files that npm has.
constexpr int event_name_field = 12;

// Calls take(field number, bytes) for each length-delimited field of a message. The outer levels are walked
// like this and only single spans and records are parsed into objects: two bytes can stand for an empty
// message of a hundred, so that parsing a body at once would let 64 MiB become many GiB.
template <class Take>
bool for_each_field(std::string_view message, Take&& take) {
  CodedInputStream in(reinterpret_cast<const std::uint8_t*>(message.data()),
                      static_cast<int>(message.size()));
  while (const std::uint32_t tag = in.ReadTag()) {
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      if (!WireFormatLite::SkipField(&in, tag)) return false;
      continue;
    }
    std::uint32_t length = 0;
    if (!in.ReadVarint32(&length)) return false;
    const auto at = static_cast<std::size_t>(in.CurrentPosition());
    if (length > message.size() - at || !in.Skip(static_cast<int>(length))) return false;
    if (!take(WireFormatLite::GetTagFieldNumber(tag), message.substr(at, length))) return false;
  }
  return in.ConsumedEntireMessage();
}

template <class Message>
bool parse(std::string_view bytes, Message& message) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

class Reader {
 public:
  Reader(std::string_view body, const DecodeLimits& limits) : body_(body), limits_(limits) {}

  [[nodiscard]] schemas::Error error(std::string_view what) const {
    if (over_) return *over_;
    const std::string where = at_ == 0 ? "" : " (a message that begins at byte " + std::to_string(at_) + ")";
    return {ErrorCode::invalid_argument, "an OTLP " + std::string(what) + " export in protobuf",
            "bytes that are not one" + where,
            "was the body cut, or is it JSON? JSON needs content-type: application/json", ""};
  }

  bool attributes(const google::protobuf::RepeatedPtrField<common::KeyValue>& from, Attributes& to) {
    if (!count_values(static_cast<std::size_t>(from.size()))) return false;
    to.reserve(static_cast<std::size_t>(from.size()));
    for (const common::KeyValue& pair : from) {
      to.push_back({pair.key(), {}});
      if (!value(pair.value(), to.back().value)) return false;
    }
    return true;
  }

  bool value(const common::AnyValue& from, Value& to) {
    if (from.value_case() == common::AnyValue::kStringValue) {
      to = {true, from.string_value()};
      return true;
    }
    if (from.value_case() == common::AnyValue::kBytesValue) {
      to = {true, base64(from.bytes_value())};
      return true;
    }
    to.is_text = false;
    if (from.value_case() == common::AnyValue::kDoubleValue) {
      to = number_value(from.double_value());
      return true;
    }
    return append(from, to.text);
  }

  // Resource first, whatever the order on the wire.
  template <class Take>
  bool for_each_scope(std::string_view body, Take&& take) {
    return for_each_field(body, [&](int field, std::string_view resource_items) {
      if (field != request_resources_field) return true;
      at_ = static_cast<std::size_t>(resource_items.data() - body_.data());
      Attributes resource;
      const bool found = for_each_field(resource_items, [&](int inner, std::string_view bytes) {
        if (inner != otlp_trace::ResourceSpans::kResourceFieldNumber) return true;
        opentelemetry::proto::resource::v1::Resource message;
        return parse(bytes, message) && attributes(message.attributes(), resource);
      });
      return found && for_each_field(resource_items, [&](int inner, std::string_view scope) {
               return inner != otlp_trace::ResourceSpans::kScopeSpansFieldNumber ||
                      one_scope(scope, resource, take);
             });
    });
  }

  bool count_item(std::size_t items) {
    if (items < limits_.items_max) return true;
    over("at most " + std::to_string(limits_.items_max) + " items in one export");
    return false;
  }

  void place(std::string_view bytes) { at_ = static_cast<std::size_t>(bytes.data() - body_.data()); }

 private:
  template <class Take>
  bool one_scope(std::string_view scope, const Attributes& resource, Take& take) {
    auto origin = std::make_shared<Origin>();
    origin->resource = resource;
    const bool found = for_each_field(scope, [&](int field, std::string_view bytes) {
      if (field != otlp_trace::ScopeSpans::kScopeFieldNumber) return true;
      common::InstrumentationScope message;
      if (!parse(bytes, message)) return false;
      origin->scope_name = message.name();
      origin->scope_version = message.version();
      return true;
    });
    const std::shared_ptr<const Origin> shared = origin;
    return found && for_each_field(scope, [&](int field, std::string_view bytes) {
             return field != otlp_trace::ScopeSpans::kSpansFieldNumber || take(bytes, shared);
           });
  }

  // Nesting is bounded by protobuf's own limit of 100 messages, met while parsing.
  bool append(const common::AnyValue& from, std::string& out) {
    switch (from.value_case()) {
      case common::AnyValue::kStringValue:
        text::append_quoted(from.string_value(), out);
        return true;
      case common::AnyValue::kBytesValue:
        text::append_quoted(base64(from.bytes_value()), out);
        return true;
      case common::AnyValue::kBoolValue:
        out += from.bool_value() ? "true" : "false";
        return true;
      case common::AnyValue::kIntValue:
        out += std::to_string(from.int_value());
        return true;
      case common::AnyValue::kDoubleValue:
        append_json(number_value(from.double_value()), out);
        return true;
      case common::AnyValue::kArrayValue:
        return append_array(from.array_value(), out);
      case common::AnyValue::kKvlistValue:
        return append_object(from.kvlist_value(), out);
      case common::AnyValue::VALUE_NOT_SET:
        out += "null";
        return true;
    }
    return false;
  }

  bool append_array(const common::ArrayValue& from, std::string& out) {
    if (!count_values(static_cast<std::size_t>(from.values_size()))) return false;
    out += '[';
    for (int i = 0; i < from.values_size(); ++i) {
      if (i > 0) out += ',';
      if (!append(from.values(i), out)) return false;
    }
    out += ']';
    return true;
  }

  bool append_object(const common::KeyValueList& from, std::string& out) {
    if (!count_values(static_cast<std::size_t>(from.values_size()))) return false;
    out += '{';
    for (int i = 0; i < from.values_size(); ++i) {
      if (i > 0) out += ',';
      text::append_quoted(from.values(i).key(), out);
      out += ':';
      if (!append(from.values(i).value(), out)) return false;
    }
    out += '}';
    return true;
  }

  bool count_values(std::size_t more) {
    values_ += more;
    if (values_ <= limits_.values_max) return true;
    over("at most " + std::to_string(limits_.values_max) + " attribute values in one export");
    return false;
  }

  void over(std::string wanted) {
    over_ = schemas::Error{ErrorCode::too_large, std::move(wanted), "more", "send smaller batches", ""};
  }

  std::string_view body_;
  const DecodeLimits& limits_;
  std::size_t values_ = 0;
  std::size_t at_ = 0;
  std::optional<schemas::Error> over_;
};

SpanStatus status_of(const otlp_trace::Status& status) {
  if (status.code() == otlp_trace::Status::STATUS_CODE_ERROR) return SpanStatus::error;
  return status.code() == otlp_trace::Status::STATUS_CODE_OK ? SpanStatus::ok : SpanStatus::unset;
}

bool read_span(Reader& reader, const otlp_trace::Span& from, Span& to) {
  to.trace_id = hex_of(from.trace_id());
  to.span_id = hex_of(from.span_id());
  to.parent_span_id = is_null_id(from.parent_span_id()) ? "" : hex_of(from.parent_span_id());
  to.name = from.name();
  to.start_ns = from.start_time_unix_nano();
  to.end_ns = from.end_time_unix_nano();
  to.status = status_of(from.status());
  to.status_message = from.status().message();
  to.events.reserve(static_cast<std::size_t>(from.events_size()));
  for (const otlp_trace::Span::Event& event : from.events()) {
    to.events.push_back({event.time_unix_nano(), event.name(), {}});
    if (!reader.attributes(event.attributes(), to.events.back().attributes)) return false;
  }
  return reader.attributes(from.attributes(), to.attributes);
}

bool read_record(Reader& reader, const otlp_logs::LogRecord& from, std::string_view bytes, LogRecord& to) {
  to.trace_id = is_null_id(hex_of(from.trace_id())) ? "" : hex_of(from.trace_id());
  to.span_id = is_null_id(hex_of(from.span_id())) ? "" : hex_of(from.span_id());
  to.time_ns = from.time_unix_nano() != 0 ? from.time_unix_nano() : from.observed_time_unix_nano();
  if (!reader.value(from.body(), to.body) || !reader.attributes(from.attributes(), to.attributes))
    return false;
  const bool known = for_each_field(bytes, [&](int field, std::string_view text) {
    if (field == event_name_field) to.event_name = text;
    return true;
  });
  name_event(to);
  return known;
}

schemas::Result<void> check_size(std::string_view body, const DecodeLimits& limits) {
  if (body.size() <= limits.bytes_max) return {};
  return fail(ErrorCode::too_large, "an export of at most " + std::to_string(limits.bytes_max) + " bytes",
              std::to_string(body.size()), "send smaller batches");
}

}  // namespace

schemas::Result<Decoded<Span>> decode_traces_proto(std::string_view body, const DecodeLimits& limits) {
  if (const auto fits = check_size(body, limits); !fits) return std::unexpected(fits.error());
  Reader reader(body, limits);
  Decoded<Span> decoded;
  otlp_trace::Span message;  // its memory is used again for each span
  const bool read = reader.for_each_scope(body, [&](std::string_view bytes, const auto& origin) {
    reader.place(bytes);
    if (!reader.count_item(decoded.items.size() + decoded.rejected) || !parse(bytes, message)) return false;
    Span span;
    if (!read_span(reader, message, span)) return false;
    if (std::string fault = id_fault(span.trace_id, span.span_id); !fault.empty()) {
      reject(decoded, std::move(fault));
      return true;
    }
    span.origin = origin;
    decoded.items.push_back(std::move(span));
    return true;
  });
  if (!read) return std::unexpected(reader.error("traces"));
  return decoded;
}

schemas::Result<Decoded<LogRecord>> decode_logs_proto(std::string_view body, const DecodeLimits& limits) {
  if (const auto fits = check_size(body, limits); !fits) return std::unexpected(fits.error());
  Reader reader(body, limits);
  Decoded<LogRecord> decoded;
  otlp_logs::LogRecord message;
  const std::uint64_t batch = XXH3_64bits(body.data(), body.size());
  const bool read = reader.for_each_scope(body, [&](std::string_view bytes, const auto& origin) {
    reader.place(bytes);
    if (!reader.count_item(decoded.items.size()) || !parse(bytes, message)) return false;
    LogRecord record;
    if (!read_record(reader, message, bytes, record)) return false;
    record.origin = origin;
    record.batch = batch;
    record.index = static_cast<std::uint32_t>(decoded.items.size());
    decoded.items.push_back(std::move(record));
    return true;
  });
  if (!read) return std::unexpected(reader.error("logs"));
  return decoded;
}

}  // namespace steps::traces
