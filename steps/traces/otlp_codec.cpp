#include "steps/traces/otlp_codec.hpp"

#include "steps/traces/bytes.hpp"

namespace steps::traces {
namespace {

constexpr std::uint64_t version = 1;

void write(ByteWriter& out, const Value& value) {
  out.number(value.is_text ? 1 : 0);
  out.text(value.text);
}

void write(ByteWriter& out, const Attributes& attributes) {
  out.number(attributes.size());
  for (const Attribute& attribute : attributes) {
    out.text(attribute.key);
    write(out, attribute.value);
  }
}

void write(ByteWriter& out, const std::shared_ptr<const Origin>& origin) {
  static const Origin none;
  const Origin& known = origin ? *origin : none;
  write(out, known.resource);
  out.text(known.scope_name);
  out.text(known.scope_version);
}

Value read_value(ByteReader& in) {
  const bool is_text = in.number() != 0;
  return {is_text, std::string(in.text())};
}

Attributes read_attributes(ByteReader& in) {
  Attributes attributes(in.count());
  for (Attribute& attribute : attributes) {
    attribute.key = in.text();
    attribute.value = read_value(in);
  }
  return attributes;
}

std::shared_ptr<const Origin> read_origin(ByteReader& in) {
  auto origin = std::make_shared<Origin>();
  origin->resource = read_attributes(in);
  origin->scope_name = in.text();
  origin->scope_version = in.text();
  return origin;
}

schemas::Error damaged(std::string_view what) {
  return {schemas::ErrorCode::corrupt, std::string(what) + " as this version keeps it", "other bytes", "",
          ""};
}

}  // namespace

std::string encode(const Span& span) {
  ByteWriter out;
  out.number(version);
  out.text(span.trace_id);
  out.text(span.span_id);
  out.text(span.parent_span_id);
  out.text(span.name);
  out.number(span.start_ns);
  out.number(span.end_ns);
  out.number(static_cast<std::uint64_t>(span.status));
  out.text(span.status_message);
  write(out, span.attributes);
  out.number(span.events.size());
  for (const SpanEvent& event : span.events) {
    out.number(event.time_ns);
    out.text(event.name);
    write(out, event.attributes);
  }
  write(out, span.origin);
  return out.take();
}

std::string encode(const LogRecord& record) {
  ByteWriter out;
  out.number(version);
  out.text(record.trace_id);
  out.text(record.span_id);
  out.number(record.time_ns);
  out.text(record.event_name);
  write(out, record.body);
  write(out, record.attributes);
  out.number(record.batch);
  out.number(record.index);
  write(out, record.origin);
  return out.take();
}

schemas::Result<Span> decode_span(std::string_view bytes) {
  ByteReader in(bytes);
  Span span;
  const bool known = in.number() == version;
  span.trace_id = in.text();
  span.span_id = in.text();
  span.parent_span_id = in.text();
  span.name = in.text();
  span.start_ns = in.number();
  span.end_ns = in.number();
  const std::uint64_t status = in.number();
  span.status = static_cast<SpanStatus>(status);
  span.status_message = in.text();
  span.attributes = read_attributes(in);
  span.events.resize(in.count());
  for (SpanEvent& event : span.events) {
    event.time_ns = in.number();
    event.name = in.text();
    event.attributes = read_attributes(in);
  }
  span.origin = read_origin(in);
  if (!known || !in.good() || !in.at_end() || status > 2) return std::unexpected(damaged("a span"));
  return span;
}

schemas::Result<LogRecord> decode_log_record(std::string_view bytes) {
  ByteReader in(bytes);
  LogRecord record;
  const bool known = in.number() == version;
  record.trace_id = in.text();
  record.span_id = in.text();
  record.time_ns = in.number();
  record.event_name = in.text();
  record.body = read_value(in);
  record.attributes = read_attributes(in);
  record.batch = in.number();
  record.index = static_cast<std::uint32_t>(in.number());
  record.origin = read_origin(in);
  if (!known || !in.good() || !in.at_end()) return std::unexpected(damaged("a log record"));
  return record;
}

}  // namespace steps::traces
