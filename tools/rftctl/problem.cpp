#include "tools/rftctl/problem.hpp"

#include <fmt/format.h>

#include "tools/rftctl/json.hpp"
#include "tools/rftctl/text.hpp"

namespace rftctl {

namespace {

void append_line(std::string& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out += fmt::format("\n  {:<7} {}", name, printable(value));
}

void append_blocked(std::string& out, const json& blocked) {
  if (!blocked.is_array()) return;
  for (const json& reason : blocked) {
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
  if (const std::string detail = text(document, "detail"); !detail.empty()) out += ": " + printable(detail);
  const json& errors = member(document, "errors");
  if (errors.is_array()) {
    for (const json& error : errors) {
      append_line(out, "at", text(error, "at"));
      append_line(out, "wanted", text(error, "wanted"));
      append_line(out, "found", text(error, "found"));
      append_line(out, "hint", text(error, "hint"));
    }
  }
  append_blocked(out, member(document, "blocked"));
  return {exit_failed, out, std::string(body)};
}

}  // namespace rftctl
