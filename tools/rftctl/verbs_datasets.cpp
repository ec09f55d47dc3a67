#include <fmt/format.h>

#include "tools/rftctl/canvas_view.hpp"
#include "tools/rftctl/verbs.hpp"

namespace rftctl {

namespace {

// One letter a step, because colour alone would say nothing in a file: C complete, P processing, A attention,
// F failed, R ready, · waiting.
std::string dots_of(const json& steps) {
  std::string out;
  if (!steps.is_array()) return out;
  for (const json& step : steps) {
    const std::string state = text(step, "state");
    out += state.empty() || state == "waiting" ? std::string("·")
                                               : std::string(1, static_cast<char>(state[0] - 'a' + 'A'));
  }
  return out;
}

std::string list_view(const Terminal& terminal, const json& list) {
  const json& items = member(list, "items");
  if (!items.is_array() || items.empty())
    return "there is no dataset yet\n  hint    rftctl create NAME --objective TEXT\n";
  std::vector<std::vector<std::string>> rows{
      {"ID", "NAME", "RECORDS>", "TOPICS>", "BALANCE>", "STEPS", "STATUS", "POSITION>", "UPDATED"}};
  for (const json& dataset : items) {
    const auto balance = number(dataset, "balance");
    rows.push_back({text(dataset, "id"), fitted(printable(text(dataset, "name")), 32),
                    with_commas(count(dataset, "records")), text(dataset, "topics"),
                    balance ? fmt::format("{:.2f}", *balance) : "–", dots_of(member(dataset, "steps")),
                    text(dataset, "status"), text(dataset, "position"), text(dataset, "updated_at")});
  }
  std::string out = table(terminal, rows);
  if (const std::string next = text(list, "next"); !next.empty())
    out += fmt::format("{} of {}; more with --cursor {}\n", items.size(), text(list, "total"), next);
  return out;
}

std::string made_view(std::string_view verb, const json& dataset) {
  return fmt::format("{} {}  {}\n", verb, text(dataset, "id"), printable(text(dataset, "name")));
}

}  // namespace

int list_datasets(Context& context, const std::string& search, const Page& page) {
  const std::string query =
      Query().add("search", search).add("limit", page.limit).add("cursor", page.cursor).text();
  return context.show(context.client().get("/datasets" + query),
                      [&](const json& list) { return list_view(context.terminal(), list); });
}

int create_dataset(Context& context, const std::string& name, const std::string& objective,
                   const std::string& file) {
  const json body{{"name", name}, {"objective", objective}, {"source", {{"type", "upload"}}}};
  const auto answer = context.client().send("POST", "/datasets", body);
  const int code = context.show(answer, [](const json& dataset) { return made_view("created", dataset); });
  if (code != exit_ok || file.empty()) return code;
  return import_file(context, text(answer->document(), "id"), Import{file, false, false});
}

int delete_dataset(Context& context, const std::string& dataset, bool confirm) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const std::string path = path_of({*id}) + Query().add("confirm", confirm ? "true" : "").text();
  return context.show(context.client().send("DELETE", path, json()),
                      [&](const json&) { return fmt::format("deleted {}\n", *id); });
}

int duplicate_dataset(Context& context, const std::string& dataset, const std::string& name,
                      const std::string& at) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  json body{{"name", name}};
  if (!at.empty()) {
    const bool is_position = at.find_first_not_of("0123456789") == std::string::npos && at.size() < 19;
    if (is_position) {
      body["at"] = std::stoull(at);
    } else {
      body["at"] = at;
    }
  }
  return context.show(context.client().send("POST", path_of({*id, "duplicate"}), body),
                      [](const json& made) { return made_view("created", made); });
}

}  // namespace rftctl
