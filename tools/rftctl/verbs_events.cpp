#include <fmt/format.h>

#include "tools/rftctl/verbs.hpp"

namespace rftctl {

namespace {

std::string cause_of(const json& event) {
  const json& cause = member(event, "cause");
  return cause.is_structured() ? summary(cause, 40) : printable(text(event, "cause"));
}

std::string event_line(const Terminal& terminal, const json& event) {
  const std::string head =
      fmt::format("{:>7}  {}  {} {} {}  ", text(event, "position"), padded(text(event, "time"), 27),
                  padded(printable(text(event, "type")), 23), padded(printable(text(event, "actor")), 10),
                  padded(cause_of(event), 24));
  const std::size_t used = columns_of(head);
  const std::size_t left_over =
      terminal.is_terminal ? std::max<std::size_t>(terminal.width, used + 10) - used : 160;
  std::string line = head + painted(terminal, Colour::dim, summary(member(event, "data"), left_over));
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string page_view(const Terminal& terminal, const json& page) {
  std::string out;
  for (const json& event : member(page, "items")) out += event_line(terminal, event);
  if (const std::string next = text(page, "next"); !next.empty())
    out += fmt::format("{} of {}; more with --from\n", member(page, "items").size(), text(page, "total"));
  return out.empty() ? "no event matches\n" : out;
}

int follow_events(Context& context, const std::string& path, const EventsWanted& wanted) {
  const auto print_one = [&](const ServerEvent& message) {
    const json event = parse(message.data);
    if (context.wants_json() || !event.is_object() || !event.contains("position")) {
      print(context.wants_json() ? message.data + "\n" : printable(message.name + " " + message.data) + "\n");
    } else {
      print(event_line(context.terminal(), event));
    }
    std::fflush(stdout);
    return std::ferror(stdout) == 0;
  };
  // An event id is the position before which everything has been seen.
  std::string last_seen = wanted.from;
  if (!last_seen.empty() && last_seen.find_first_not_of("0123456789") == std::string::npos &&
      last_seen != "0")
    last_seen = std::to_string(std::stoull(last_seen) - 1);
  const auto ended = context.client().follow(path, last_seen, print_one);
  return ended ? exit_ok : context.tell(ended.error());
}

}  // namespace

int show_events(Context& context, const std::string& dataset, const EventsWanted& wanted) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const std::string path = path_of({*id, "events"});
  if (wanted.follow) return follow_events(context, path + Query().add("type", wanted.type).text(), wanted);
  const std::string query = Query()
                                .add("from", wanted.from)
                                .add("to", wanted.to)
                                .add("limit", wanted.limit)
                                .add("type", wanted.type)
                                .text();
  return context.show(context.client().get(path + query),
                      [&](const json& page) { return page_view(context.terminal(), page); });
}

}  // namespace rftctl
