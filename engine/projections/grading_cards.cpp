// Steps 4 and 5 of the canvas: the grader and the dry run.
#include "engine/projections/cards.hpp"

namespace engine {

namespace {
std::string_view words_of(schemas::Verdict verdict) {
  switch (verdict) {
    case schemas::Verdict::go:
      return "GO";
    case schemas::Verdict::caution:
      return "CAUTION";
    case schemas::Verdict::no_go:
      return "NO-GO";
  }
  return "NO-GO";
}

void show_verdict(Card& shown, const DryRun& dry_run) {
  const Measured& measured = *dry_run.measured;
  switch (measured.verdict) {
    case schemas::Verdict::go:
      shown.state = "complete";
      shown.badge = "Passed";
      break;
    case schemas::Verdict::caution:
      shown.state = "attention";
      shown.badge = "Attention";
      break;
    case schemas::Verdict::no_go:
      shown.state = "failed";
      shown.badge = "Failed";
      shown.judged = true;
      break;
  }
  shown.run = dry_run.run;
  shown.line = "Mean: " + decimals(measured.mean, 2) + " • " + std::string(words_of(measured.verdict));
  shown.rule = "mean " + decimals(measured.mean, 2) + ", " + decimals(100 * measured.above_zero, 0) +
               "% above 0, std " + decimals(measured.std, 2) + " over " + with_commas(measured.scored) +
               " scores";
  if (measured.unscored > 0) shown.rule += ", " + with_commas(measured.unscored) + " without a score";
  if (!measured.cause.empty()) shown.rule += ": " + measured.cause;
}

// The newest run of the step is in trouble, and not an older one that another has followed.
bool newest_in_trouble(const DatasetState& state) {
  const Run* last = state.last_run(StepName::dry_run);
  return last != nullptr && (last->state == RunState::failed || last->state == RunState::parked);
}
}  // namespace

Card grader_card(const DatasetState& state) {
  Card shown = card(4, "grader", "Grader Config", "EVALUATION RULES");
  shown.actions = {"edit_grader", "test_sample"};
  shown.blocked = blocked(state, StepName::grader);
  if (const GraderVersion* grader = state.grader()) {
    shown.state = "complete";
    shown.badge = "Configured";
    shown.line = grader->title;
    shown.rule = "version " + std::to_string(grader->version);
    if (!grader->reason.empty()) shown.rule += ": " + grader->reason;
  } else {
    shown.rule = shown.blocked.front().reason;
  }
  return shown;
}

Card dry_run_card(const DatasetState& state) {
  Card shown = card(5, "dry_run", "Dry Run", "VALIDATION");
  shown.actions = {"full_results", "re_run", "adjust_grader"};
  shown.blocked = blocked(state, StepName::dry_run);
  const DryRun* last = state.last_measured();
  if (const Run* active = state.active_run(StepName::dry_run)) {
    show_run(shown, active, "Processing");
    shown.line = with_commas(active->done) + " of " + with_commas(active->total) + " graded";
    return shown;
  }
  if (last != nullptr) {
    show_verdict(shown, *last);
    mark_stale(
        shown, state.run(RunId(last->run)),
        {&state.records_changed, &state.topics_changed, &state.assignments_changed, &state.grader_changed});
  } else if (shown.blocked.empty()) {
    shown.state = "ready";
    shown.badge = "Ready";
    shown.rule = "no dry run yet";
  } else {
    shown.rule = shown.blocked.front().reason;
  }
  if (newest_in_trouble(state)) {
    shown.judged = false;
    show_trouble(shown, state, {StepName::dry_run});
  }
  return shown;
}

NextStep next_of_grading(const DatasetState& state, const Card& dry_run) {
  if (state.grader() == nullptr) return {"grader", "edit_grader", "Say how an answer is scored."};
  const DryRun* last = state.last_measured();
  if (last == nullptr)
    return {"dry_run", "start", "Find out what the grader says of a sample before training on it."};
  if (!dry_run.stale.empty())
    return {"dry_run", "re_run", "Do the dry run again: " + dry_run.stale.front().because + "."};
  switch (last->measured->verdict) {
    case schemas::Verdict::go:
      return {"train", "start", "The dry run passed."};
    case schemas::Verdict::caution:
      return {"dry_run", "full_results", "The dry run says CAUTION: " + last->measured->cause};
    case schemas::Verdict::no_go:
      return {"dry_run", "adjust_grader", "The dry run says NO-GO: " + last->measured->cause};
  }
  return {"dry_run", "full_results", {}};
}

}  // namespace engine
