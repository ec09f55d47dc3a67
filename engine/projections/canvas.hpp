// The canvas: seven cards folded from a dataset's state. Pure; O(topics + steps), never O(records).
// Texts are the ones of spec.md §2; numbers stand beside them so that clients can format their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/dataset_state.hpp"
#include "engine/decide.hpp"

namespace engine {

// An input that changed after the step's last run.
struct Stale {
  std::string because;  // "records imported", "topics edited"
  Position position = 0;
};

struct Card {
  int number = 0;                  // 1..7
  std::string_view step;           // extract, topics, coverage, grader, dry_run, train, deploy
  std::string_view name;           // "Extract Data"
  std::string_view tag;            // "INGESTION"
  std::string_view state;          // waiting, ready, processing, complete, attention, failed
  std::string badge;               // the word on it: "Active", "Categorizing... 52%"
  std::string line;                // "7 topics • 1,008 records"
  std::string rule;                // why the badge is what it is, with the numbers
  std::optional<double> progress;  // 0..1 while something runs
  bool skipped = false;
  bool judged = false;  // "failed" is a verdict, not trouble: NO-GO
  std::vector<Stale> stale;
  std::vector<Blocked> blocked;
  std::vector<std::string_view> actions;  // "view_records", "generate", …
  std::uint64_t run = 0;                  // the active or newest run shown on the card, 0 = none
};

struct NextStep {
  std::string_view step;
  std::string_view action;
  std::string why;
};

struct Canvas {
  std::vector<Card> steps;
  std::optional<NextStep> next;
  std::string_view
      status;  // of the whole: failed, processing, attention, ready or complete (the first that a card has)
};

Canvas canvas_of(const DatasetState& state);

// "extract" covers the runs import and validate; "topics" covers topics and categorize.
std::string_view card_of(StepName step);

// Health: spec.md §3. Percent is rounded to an integer, but never 0 when there is an invalid record.
struct Health {
  std::uint64_t records = 0;
  std::uint64_t valid = 0;
  std::uint64_t invalid = 0;
  std::uint64_t unvalidated = 0;
  std::uint64_t duplicates = 0;
  unsigned invalid_percent = 0;
  std::string_view severity;  // healthy (<= 5 %), warning (<= 15 %), critical
  std::string line;           // "✓ 1,008 valid  ⚠ 34 invalid (3%)"
};
Health health_of(const DatasetState& state);

// "1,008".
std::string with_commas(std::uint64_t number);
std::string_view name_of(RunState state);

}  // namespace engine
