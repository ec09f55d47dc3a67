// One call in full.
#include <fmt/format.h>

#include <map>
#include <set>
#include <vector>

#include "tools/rftctl/traces_view.hpp"

namespace rftctl {

namespace {

constexpr std::size_t lines_of_a_text = 12;

// Content is a text, a list of parts, or nothing beside tool calls.
std::string content_text(const json& content) {
  if (content.is_string()) return content.get<std::string>();
  if (!content.is_array()) return content.is_null() ? std::string{} : content.dump();
  std::string out;
  for (const json& part : content) {
    if (!out.empty()) out += ' ';
    out += text(part, "type") == "text" ? text(part, "text") : "[" + text(part, "type") + "]";
  }
  return out;
}

std::string indented(const Terminal& terminal, const std::string& words) {
  std::string out;
  for (const std::string& row : wrapped(printable(words), terminal.width - 4, lines_of_a_text))
    out += "    " + row + "\n";
  return out;
}

std::string message_view(const Terminal& terminal, const json& message) {
  std::string out = "  " + painted(terminal, Colour::bold, printable(text(message, "role"))) + "\n";
  if (const std::string words = content_text(member(message, "content")); !words.empty())
    out += indented(terminal, words);
  const json& calls = member(message, "tool_calls");
  if (!calls.is_array()) return out;
  for (const json& call : calls) {
    const json& function = member(call, "function");
    out += indented(terminal, fmt::format("→ {}({})", text(function, "name"), text(function, "arguments")));
  }
  return out;
}

// The answer is a message, several of them, or a text.
std::string answer_view(const Terminal& terminal, const json& output) {
  if (output.is_null()) return "  none\n";
  if (output.is_string()) return indented(terminal, output.get<std::string>());
  if (!output.is_array()) return message_view(terminal, output);
  std::string out;
  for (const json& message : output) out += message_view(terminal, message);
  return out;
}

using Children = std::multimap<std::string, const json*>;

// The span and what is below it, each once: spans may be each other's parents.
void add_span(std::string& out, const Children& children, const json& span, std::size_t depth,
              std::set<const json*>& shown) {
  if (!shown.insert(&span).second) return;
  const std::string id = text(span, "span_id");
  out += fmt::format("{}{}  {}{}\n", std::string(2 + 2 * depth, ' '), printable(text(span, "name")),
                     printable(id), flag(span, "is_call") ? "  (the call)" : "");
  const auto [first, last] = children.equal_range(id);
  for (auto at = first; at != last; ++at) add_span(out, children, *at->second, depth + 1, shown);
}

// As a tree; a span whose parent is not here stands at the top, and so does one of a circle.
std::string spans_view(const json& spans) {
  if (!spans.is_array() || spans.empty()) return {};
  std::set<std::string> ids;
  for (const json& span : spans) ids.insert(text(span, "span_id"));
  Children children;
  std::vector<const json*> tops;
  for (const json& span : spans) {
    const std::string parent = text(span, "parent_span_id");
    if (parent.empty() || !ids.contains(parent)) {
      tops.push_back(&span);
    } else {
      children.emplace(parent, &span);
    }
  }
  std::string out = "\nspans\n";
  std::set<const json*> shown;
  for (const json* top : tops) add_span(out, children, *top, 0, shown);
  for (const json& span : spans) add_span(out, children, span, 0, shown);
  return out;
}

std::string fact(const json& call, const char* key, const char* unit = "") {
  const std::string found = printable(text(call, key));
  return found.empty() ? std::string{} : fmt::format("  {:<15} {}{}\n", key, found, unit);
}

std::string facts_view(const json& call) {
  std::string out = fmt::format("{}  {}  {}\n", text(call, "id"), text(call, "time"), text(call, "status"));
  for (const char* key :
       {"error", "model", "model_asked", "provider", "dialect", "session", "thread", "run", "user",
        "finish_reason", "tokens_in", "tokens_out", "tokens_cached", "tokens_reasoning", "cost_usd"})
    out += fact(call, key);
  out += fact(call, "latency_ms", " ms") + fact(call, "first_token_ms", " ms");
  out += fact(call, "trace_id") + fact(call, "span_id");
  const json& problems = member(call, "problems");
  if (!problems.is_array()) return out;
  for (const json& problem : problems)
    out += fmt::format("  problem         {} at {}\n", printable(text(problem, "problem")),
                       printable(text(problem, "attribute")));
  return out;
}

}  // namespace

std::string trace_view(const Terminal& terminal, const json& call) {
  std::string out = facts_view(call) + "\nasked\n";
  const json& messages = member(call, "messages");
  if (messages.is_array()) {
    for (const json& message : messages) out += message_view(terminal, message);
  }
  out += "\nanswered\n" + answer_view(terminal, member(call, "output"));
  const json& tools = member(call, "tools");
  if (tools.is_array() && !tools.empty()) {
    out += "\ntools\n";
    for (const json& tool : tools) out += "  " + printable(text(member(tool, "function"), "name")) + "\n";
  }
  out += spans_view(member(call, "spans"));
  const std::string skip = text(call, "skip");
  return out + (skip.empty() ? "\na dataset would take it\n"
                             : "\na dataset would leave it out: " + printable(skip) + "\n");
}

}  // namespace rftctl
