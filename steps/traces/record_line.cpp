#include "steps/traces/record_line.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "steps/text/json_string.hpp"

namespace steps::traces {
namespace {

void append_messages(std::span<const Message> messages, std::string& out) {
  for (const Message& message : messages) {
    if (&message != messages.data()) out += ',';
    append_json(message, out);
  }
}

void append_field(std::string_view name, std::string_view text, std::string& out) {
  if (text.empty()) return;
  if (out.back() != '{') out += ',';
  text::append_quoted(name, out);
  out += ':';
  text::append_quoted(text, out);
}

void append_metadata(const Call& call, std::string& out) {
  out += "{";
  append_field("trace_id", call.trace_id, out);
  append_field("span_id", call.span_id, out);
  append_field("dialect", call.dialect, out);
  append_field("model", call.model(), out);
  append_field("model_asked", call.model_asked, out);
  append_field("provider", call.provider, out);
  if (call.start_ns != 0) append_field("time", std::to_string(call.start_ns), out);
  append_field("session", call.session, out);
  append_field("thread", call.thread, out);
  append_field("run", call.run, out);
  append_field("user", call.user, out);
  append_field("finish_reason", call.finish_reason, out);
  append_field("error", call.error, out);
  if (!call.labels.empty()) {
    out += out.back() == '{' ? "\"labels\":[" : ",\"labels\":[";
    for (const std::string& label : call.labels) {
      if (out.back() != '[') out += ',';
      text::append_quoted(label, out);
    }
    out += ']';
  }
  out += '}';
}

}  // namespace

std::string_view skip_name(Skip skip) {
  constexpr std::array<std::string_view, skip_count> names{"failed", "no_messages", "no_answer",
                                                           "no_user_turn"};
  return names[static_cast<std::size_t>(skip)];
}

std::expected<std::string, Skip> record_line(const Call& call, const RecordOptions& options) {
  if (call.failed && !options.with_failed) return std::unexpected(Skip::failed);
  if (call.prompt.empty()) return std::unexpected(Skip::no_messages);
  if (!call.output && !call.failed) return std::unexpected(Skip::no_answer);
  const auto answered =
      std::ranges::find_if(call.prompt.rbegin(), call.prompt.rend(),
                           [](const Message& message) { return message.role != "assistant"; });
  if (answered == call.prompt.rend() || (answered->role != "user" && answered->role != "tool")) {
    return std::unexpected(Skip::no_user_turn);
  }
  const auto prompt_size = static_cast<std::size_t>(call.prompt.rend() - answered);
  const std::span<const Message> messages = call.prompt;
  std::string line = "{\"messages\":[";
  append_messages(messages.first(prompt_size), line);
  line += ']';
  if (!call.tools.empty()) line += ",\"tools\":" + call.tools;
  if (!call.tool_choice.empty()) line += ",\"tool_choice\":" + call.tool_choice;
  if (call.output) {
    const std::span<const Message> begun = messages.subspan(prompt_size);
    line += begun.empty() ? ",\"output\":" : ",\"output\":[";
    append_messages(begun, line);
    if (!begun.empty()) line += ',';
    append_json(*call.output, line);
    if (!begun.empty()) line += ']';
  }
  line += ",\"metadata\":";
  append_metadata(call, line);
  line += '}';
  return line;
}

}  // namespace steps::traces
