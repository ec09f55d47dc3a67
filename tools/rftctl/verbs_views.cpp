#include <fmt/format.h>

#include "tools/rftctl/canvas_view.hpp"
#include "tools/rftctl/verbs.hpp"

namespace rftctl {

namespace {

using View = std::string (*)(const Terminal&, const json&);

int show_part(Context& context, const std::string& dataset, const char* part, const std::string& at,
              View view) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  return context.show(context.client().get(path_of({*id, part}) + Query().add("at", at).text()),
                      [&](const json& answer) { return view(context.terminal(), answer); });
}

}  // namespace

int show_canvas(Context& context, const std::string& dataset, const std::string& at) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const std::string query = Query().add("at", at).text();
  const auto described = context.client().get(path_of({*id}) + query);
  const std::string name = described ? text(described->document(), "name") : std::string{};
  return context.show(context.client().get(path_of({*id, "canvas"}) + query),
                      [&](const json& canvas) { return draw_canvas(context.terminal(), canvas, name); });
}

int show_health(Context& context, const std::string& dataset, const std::string& at) {
  return show_part(context, dataset, "health", at, [](const Terminal& terminal, const json& health) {
    return draw_health(terminal, health, true);
  });
}

int show_coverage(Context& context, const std::string& dataset, const std::string& at) {
  return show_part(context, dataset, "coverage", at, draw_coverage);
}

int show_diff(Context& context, const std::string& dataset, const std::string& from, const std::string& to) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const std::string query = Query().add("from", from).add("to", to).text();
  return context.show(context.client().get(path_of({*id, "diff"}) + query),
                      [&](const json& diff) { return draw_diff(context.terminal(), diff); });
}

int show_system(Context& context) {
  return context.show(context.client().get("/system"), [](const json& system) { return outline(system); });
}

int backup_running(Context& context, const std::string& to) {
  return context.show(context.client().send("POST", "/system/backup", json{{"to", to}}),
                      [](const json& copy) { return "backed up while running: " + outline(copy); });
}

}  // namespace rftctl
