#include "steps/traces/json_calls.hpp"

#include <xxhash.h>

#include <algorithm>

#include "steps/text/json_string.hpp"
#include "steps/traces/call_fields.hpp"
#include "steps/traces/call_values.hpp"

namespace steps::traces {
namespace {

using schemas::ErrorCode;
using schemas::fail;
using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;
using text::no_value;

// vLLora's own form of a span: its attributes are an object, times are microseconds.
Span vllora_span(const JsonIndex& json) {
  const JsonRef root = json.root();
  const auto text = [&](std::string_view field) { return text_of(json, json.field(root, field)); };
  const auto time = [&](std::string_view field) {
    const std::string digits = text(field);
    return read_time({true, digits}).value_or(0);
  };
  Span span;
  span.trace_id = text("trace_id");
  span.span_id = text("span_id");
  span.parent_span_id = text("parent_span_id");
  span.name = text("operation_name");
  span.start_ns = time("start_time_us");
  span.end_ns = time("finish_time_us");
  span.origin = std::make_shared<Origin>();
  for (const char* field : {"thread_id", "run_id"}) {
    if (!text(field).empty()) span.attributes.push_back({field, {true, text(field)}});
  }
  const auto own = static_cast<std::ptrdiff_t>(span.attributes.size());
  const JsonRef attributes = json.field(root, "attribute");
  if (!json.is(attributes, JsonKind::object)) return span;
  std::string key;
  for (JsonRef c = json.first(attributes); c != json.end(attributes); c = json.next(json.value_of(c))) {
    const JsonRef value = json.value_of(c);
    if (json.is(value, JsonKind::null)) continue;
    span.attributes.push_back(
        {std::string(json.string(c, key)), {json.is(value, JsonKind::string), text_of(json, value)}});
  }
  // vLLora writes the attributes of one span in another order each time it is asked.
  std::sort(span.attributes.begin() + own, span.attributes.end(),
            [](const Attribute& a, const Attribute& b) { return a.key < b.key; });
  const Value* error = find_attribute(span.attributes, "error");
  if (error != nullptr && !error->text.empty()) span.status = SpanStatus::error;
  return span;
}

std::string hex(std::uint64_t number) {
  std::string digits(16, '0');
  for (std::size_t i = 16; i-- > 0; number >>= 4U) digits[i] = "0123456789abcdef"[number & 15U];
  return digits;
}

void give_ids(Call& call, std::string_view line) {
  const XXH128_hash_t hash = XXH3_128bits(line.data(), line.size());
  if (call.trace_id.empty())
    call.trace_id = call.span_id.empty() ? hex(hash.high64) + hex(hash.low64) : call.span_id;
  if (call.span_id.empty()) call.span_id = hex(hash.low64);
  call.span_ids = {call.span_id};
}

// A line of messages alone ends with the answer: the run of assistant messages at its end.
void split_answer(Call& call) {
  if (call.output || call.failed || call.prompt.empty() || call.prompt.back().role != "assistant") return;
  call.output = std::move(call.prompt.back());
  call.prompt.pop_back();
}

}  // namespace

schemas::Result<LineContent> read_call_line(std::string_view line) {
  JsonIndex json;
  if (const text::JsonFault fault = json.parse(line)) {
    return fail(ErrorCode::invalid_argument, "a JSON object a line",
                std::string(fault.what) + " at byte " + std::to_string(fault.offset),
                "each line is one call");
  }
  if (!json.is(json.root(), JsonKind::object)) {
    return fail(ErrorCode::invalid_argument, "a JSON object a line",
                std::string(json_kind_name(json.kind(json.root()))), "each line is one call");
  }
  if (json.field(json.root(), "operation_name") != no_value &&
      json.field(json.root(), "span_id") != no_value) {
    Span span = vllora_span(json);
    if (!span.trace_id.empty() && !span.span_id.empty()) return span;
  }
  JsonSource source(json);
  for (const Dialect* dialect : line_dialects()) {
    if (!matches(source, "", dialect->marks)) continue;
    if (matches(source, "", dialect->not_calls)) return Problem::not_a_call;
    Call call;
    call.dialect = dialect->name;
    read_fields(*dialect, source, call);
    if (dialect == &plain) split_answer(call);
    if (call.prompt.empty() && !call.output) add_problem(call.problems, Problem::no_messages, "");
    if (!call.failed) call.error.clear();
    give_ids(call, line);
    return call;
  }
  return fail(
      ErrorCode::invalid_argument,
      "a LiteLLM StandardLoggingPayload, a Langfuse observation, a vLLora span, or an object with `messages`",
      "an object that is none of them", "see the documentation on traces for the shapes");
}

}  // namespace steps::traces
