// How a dialect is described: a table of which attribute means what. One table a file, in dialects/; all code
// that reads them is in call_fields.cpp (values), assemble.cpp (spans) and json_calls.cpp (lines). Constant
// data.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace steps::traces {

// What an attribute says about a call.
enum class Field : std::uint8_t {
  model_asked,
  model_used,
  provider,
  system,        // instructions that come before the prompt
  prompt,        // messages
  output,        // messages: the answer, further ones are other choices
  output_text,   // the answer's text, never read as JSON
  output_calls,  // the answer's tool calls
  tools,
  tool_choice,
  finish_reason,
  tokens_in,
  tokens_out,
  tokens_cached,
  tokens_reasoning,
  cost,  // US dollars
  first_token,
  start,
  end,
  failed,      // true, or one of error, failure, failed in any case
  error,       // its presence says that the call failed
  error_text,  // why, where something else says that it failed
  session,
  thread,
  run,
  user,
  label,
  trace_id,
  span_id,
};
inline constexpr std::size_t field_count = 29;

// How the value is to be read.
enum class Form : std::uint8_t {
  value,          // as the field has it: text, number, messages or tools in any form
  json,           // a text that is always JSON, whatever it looks like
  indexed,        // the attribute is a prefix of flattened keys: `llm.input_messages.`
  indexed_items,  // as indexed, and what stands there may be one answer in several items, not only choices
  nanoseconds,    // lengths of time
  microseconds,
  milliseconds,
  seconds,
  time,  // a moment: ISO 8601, or seconds, ms, us or ns since 1970, told apart by size
};

struct Rule {
  std::string_view attribute;  // of a span; of a JSON line a path: metadata.user.id
  Field field;
  Form form = Form::value;
};

// A sign of the dialect: an attribute (with `value`: of that value; a `*` at its end means "begins with"), or
// a span's name when `attribute` is empty. A `*` at the end of `attribute` means any that begins so.
struct Mark {
  std::string_view attribute;
  std::string_view value = {};
};

struct Dialect {
  std::string_view name;
  std::span<const Mark> marks;  // any of them makes a span a call of this dialect
  std::span<const Mark>
      wrappers;  // of those, spans that always stand around others: they give way to inner calls
  std::span<const Mark> not_calls;  // though marked: embeddings, tools
  std::span<const Rule> rules;      // of several for one field the first with a value counts
  const Dialect* also = nullptr;    // whose rules are tried afterwards
};

// In the order in which a span is tried.
[[nodiscard]] std::span<const Dialect* const> span_dialects();
// The shapes of lines, in the order in which a line is tried; marks are paths.
[[nodiscard]] std::span<const Dialect* const> line_dialects();
// What any span may say about the call below it: session, user, labels.
[[nodiscard]] std::span<const Rule> context_rules();

extern const Dialect genai;
extern const Dialect openinference;
extern const Dialect traceloop;
extern const Dialect vercel;
extern const Dialect vllora;
extern const Dialect litellm;
extern const Dialect langfuse;
extern const Dialect plain;

}  // namespace steps::traces
