#include "engine/projections/cards.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace engine {

std::string decimals(double value, int places) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", places, value);
  return text.data();
}

std::string percent_of(const Run& run) {
  if (run.total == 0) return "0%";
  return std::to_string(run.done * 100 / run.total) + "%";
}

namespace {
double share_of(const Run& run) {
  return run.total == 0 ? 0 : std::min(1.0, static_cast<double>(run.done) / static_cast<double>(run.total));
}
}  // namespace

Card card(int number, std::string_view step, std::string_view name, std::string_view tag) {
  Card made;
  made.number = number;
  made.step = step;
  made.name = name;
  made.tag = tag;
  made.state = "waiting";
  made.badge = "Waiting";
  return made;
}

void show_run(Card& shown, const Run* run, std::string badge) {
  shown.state = "processing";
  shown.badge = std::move(badge);
  shown.progress = share_of(*run);
  shown.run = run->id;
}

// A run that waits for a person, or that failed last, is shown before anything else that is not under way.
bool show_trouble(Card& shown, const DatasetState& state, std::initializer_list<StepName> steps) {
  for (const StepName step : steps) {
    const Run* run = state.last_run(step);
    if (run == nullptr || (run->state != RunState::parked && run->state != RunState::failed)) continue;
    shown.state = "failed";
    shown.badge = "Failed";
    shown.rule = run->error;
    shown.run = run->id;
    shown.actions.insert(shown.actions.begin(), run->state == RunState::parked ? "resume" : "retry");
    return true;
  }
  return false;
}

// The inputs that changed after the step's last completed run.
void mark_stale(Card& shown, const Run* last, std::initializer_list<const LastChange*> inputs) {
  if (last == nullptr) return;
  for (const LastChange* input : inputs) {
    if (input->position > last->requested_at && !input->because.empty()) {
      shown.stale.push_back({input->because, input->position});
    }
  }
}

}  // namespace engine
