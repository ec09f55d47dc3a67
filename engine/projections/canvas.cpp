#include "engine/projections/canvas.hpp"

#include <algorithm>
#include <cmath>

#include "engine/projections/cards.hpp"
#include "engine/projections/coverage.hpp"

namespace engine {

namespace {
std::string records_told(std::uint64_t count) {
  return with_commas(count) + (count == 1 ? " record" : " records");
}

Card extract_card(const DatasetState& state) {
  Card shown = card(1, "extract", "Extract Data", "INGESTION");
  shown.actions = {"import", "view_records", "export"};
  shown.line = state.source == Source::trace ? "Source: Gateway Traces" : "Source: Uploaded File";
  const Run* import = state.active_run(StepName::import_);
  const Run* validate = state.active_run(StepName::validate);
  if (import != nullptr) {
    show_run(shown, import,
             import->total > import->done ? "Importing... " + percent_of(*import) : "Importing...");
  } else if (validate != nullptr) {
    show_run(shown, validate, "Validating...");
  } else if (state.counters.records > 0) {
    shown.state = "complete";
    shown.badge = "Active";
    shown.rule = records_told(state.counters.records);
    show_trouble(shown, state, {StepName::validate});
  } else {
    shown.line = "No records yet";
    shown.rule = "no records";
    show_trouble(shown, state, {StepName::import_, StepName::validate});
    shown.blocked.push_back({"no records yet", "import a file"});
  }
  return shown;
}

Card topics_card(const DatasetState& state) {
  Card shown = card(2, "topics", "Topics & Category", "CLASSIFICATION");
  shown.actions = {"edit_topics", "regenerate", "view_low_confidence"};
  const Counters& counters = state.counters;
  const std::size_t topics = state.topic_counts.size();
  if (topics > 0) {
    shown.line = std::to_string(topics) + (topics == 1 ? " topic • " : " topics • ") +
                 records_told(counters.categorized);
  }
  const Run* finding = state.active_run(StepName::topics);
  const Run* categorizing = state.active_run(StepName::categorize);
  if (finding != nullptr) {
    show_run(shown, finding, "Finding topics... " + percent_of(*finding));
  } else if (categorizing != nullptr) {
    show_run(shown, categorizing, "Categorizing... " + percent_of(*categorizing));
  } else if (topics == 0) {
    shown.rule = "no topics";
    shown.blocked = blocked(state, StepName::topics);
    show_trouble(shown, state, {StepName::topics});
  } else {
    const double low = counters.categorized == 0 ? 0
                                                 : 100 * static_cast<double>(counters.low_confidence) /
                                                       static_cast<double>(counters.categorized);
    const bool complete = counters.categorized == counters.valid && counters.valid > 0 && low < 5;
    shown.state = complete ? "complete" : "attention";
    shown.badge = complete ? "Complete" : "Attention";
    shown.rule = with_commas(counters.low_confidence) + " of " + with_commas(counters.categorized) +
                 " under 0.7 = " + decimals(low, 1) + "%, " + with_commas(state.uncategorized()) +
                 " uncategorized; complete means all categorized and under 5%";
    show_trouble(shown, state, {StepName::topics, StepName::categorize});
    mark_stale(shown, state.last_completed(StepName::categorize),
               {&state.records_changed, &state.topics_changed});
  }
  return shown;
}

const Generation* waiting_for_review(const DatasetState& state) {
  if (state.generations.empty()) return nullptr;
  const Generation& newest = state.generations.back();
  return newest.awaits_review() && state.run(RunId(newest.run))->ended() ? &newest : nullptr;
}

// The newest generation, where it waits for a person or broke.
void show_generation(Card& shown, const DatasetState& state) {
  if (const Generation* waiting = waiting_for_review(state)) {
    shown.actions.insert(shown.actions.begin(), "review_generated");
    shown.line += " • " + with_commas(waiting->generated) + " to review";
  }
  const Run* newest = state.last_run(StepName::generate);
  const Run* covered = state.last_completed(StepName::coverage);
  if (newest != nullptr && covered != nullptr && newest->id > covered->id)
    show_trouble(shown, state, {StepName::generate});
}

Card coverage_card(const DatasetState& state) {
  Card shown = card(3, "coverage", "Coverage Analysis", "DISTRIBUTION");
  shown.actions = {"dashboard", "generate", "view_gaps", "skip"};
  const Run* active = state.active_run(StepName::coverage);
  const Run* last = state.last_completed(StepName::coverage);
  if (active != nullptr) {
    show_run(shown, active, "Processing");
  } else if (const Run* generating = state.active_run(StepName::generate)) {
    show_run(shown, generating, "Generating... " + percent_of(*generating));
  } else if (last == nullptr) {
    shown.rule = "not categorized yet";
    shown.blocked = blocked(state, StepName::coverage);
    show_trouble(shown, state, {StepName::coverage});
  } else {
    std::vector<std::uint64_t> counts;
    counts.reserve(state.topic_counts.size());
    for (const auto& [topic, count] : state.topic_counts) counts.push_back(count.records);
    const double balance = balance_of(counts);
    const bool good = balance > 0.6;
    shown.state = good ? "complete" : "attention";
    shown.badge = good ? "Complete" : "Attention";
    shown.line = "Balance: " + decimals(balance, 2) +
                 (good ? std::string{} : " (" + std::string(tier_of(balance)) + ")");
    shown.rule = "balance " + decimals(balance, 2) +
                 "; complete means over 0.60, under 0.30 generation is recommended";
    show_trouble(shown, state, {StepName::coverage});
    mark_stale(shown, last, {&state.records_changed, &state.topics_changed, &state.assignments_changed});
    show_generation(shown, state);
  }
  if (const auto skipped = state.skipped.find(StepName::coverage); skipped != state.skipped.end()) {
    shown.skipped = true;
    shown.badge = "Skipped";
    shown.rule = "skipped: " + skipped->second;
  }
  return shown;
}

Card later_card(const DatasetState& state, int number, StepName step, std::string_view name,
                std::string_view tag, std::vector<std::string_view> actions) {
  Card shown = card(number, card_of(step), name, tag);
  shown.blocked = blocked(state, step);
  shown.actions = std::move(actions);
  shown.rule = shown.blocked.empty() ? std::string{} : shown.blocked.front().reason;
  return shown;
}

std::optional<NextStep> next_of(const DatasetState& state, const Canvas& canvas) {
  if (state.counters.records == 0 && state.active_run(StepName::import_) == nullptr) {
    return NextStep{"extract", "import", "There are no records yet: import a JSONL file."};
  }
  for (const Card& shown : canvas.steps) {
    if (shown.state == "failed" && !shown.judged)
      return NextStep{shown.step, shown.actions.front(), shown.rule};
    if (shown.state == "processing") return NextStep{shown.step, "wait", shown.badge};
  }
  if (state.topic_counts.empty()) return NextStep{"topics", "regenerate", "The records have no topics yet."};
  if (!canvas.steps[1].stale.empty()) {
    return NextStep{"topics", "categorize",
                    "Categorize again: " + canvas.steps[1].stale.front().because + "."};
  }
  std::uint64_t recommended = 0;
  std::size_t gaps = 0;
  for (const TopicCoverage& topic : coverage_of(state).topics) {
    recommended += topic.recommend;
    gaps += topic.recommend > 0 ? 1 : 0;
  }
  if (const Generation* waiting = waiting_for_review(state)) {
    return NextStep{"coverage", "review_generated",
                    with_commas(waiting->generated) + " generated records wait for review."};
  }
  if (gaps > 0 && !canvas.steps[2].skipped) {
    return NextStep{"coverage", "generate",
                    "Coverage has " + std::to_string(gaps) + (gaps == 1 ? " gap" : " gaps") + ": add " +
                        with_commas(recommended) + " records there, or skip."};
  }
  return next_of_grading(state, canvas.steps[4]);
}
}  // namespace

std::string_view card_of(StepName step) {
  switch (step) {
    case StepName::import_:
    case StepName::validate:
      return "extract";
    case StepName::topics:
    case StepName::categorize:
      return "topics";
    case StepName::coverage:
    case StepName::generate:
      return "coverage";
    case StepName::grader:
      return "grader";
    case StepName::dry_run:
      return "dry_run";
    case StepName::train:
      return "train";
    case StepName::deploy:
      return "deploy";
  }
  return "extract";
}

Canvas canvas_of(const DatasetState& state) {
  Canvas canvas;
  canvas.steps.push_back(extract_card(state));
  canvas.steps.push_back(topics_card(state));
  canvas.steps.push_back(coverage_card(state));
  canvas.steps.push_back(grader_card(state));
  canvas.steps.push_back(dry_run_card(state));
  canvas.steps.push_back(
      later_card(state, 6, StepName::train, "Train Model", "RFT TRAINING", {"start", "cancel", "view_logs"}));
  Card deploy = later_card(state, 7, StepName::deploy, "Deploy", "DEPLOYMENT",
                           {"run_benchmarks", "playground", "deploy"});
  deploy.line = "Waiting for training";
  canvas.steps.push_back(std::move(deploy));
  canvas.status = "complete";
  for (const std::string_view state_name : {"failed", "processing", "attention", "ready"}) {
    if (std::ranges::any_of(canvas.steps, [&](const Card& shown) { return shown.state == state_name; })) {
      canvas.status = state_name;
      break;
    }
  }
  if (state.counters.records == 0 && canvas.status == "complete") canvas.status = "ready";
  canvas.next = next_of(state, canvas);
  return canvas;
}

Health health_of(const DatasetState& state) {
  const Counters& counters = state.counters;
  Health health{counters.records,    counters.valid,
                counters.invalid,    counters.unvalidated,
                counters.duplicates, 0,
                "healthy",           {}};
  const std::uint64_t judged = counters.valid + counters.invalid;
  const double percent =
      judged == 0 ? 0 : 100 * static_cast<double>(counters.invalid) / static_cast<double>(judged);
  health.invalid_percent = static_cast<unsigned>(std::lround(percent));
  const std::string shown =
      health.invalid_percent == 0 && counters.invalid > 0 ? "<1" : std::to_string(health.invalid_percent);
  if (counters.invalid > 0) health.invalid_percent = std::max(1U, health.invalid_percent);
  health.severity = percent <= 5 ? "healthy" : percent <= 15 ? "warning" : "critical";
  health.line = "✓ " + with_commas(counters.valid) + " valid  ⚠ " + with_commas(counters.invalid) +
                " invalid (" + shown + "%)";
  return health;
}

std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

std::string_view name_of(RunState state) {
  switch (state) {
    case RunState::requested:
      return "requested";
    case RunState::running:
      return "running";
    case RunState::waiting_retry:
      return "waiting_retry";
    case RunState::parked:
      return "parked";
    case RunState::completed:
      return "completed";
    case RunState::failed:
      return "failed";
    case RunState::cancelled:
      return "cancelled";
  }
  return "requested";
}

}  // namespace engine
