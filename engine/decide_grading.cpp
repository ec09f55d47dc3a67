#include "engine/candidates.hpp"
#include "engine/decide_parts.hpp"

namespace engine {

namespace {
constexpr std::uint32_t answers_per_prompt_max = 64;
constexpr std::size_t reason_bytes_max = 1000;

std::string wrong_field(std::string_view name) {
  return "/" + std::string(name);
}

Result<void> check_regrade(const DatasetState& state, schemas::DryRunParametersT& parameters) {
  const DryRun* source = state.dry_run(parameters.regrade_of);
  const Run* run = state.run(RunId(parameters.regrade_of));
  if (source == nullptr || run == nullptr) {
    return schemas::fail(ErrorCode::not_found, "a dry run of this dataset",
                         "'" + to_text(RunId(parameters.regrade_of)) + "'", "GET …/dry-runs lists them");
  }
  if (!source->sampled() || source->answered < source->samples()) {
    return schemas::fail(ErrorCode::conflict, "a dry run whose answers are all there",
                         to_text(RunId(source->run)) + " has " + std::to_string(source->answered) + " of " +
                             std::to_string(source->samples()),
                         "let it finish, or start another one");
  }
  const std::uint32_t grader_version = parameters.grader_version;
  const std::uint64_t regrade_of = parameters.regrade_of;
  parameters = *run->dry_run;
  parameters.grader_version = grader_version;
  parameters.regrade_of = regrade_of;
  return {};
}

Result<void> check_chosen(const DatasetState& state, const schemas::DryRunParametersT& parameters) {
  for (std::size_t i = 0; i < parameters.records.size(); ++i) {
    const RecordRow* row = state.record(RecordId(parameters.records[i]));
    const std::string at = wrong_field("records/" + std::to_string(i));
    const std::string name = "'" + to_text(RecordId(parameters.records[i])) + "'";
    if (row == nullptr || !row->visible())
      return schemas::fail(ErrorCode::not_found, "a record of this dataset", name, {}, at);
    if (!row->valid())
      return schemas::fail(ErrorCode::invalid_argument, "valid records", name + ", which is not", {}, at);
    if (parameters.answers == schemas::AnswerSource::recorded && !row->is(has_output)) {
      return schemas::fail(ErrorCode::invalid_argument, "records with a recorded answer",
                           name + ", which has none", "use answers: \"model\"", at);
    }
  }
  return {};
}

Result<void> check_sample(const DatasetState& state, const schemas::DryRunParametersT& parameters) {
  const bool recorded = parameters.answers == schemas::AnswerSource::recorded;
  if (recorded && parameters.k != 1) {
    return schemas::fail(ErrorCode::invalid_argument, "k = 1 with recorded answers: a record has one",
                         std::to_string(parameters.k), "use answers: \"model\" to ask k times",
                         wrong_field("k"));
  }
  if (parameters.k < 1 || parameters.k > answers_per_prompt_max) {
    return schemas::fail(ErrorCode::invalid_argument, "1 to 64 answers a prompt",
                         std::to_string(parameters.k), {}, wrong_field("k"));
  }
  if (!recorded && parameters.model.empty()) {
    return schemas::fail(ErrorCode::invalid_argument, "the model that answers", "none",
                         "GET /api/v1/models lists what is configured", wrong_field("model"));
  }
  if (!parameters.records.empty()) return check_chosen(state, parameters);
  const Candidates candidates = count_candidates(state, parameters);
  if (candidates.count == 0 && candidates.without_answer > 0) {
    return schemas::fail(
        ErrorCode::blocked, "recorded answers to grade",
        "none of the " + std::to_string(candidates.without_answer) + " valid records has one",
        "import records that end in an answer, or use answers: \"model\"", "dry_run");
  }
  if (parameters.sample_size > candidates.count) {
    return schemas::fail(
        ErrorCode::invalid_argument,
        "a sample of at most " + std::to_string(candidates.count) + " records" +
            (recorded ? " (valid, no duplicates, with a recorded answer)" : " (valid, no duplicates)"),
        std::to_string(parameters.sample_size), "use \"all\"", wrong_field("sample_size"));
  }
  return {};
}
}  // namespace

Result<Decision> decide_on(const DatasetState& state, const DefineGrader& command, const Now& /*now*/) {
  if (command.reason.size() > reason_bytes_max) {
    return schemas::fail(ErrorCode::invalid_argument, "a reason of at most 1000 bytes",
                         std::to_string(command.reason.size()), {}, wrong_field("reason"));
  }
  const GraderVersion* current = state.grader();
  if (current != nullptr && current->definition == command.definition.id)
    return Decision{{}, {}, {}, current->version};
  schemas::GraderDefinedT event;
  event.version = static_cast<std::uint32_t>(state.graders.size()) + 1;
  event.definition = command.definition.id;
  event.kind = command.kind;
  event.title = command.title;
  event.models = command.models;
  event.reason = command.reason;
  for (const GraderVersion& older : state.graders) {
    if (older.definition == command.definition.id) event.restores = older.version;
  }
  return Decision{{schemas::encode(event)}, {command.definition}, {}, event.version};
}

Result<void> check_dry_run(const DatasetState& state, schemas::DryRunParametersT& parameters) {
  if (parameters.grader_version == 0)
    parameters.grader_version = static_cast<std::uint32_t>(state.graders.size());
  if (state.grader(parameters.grader_version) == nullptr) {
    return schemas::fail(ErrorCode::not_found, "a version of the grader",
                         std::to_string(parameters.grader_version), "GET …/grader/versions lists them",
                         wrong_field("grader_version"));
  }
  return parameters.regrade_of != 0 ? check_regrade(state, parameters) : check_sample(state, parameters);
}

}  // namespace engine
