#include "steps/traces/call.hpp"

#include <algorithm>

#include "steps/text/json_string.hpp"

namespace steps::traces {

namespace {
constexpr std::size_t labels_max = 64;
}  // namespace

std::string_view problem_name(Problem problem) {
  constexpr std::array<std::string_view, problem_count> names{
      "not_a_call",   "unknown_dialect",    "told_by_outer", "wrong_type", "not_json",
      "unknown_part", "reasoning_left_out", "no_messages",   "clock_ahead"};
  return names[static_cast<std::size_t>(problem)];
}

std::vector<Message> conversation_of(const Call& call) {
  std::vector<Message> all = call.prompt;
  if (call.output) all.push_back(*call.output);
  return all;
}

void add_label(Call& call, std::string_view label) {
  const auto at = std::ranges::lower_bound(call.labels, label);
  if (call.labels.size() >= labels_max) return;
  if (!label.empty() && (at == call.labels.end() || *at != label)) call.labels.emplace(at, label);
}

void add_problem(std::vector<CallProblem>& problems, Problem problem, std::string_view attribute) {
  const CallProblem added{problem, std::string(attribute)};
  if (std::ranges::find(problems, added) == problems.end()) problems.push_back(added);
}

void append_json(const Message& message, std::string& out) {
  const auto field = [&](std::string_view name, std::string_view text) {
    if (text.empty()) return;
    out += ",\"";
    out += name;
    out += "\":";
    text::append_quoted(text, out);
  };
  out += "{\"role\":";
  text::append_quoted(message.role, out);
  out += ",\"content\":";
  out += message.content.empty() ? std::string_view{"null"} : std::string_view{message.content};
  field("name", message.name);
  field("tool_call_id", message.tool_call_id);
  if (!message.tool_calls.empty()) out += ",\"tool_calls\":[";
  for (const ToolCall& call : message.tool_calls) {
    if (out.back() != '[') out += ',';
    out += "{\"id\":";
    text::append_quoted(call.id, out);
    out += R"(,"type":"function","function":{"name":)";
    text::append_quoted(call.name, out);
    out += ",\"arguments\":";
    text::append_quoted(call.arguments, out);
    out += "}}";
  }
  out += message.tool_calls.empty() ? "}" : "]}";
}

}  // namespace steps::traces
