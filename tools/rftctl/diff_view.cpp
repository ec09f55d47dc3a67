// What changed between two positions, as lines.
#include <fmt/format.h>

#include "tools/rftctl/canvas_view.hpp"

namespace rftctl {

namespace {

bool is_pair(const json& value) {
  return value.is_object() && value.contains("before") && value.contains("after");
}

std::string change_of(const json& pair) {
  const std::string before = text(pair, "before");
  const std::string after = text(pair, "after");
  const auto shown = [](const std::string& value) {
    return value.empty() ? std::string("–") : printable(value);
  };
  return shown(before) + " → " + shown(after);
}

std::string pairs_of(const json& object) {
  std::string out;
  for (const auto& [key, value] : object.items()) {
    if (is_pair(value) && value["before"] != value["after"])
      out += fmt::format("  {} {}\n", padded(key, 16), change_of(value));
  }
  return out;
}

std::string step_changes(const Terminal& terminal, const json& steps) {
  std::string out;
  if (!steps.is_array()) return out;
  for (const json& step : steps) {
    const std::string changes = pairs_of(step);
    if (!changes.empty())
      out += painted(terminal, Colour::bold, printable(text(step, "step"))) + "\n" + changes;
  }
  return out;
}

std::string topic_changes(const Terminal& terminal, const json& topics) {
  std::string out;
  for (const char* kind : {"added", "removed", "renamed", "moved"}) {
    const json& list = member(topics, kind);
    if (!list.is_array()) continue;
    for (const json& topic : list) {
      const std::string before = text(topic, "before");
      out += fmt::format("  {} {}  {}{}\n", padded(kind, 16), printable(text(topic, "id")),
                         printable(before.empty() ? std::string{} : before + " → "),
                         printable(text(topic, "name")));
    }
  }
  return out.empty() ? out : painted(terminal, Colour::bold, "topic tree") + "\n" + out;
}

std::string end_of(const json& diff, const char* which) {
  const json& end = member(diff, which);
  return fmt::format("{} ({})", text(end, "position"), text(end, "time").empty() ? "–" : text(end, "time"));
}

}  // namespace

std::string draw_diff(const Terminal& terminal, const json& diff) {
  const json& events = member(diff, "events");
  std::string out = fmt::format("position {} → {}, {} events\n", end_of(diff, "from"), end_of(diff, "to"),
                                with_commas(count(events, "count")));
  std::string body = step_changes(terminal, member(diff, "steps"));
  if (const std::string counts = pairs_of(member(diff, "counts")); !counts.empty())
    body += painted(terminal, Colour::bold, "counts") + "\n" + counts;
  body += topic_changes(terminal, member(diff, "topics"));
  if (const json& balance = member(diff, "balance");
      is_pair(balance) && balance["before"] != balance["after"])
    body += fmt::format("{} {}\n", painted(terminal, Colour::bold, "balance"), change_of(balance));
  const json& types = member(events, "by_type");
  if (types.is_object() && !types.empty()) {
    body += painted(terminal, Colour::bold, "events") + "\n";
    for (const auto& [type, times] : types.items())
      body += fmt::format("  {} {}\n", padded(printable(type), 24), times.dump());
  }
  return out + (body.empty() ? "nothing changed\n" : body);
}

}  // namespace rftctl
