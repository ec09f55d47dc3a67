#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

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
    out += fmt::format("{} of {}; more with --from and --limit\n", member(page, "items").size(),
                       text(page, "total"));
  return out.empty() ? "no event matches\n" : out;
}

// Prints events as they come and knows which was the last.
class Printer {
 public:
  Printer(Context& context, std::string type) : context_(&context), type_(std::move(type)) {}

  void print_one(const json& event) {
    last_ = std::max(last_, count(event, "position"));
    if (!type_.empty() && text(event, "type") != type_) return;
    print(context_->wants_json() ? event.dump() + "\n" : event_line(context_->terminal(), event));
    std::fflush(stdout);
  }
  void skip_to(std::uint64_t position) { last_ = std::max(last_, position); }
  [[nodiscard]] std::uint64_t last() const { return last_; }

 private:
  Context* context_;
  std::string type_;
  std::uint64_t last_ = 0;
};

// Pages of the log, from `from` to its end.
Result<void> catch_up(Context& context, const std::string& path, std::string from, Printer& printer) {
  for (bool more = true; more;) {
    const auto page = context.client().get(path + Query().add("from", from).add("limit", "500").text());
    if (!page) return std::unexpected(page.error());
    const json document = page->document();
    const std::uint64_t before = printer.last();
    for (const json& event : member(document, "items")) printer.print_one(event);
    more = printer.last() > before && !text(document, "next").empty();
    from = std::to_string(printer.last() + 1);
  }
  return {};
}

// The live stream; a reader that has fallen too far behind is told so, reads pages, and comes back.
int follow_events(Context& context, const std::string& path, const EventsWanted& wanted) {
  Printer printer(context, wanted.type);
  std::string from = wanted.from;
  for (bool behind = !from.empty();; behind = true) {
    if (behind) {
      if (auto caught = catch_up(context, path, from, printer); !caught) return context.tell(caught.error());
    }
    const auto on_message = [&](const ServerEvent& message) {
      const json event = parse(message.data);
      if (event.contains("position")) printer.print_one(event);
      if (message.name != "resync") return std::ferror(stdout) == 0;
      if (printer.last() == 0) printer.skip_to(count(event, "head"));
      return false;
    };
    const std::string seen = printer.last() > 0 ? std::to_string(printer.last()) : std::string{};
    const auto ended = context.client().follow(path, seen, on_message);
    if (!ended) return context.tell(ended.error());
    if (std::ferror(stdout) != 0) return exit_failed;
    from = std::to_string(printer.last() + 1);
  }
}

}  // namespace

int show_events(Context& context, const std::string& dataset, const EventsWanted& wanted) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const std::string path = path_of({*id, "events"});
  if (wanted.follow) return follow_events(context, path, wanted);
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
