#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "tools/rftctl/canvas_view.hpp"
#include "tools/rftctl/progress.hpp"
#include "tools/rftctl/verbs.hpp"

namespace rftctl {

namespace {

constexpr auto look_again_after = std::chrono::milliseconds(300);

bool is_over(const json& run) {
  const std::string state = text(run, "state");
  return state == "completed" || state == "failed" || state == "cancelled" || state == "parked";
}

std::string error_of(const json& run) {
  const json& error = member(run, "error");
  return printable(error.is_structured() ? error.dump() : text(run, "error"));
}

// 0..1; empty when the daemon does not know how much there is to do.
std::optional<double> share_of(const json& run) {
  if (text(run, "state") == "completed") return 1.0;
  const json& progress = member(run, "progress");
  if (progress.is_number()) return progress.get<double>();
  const double total = number(progress, "total").value_or(0);
  if (total <= 0) return std::nullopt;
  return std::min(1.0, number(progress, "done").value_or(0) / total);
}

std::string percent_of(const json& run) {
  const auto share = share_of(run);
  return share ? fmt::format("{:.0f}%", *share * 100) : std::string("–");
}

std::string list_view(const Terminal& terminal, const json& list) {
  const json& items = member(list, "items");
  if (!items.is_array() || items.empty()) return "no run yet\n";
  std::vector<std::vector<std::string>> rows{{"RUN", "STEP", "STATE", "DONE>", "STARTED", "ENDED", "ERROR"}};
  for (const json& run : items)
    rows.push_back({text(run, "id"), text(run, "step"), text(run, "state"), percent_of(run),
                    text(run, "started_at"), text(run, "ended_at"), error_of(run)});
  std::string out = table(terminal, rows);
  if (const std::string next = text(list, "next"); !next.empty()) out += "more with --cursor " + next + "\n";
  return out;
}

// Follows one run to its end.
int follow_run(Context& context, const std::string& dataset, const std::string& run) {
  json last;
  {
    Progress progress(run, false);
    do {
      const auto answer = context.client().get(path_of({dataset, "runs", run}));
      if (!answer) return context.tell(answer.error());
      last = answer->document();
      progress.show(std::lround(share_of(last).value_or(0) * 100), 100);
      if (!is_over(last)) std::this_thread::sleep_for(look_again_after);
    } while (!is_over(last));
  }
  print(context.wants_json() ? last.dump() + "\n" : outline(last));
  return text(last, "state") == "completed" ? exit_ok : exit_failed;
}

struct Activity {
  std::size_t active = 0;
  std::string newest;  // id and step of an active run
  std::string broken;  // of the newest run of a step that failed or is parked
};

// The newest run of each step decides; a failure that a later run has made good does not count.
Activity activity_of(const json& runs) {
  Activity activity;
  std::vector<std::string> seen;
  for (const json& run : member(runs, "items")) {
    const std::string step = text(run, "step");
    const std::string state = text(run, "state");
    if (!is_over(run)) {
      ++activity.active;
      if (activity.newest.empty())
        activity.newest = fmt::format("{} {} {}", text(run, "id"), step, percent_of(run));
    }
    if (std::find(seen.begin(), seen.end(), step) != seen.end()) continue;
    seen.push_back(step);
    if (state == "failed" || state == "parked")
      activity.broken = fmt::format("{} ({}) is {}: {}", text(run, "id"), step, state, error_of(run));
  }
  return activity;
}

// Newest first, whatever the daemon's order: ids count up.
json newest_first(json runs) {
  if (!member(runs, "items").is_array()) return json{{"items", json::array()}};
  auto& items = runs["items"].get_ref<json::array_t&>();
  std::sort(items.begin(), items.end(), [](const json& a, const json& b) {
    const std::string left = text(a, "id");
    const std::string right = text(b, "id");
    return left.size() != right.size() ? left.size() > right.size() : left > right;
  });
  return runs;
}

}  // namespace

int list_runs(Context& context, const std::string& dataset, const Page& page) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const std::string query = Query().add("limit", page.limit).add("cursor", page.cursor).text();
  return context.show(context.client().get(path_of({*id, "runs"}) + query),
                      [&](const json& list) { return list_view(context.terminal(), list); });
}

int show_run(Context& context, const std::string& dataset, const std::string& run) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  return context.show(context.client().get(path_of({*id, "runs", run})),
                      [](const json& answer) { return outline(answer); });
}

int order_run(Context& context, const std::string& dataset, const std::string& run,
              const std::string& order) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  return context.show(context.client().send("POST", path_of({*id, "runs", run, order}), json::object()),
                      [&](const json& answer) {
                        const std::string state = text(answer, "state");
                        return fmt::format("{} {}\n", run, state.empty() ? order + " accepted" : state);
                      });
}

int trigger_step(Context& context, const std::string& dataset, const std::string& step, bool confirm,
                 bool wait) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  json body = json::object();
  if (confirm) body["confirm"] = true;
  return show_requested_run(
      context, *id, context.client().send("POST", path_of({*id, "steps", step, "trigger"}), body), wait);
}

int show_requested_run(Context& context, const std::string& dataset, const Result<Response>& answer,
                       bool wait) {
  const std::string run = answer ? text(answer->document(), "run") : std::string{};
  if (wait && !run.empty()) return follow_run(context, dataset, run);
  return context.show(answer, [&](const json&) { return fmt::format("requested {}\n", run); });
}

int wait_for_runs(Context& context, const std::string& dataset, unsigned seconds) {
  const auto id = context.dataset(dataset);
  if (!id) return context.tell(id.error());
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  Activity activity;
  // Between the end of one run and the request of the next, nothing is active: so look twice.
  for (int quiet = 0; quiet < 2;) {
    const auto runs = context.client().get(path_of({*id, "runs"}) + "?limit=100");
    if (!runs) return context.tell(runs.error());
    activity = activity_of(newest_first(runs->document()));
    quiet = activity.active == 0 ? quiet + 1 : 0;
    if (quiet == 2) break;
    if (std::chrono::steady_clock::now() >= until)
      return context.tell(
          {exit_failed, fmt::format("still running after {} s: {}", seconds, activity.newest), {}});
    std::this_thread::sleep_for(look_again_after);
  }
  if (!activity.broken.empty()) return context.tell({exit_failed, activity.broken, {}});
  if (!context.wants_json()) print("nothing runs\n");
  return exit_ok;
}

}  // namespace rftctl
