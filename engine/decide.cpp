#include "engine/decide.hpp"

#include "engine/decide_parts.hpp"

namespace engine {

Result<Decision> decide(const DatasetState& state, const Command& command, const Now& now) {
  if (state.deleted_at != 0 && !std::holds_alternative<PurgeDataset>(command)) {
    return schemas::fail(ErrorCode::gone, "a dataset that exists",
                         "'" + state.name + "', deleted at position " + std::to_string(state.deleted_at),
                         "read it as it was with ?at=" + std::to_string(state.deleted_at - 1));
  }
  return std::visit([&](const auto& wish) { return decide_on(state, wish, now); }, command);
}

std::vector<Blocked> blocked(const DatasetState& state, StepName step) {
  std::vector<Blocked> reasons;
  const auto unless = [&](bool holds, std::string reason, std::string fix) {
    if (!holds) reasons.push_back({std::move(reason), std::move(fix)});
  };
  const bool has_topics = !state.topic_counts.empty();
  switch (step) {
    case StepName::import_:
      unless(false, "this dataset takes its records from uploaded files", "import a file");
      break;
    case StepName::validate:
      unless(state.counters.records > 0, "no records yet", "import a file");
      break;
    case StepName::topics:
      unless(state.counters.valid > 0 || state.pending > 0, "no valid records yet",
             "import a file with chat records");
      unless(state.pending == 0, "records are still being validated", "wait until validation has ended");
      break;
    case StepName::categorize:
      unless(has_topics, "no topics defined", "generate or define topics first");
      unless(state.counters.valid > 0, "no valid records yet", "import a file with chat records");
      break;
    case StepName::coverage:
      unless(has_topics, "no topics defined", "generate or define topics first");
      unless(state.counters.categorized > 0, "no record has a topic yet", "categorize first");
      break;
    case StepName::generate:
      unless(has_topics, "no topics defined", "generate or define topics first");
      unless(state.counters.valid > 0, "no valid records yet", "import a file with chat records");
      break;
    case StepName::grader:
      unless(!state.graders.empty(), "no grader configured", "configure a grader");
      break;
    case StepName::dry_run:
      unless(!state.graders.empty(), "no grader configured", "configure a grader first");
      unless(state.counters.valid > 0, "no valid records yet", "import a file with chat records");
      break;
    case StepName::train: {
      const DryRun* last = state.last_measured();
      unless(last != nullptr, "no dry run has passed", "configure a grader, then do a dry run");
      unless(last == nullptr || last->measured->verdict == schemas::Verdict::go,
             "the last dry run was not GO", "adjust the grader or the records, then do another dry run");
      unless(false, "no trainer is configured", "this release cannot train yet");
      break;
    }
    case StepName::deploy:
      unless(false, "no model has been trained", "train a model first");
      break;
  }
  return reasons;
}

namespace {
std::size_t characters_in(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}
}  // namespace

Result<void> check_name(std::string_view name) {
  const std::size_t characters = characters_in(name);
  if (name.find_first_not_of(" \t\r\n") == std::string_view::npos || characters > name_characters_max) {
    return schemas::fail(ErrorCode::invalid_argument, "a name of 1 to 80 characters",
                         characters == 0 ? "none" : std::to_string(characters) + " characters",
                         "choose a short name", "/name");
  }
  for (const char byte : name) {
    if (static_cast<unsigned char>(byte) < 0x20U) {
      return schemas::fail(ErrorCode::invalid_argument, "a name without control characters", "one", {},
                           "/name");
    }
  }
  return {};
}

Result<void> check_objective(std::string_view objective) {
  if (objective.find_first_not_of(" \t\r\n") == std::string_view::npos ||
      objective.size() > objective_bytes_max) {
    return schemas::fail(ErrorCode::invalid_argument,
                         "an objective of 1 to 4000 bytes: what the model should get better at",
                         objective.empty() ? "none" : std::to_string(objective.size()) + " bytes",
                         "for example: \"explain chess moves to beginners\"", "/objective");
  }
  return {};
}

}  // namespace engine
