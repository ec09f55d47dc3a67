#include "tools/rftctl/problem.hpp"

#include <fmt/format.h>

#include "tools/rftctl/json.hpp"
#include "tools/rftctl/text.hpp"

namespace rftctl {

namespace {

void append_line(std::string& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out += fmt::format("\n  {:<7} {}", name, printable(value));
}

// The detail is one sentence for who reads nothing else; here the parts of it follow.
bool repeats(const std::string& detail, const json& errors) {
  if (!errors.is_array() || errors.size() != 1) return false;
  const std::string wanted = text(errors[0], "wanted");
  return !wanted.empty() && detail.find(wanted) != std::string::npos;
}

void append_blocked(std::string& out, const json& blocked, const json& errors) {
  if (!blocked.is_array()) return;
  for (const json& reason : blocked) {
    const bool told =
        errors.is_array() && errors.size() == 1 && text(errors[0], "found") == text(reason, "reason");
    if (told) continue;
    append_line(out, "because", text(reason, "reason"));
    append_line(out, "fix", text(reason, "fix"));
  }
}

}  // namespace

Failure problem(long status, std::string_view body) {
  const json document = parse(body);
  if (!document.is_object() || (!document.contains("title") && !document.contains("detail"))) {
    const std::string quoted = fitted(printable(body), 500);
    return {exit_failed, fmt::format("refused ({}){}{}", status, quoted.empty() ? "" : ": ", quoted), {}};
  }
  std::string out = fmt::format("refused ({}", status);
  if (const std::string title = text(document, "title"); !title.empty()) out += " " + printable(title);
  out += ")";
  const json& errors = member(document, "errors");
  const std::string detail = text(document, "detail");
  if (!detail.empty() && !repeats(detail, errors)) out += ": " + printable(detail);
  if (errors.is_array()) {
    for (const json& error : errors) {
      append_line(out, "at", text(error, "at"));
      append_line(out, "wanted", text(error, "wanted"));
      append_line(out, "found", text(error, "found"));
      append_line(out, "hint", text(error, "hint"));
    }
  }
  append_blocked(out, member(document, "blocked"), errors);
  return {exit_failed, out, std::string(body)};
}

}  // namespace rftctl
