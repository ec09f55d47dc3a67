// Dry runs: start one, see what it says, compare two, grade stored answers again.
#include <algorithm>

#include "api/cursor.hpp"
#include "api/grading_json.hpp"
#include "api/handlers.hpp"
#include "api/json_body.hpp"
#include "engine/candidates.hpp"
#include "steps/llm/client.hpp"

namespace api {

namespace grade = steps::grade;

namespace {
constexpr std::uint32_t sample_size_usual = 300;  // spec §7: 100 to 500, or all
constexpr std::uint32_t sample_size_min = 100;
constexpr std::uint32_t sample_size_max = 500;

Result<const engine::DryRun*> dry_run_named(const Call& call, std::string_view text) {
  const auto id = schemas::run_id_from(text);
  const engine::DryRun* found = id ? call.state->dry_run(id->value()) : nullptr;
  if (found != nullptr) return found;
  return fail(ErrorCode::not_found, "a dry run of this dataset", "'" + std::string(text) + "'",
              "GET …/dry-runs lists them");
}

Result<const engine::DryRun*> dry_run_in_path(const Call& call) {
  return dry_run_named(call, call.request.id("run"));
}

std::uint32_t sample_size_from(const Json& body, Fields& fields, const engine::DatasetState& state,
                               const schemas::DryRunParametersT& parameters) {
  const auto given = body.find("sample_size");
  if (given == body.end() || given->is_null()) {
    const std::uint64_t there = engine::count_candidates(state, parameters).count;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(sample_size_usual, there));
  }
  if (given->is_string() && *given == "all") return 0;
  if (given->is_string()) fields.refuse("sample_size", "100 to 500, or \"all\"", given->dump());
  return static_cast<std::uint32_t>(
      fields.number("sample_size", sample_size_usual, sample_size_min, sample_size_max));
}

void read_records(Fields& fields, schemas::DryRunParametersT& parameters) {
  for (const std::string& text : fields.texts("records")) {
    const auto id = schemas::record_id_from(text);
    if (!id) return fields.refuse("records", "ids of records of this dataset", "'" + text + "'");
    parameters.records.push_back(id->value());
  }
  std::ranges::sort(parameters.records);
  const auto repeated = std::ranges::unique(parameters.records);
  parameters.records.erase(repeated.begin(), repeated.end());
}
}  // namespace

Result<Wish> prepare_dry_run(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "",
                {"sample_size", "seed", "answers", "model", "k", "temperature", "max_tokens", "records",
                 "duplicates", "grader_version", "confirm"});
  auto parameters = std::make_unique<schemas::DryRunParametersT>();
  parameters->model = fields.optional_text("model").value_or("");
  const std::string answers =
      fields.choice("answers", parameters->model.empty() ? "recorded" : "model", {"recorded", "model"});
  parameters->answers = answers == "model" ? schemas::AnswerSource::model : schemas::AnswerSource::recorded;
  if (answers == "recorded" && !parameters->model.empty())
    fields.refuse("answers", "\"model\" when a model is named", "\"recorded\"");
  parameters->k = static_cast<std::uint32_t>(fields.number("k", 1, 1, 64));
  parameters->temperature = fields.optional_decimal("temperature", 0, 2).value_or(-1);
  parameters->max_tokens = static_cast<std::uint32_t>(fields.number("max_tokens", 0, 1, 1'000'000));
  parameters->duplicates = fields.flag("duplicates", false);
  parameters->grader_version = static_cast<std::uint32_t>(fields.number("grader_version", 0, 1, UINT32_MAX));
  read_records(fields, *parameters);
  if (parameters->records.empty() && body->is_object())
    parameters->sample_size = sample_size_from(*body, fields, *call.state, *parameters);
  engine::RequestRun command;
  command.step = schemas::StepName::dry_run;
  command.seed = fields.number("seed", 0, 0, UINT64_MAX);
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  if (!parameters->model.empty()) {
    const auto known = call.services->models.resolve(parameters->model);
    if (!known) {
      Error error = known.error();
      error.at = "/model";
      return std::unexpected(error);
    }
  }
  command.parameters.dry_run = std::move(parameters);
  return engine::Command(std::move(command));
}

Result<Wish> prepare_regrade(const Call& call) {
  const auto source = dry_run_in_path(call);
  if (!source) return std::unexpected(source.error());
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"grader_version"});
  auto parameters = std::make_unique<schemas::DryRunParametersT>();
  parameters->regrade_of = (*source)->run;
  parameters->grader_version = static_cast<std::uint32_t>(fields.number("grader_version", 0, 1, UINT32_MAX));
  engine::RequestRun command;
  command.step = schemas::StepName::dry_run;
  command.because = "answers of " + to_text(schemas::RunId((*source)->run)) + " graded again";
  command.seed = call.state->run(schemas::RunId((*source)->run))->seed;
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  command.parameters.dry_run = std::move(parameters);
  return engine::Command(std::move(command));
}

Result<Reply> answer_dry_run_started(const Call& call, const engine::Answer& answer,
                                     const engine::DatasetState& state) {
  const std::string run = to_text(schemas::RunId(answer.subject));
  const engine::Run& started = *state.run(schemas::RunId(answer.subject));
  Reply reply = reply_with({{"run", run}, {"seed", started.seed}, {"position", answer.position}}, 202);
  reply.headers.emplace_back(
      "Location", "/api/v1/datasets/" + std::string(call.request.id("dataset")) + "/dry-runs/" + run);
  return reply;
}

// Newest first.
Result<Reply> list_dry_runs(const Call& call) {
  const auto limit = number_parameter(call.request, "limit", 20, 1, 500);
  if (!limit) return std::unexpected(limit.error());
  std::uint64_t before = UINT64_MAX;
  if (const auto cursor = call.request.parameter("cursor")) {
    const auto fields = cursor_fields(*cursor, "dry-runs", 1);
    if (!fields) return std::unexpected(fields.error());
    before = whole_number((*fields)[0]).value_or(UINT64_MAX);
  }
  Json items = Json::array();
  Json next;
  std::uint64_t last = 0;
  for (std::size_t i = call.state->dry_runs.size(); i-- > 0;) {
    const engine::DryRun& dry_run = call.state->dry_runs[i];
    if (dry_run.run >= before) continue;
    if (items.size() == *limit) {
      next = cursor_text("dry-runs", {std::to_string(last)});
      break;
    }
    items.push_back(dry_run_view(*call.state, dry_run));
    last = dry_run.run;
  }
  return reply_with({{"items", items}, {"next", next}, {"total", call.state->dry_runs.size()}});
}

Result<Reply> get_dry_run(const Call& call) {
  const auto dry_run = dry_run_in_path(call);
  if (!dry_run) return std::unexpected(dry_run.error());
  const auto report = steps::report_of(*call.state, **dry_run, call.services->engine.blobs());
  if (!report) return std::unexpected(report.error());
  Json view = dry_run_view(*call.state, **dry_run);
  add_report(*call.state, **dry_run, *report, view);
  return reply_with(view);
}

namespace {
Result<std::vector<grade::Score>> scores_named(const Call& call, std::string_view parameter) {
  const auto name = call.request.parameter(parameter);
  if (!name)
    return fail(ErrorCode::invalid_argument, "two dry runs: ?a= and ?b=", "no " + std::string(parameter), {},
                "?" + std::string(parameter));
  const auto dry_run = dry_run_named(call, *name);
  if (!dry_run) return std::unexpected(dry_run.error());
  auto told = steps::scores_of(**dry_run, call.services->engine.blobs());
  if (!told) return std::unexpected(told.error());
  return std::move(told->scores);
}

Json moved_view(const std::vector<grade::Moved>& moved) {
  Json list = Json::array();
  for (const grade::Moved& one : moved) {
    list.push_back(
        {{"record", to_text(schemas::RecordId(one.record))}, {"before", one.before}, {"after", one.after}});
  }
  return list;
}
}  // namespace

Result<Reply> compare_dry_runs(const Call& call) {
  const auto before = scores_named(call, "a");
  if (!before) return std::unexpected(before.error());
  const auto after = scores_named(call, "b");
  if (!after) return std::unexpected(after.error());
  const grade::Comparison compared = grade::compare(*before, *after, 1);
  const bool any = compared.matched > 0;
  return reply_with({{"a", *call.request.parameter("a")},
                     {"b", *call.request.parameter("b")},
                     {"before", statistics_view(compared.before)},
                     {"after", statistics_view(compared.after)},
                     {"matched", compared.matched},
                     {"only_a", compared.only_before},
                     {"only_b", compared.only_after},
                     {"mean_difference", any ? Json(compared.mean_difference) : Json()},
                     {"interval", any ? interval_view(compared.interval) : Json()},
                     {"significant", compared.is_significant},
                     {"improved", compared.improved},
                     {"worsened", compared.worsened},
                     {"unchanged", compared.unchanged},
                     {"most_improved", moved_view(compared.most_improved)},
                     {"most_worsened", moved_view(compared.most_worsened)}});
}

}  // namespace api
