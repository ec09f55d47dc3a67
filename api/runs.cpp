#include "api/cursor.hpp"
#include "api/handlers.hpp"
#include "api/json_body.hpp"
#include "api/json_views.hpp"

namespace api {

namespace {
Reply json_reply(const Json& body, unsigned status = 200) {
  Reply reply;
  reply.status = status;
  reply.body = to_bytes(body);
  return reply;
}

// The run that a card's trigger asks for: a card's name, or that of the work behind it.
Result<schemas::StepName> step_in_path(const Call& call) {
  const std::string_view name = call.request.id("step");
  if (name == "extract") return schemas::StepName::validate;
  auto step = schemas::step_from(name);
  if (!step || *step == schemas::StepName::import_) {
    return fail(
        ErrorCode::not_found,
        "one of extract, validate, topics, categorize, coverage, generate, grader, dry_run, train, deploy",
        "'" + std::string(name) + "'", name == "import" ? "send a file to …/import" : "", "step");
  }
  return step;
}
}  // namespace

Result<std::uint64_t> record_in_path(const Call& call) {
  const std::string_view text = call.request.id("record");
  const auto id = schemas::record_id_from(text);
  const engine::RecordRow* row = id ? call.state->record(*id) : nullptr;
  if (row == nullptr || row->is(engine::staged)) {
    return fail(ErrorCode::not_found, "a record of this dataset", "'" + std::string(text) + "'",
                "GET …/records lists them");
  }
  if (row->is(engine::erased)) {
    return fail(ErrorCode::gone, "a record with content", "'" + std::string(text) + "', erased",
                "its content is gone for good, from the past as well");
  }
  if (row->is(engine::deleted)) {
    return fail(ErrorCode::gone, "a record that exists", "'" + std::string(text) + "', deleted",
                "read it as it was with ?at=");
  }
  return id->value();
}

Result<const engine::Run*> run_in_path(const Call& call) {
  const std::string_view text = call.request.id("run");
  const auto id = schemas::run_id_from(text);
  const engine::Run* run = id ? call.state->run(*id) : nullptr;
  if (run != nullptr) return run;
  return fail(ErrorCode::not_found, "a run of this dataset", "'" + std::string(text) + "'",
              "GET …/runs lists them");
}

Result<Wish> prepare_trigger(const Call& call) {
  const auto step = step_in_path(call);
  if (!step) return std::unexpected(step.error());
  if (*step == schemas::StepName::topics) return prepare_generate_topics(call);
  if (*step == schemas::StepName::categorize) return prepare_categorize(call);
  if (*step == schemas::StepName::dry_run && engine::blocked(*call.state, *step).empty())
    return prepare_dry_run(call);
  if (*step == schemas::StepName::generate && engine::blocked(*call.state, *step).empty())
    return prepare_generate(call);
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  engine::RequestRun command;
  command.step = *step;
  // What the later steps take is theirs to say; they are refused as blocked before anything is read of it.
  if (engine::blocked(*call.state, *step).empty()) {
    Fields fields(*body, "", {"confirm", "seed"});
    command.confirm = fields.flag("confirm", false);
    command.seed = fields.number("seed", 0, 0, UINT64_MAX);
    if (auto good = fields.good(); !good) return std::unexpected(good.error());
  }
  return engine::Command(std::move(command));
}

Result<Reply> answer_run_started(const Call& call, const engine::Answer& answer,
                                 const engine::DatasetState& /*state*/) {
  const std::string run = to_text(schemas::RunId(answer.subject));
  Reply reply = json_reply({{"run", run}, {"position", answer.position}}, 202);
  reply.headers.emplace_back("Location",
                             "/api/v1/datasets/" + std::string(call.request.id("dataset")) + "/runs/" + run);
  return reply;
}

Result<Wish> prepare_skip(const Call& call) {
  const auto step = step_in_path(call);
  if (!step) return std::unexpected(step.error());
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"reason"});
  engine::SkipStep command{*step, fields.optional_text("reason").value_or("skipped")};
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return engine::Command(std::move(command));
}

// Newest first.
Result<Reply> list_runs(const Call& call) {
  const auto limit = number_parameter(call.request, "limit", 50, 1, 500);
  if (!limit) return std::unexpected(limit.error());
  const auto step = call.request.parameter("step");
  const auto state = call.request.parameter("state");
  if (step) {
    if (auto known = schemas::step_from(*step); !known) return std::unexpected(known.error());
  }
  std::uint64_t before = UINT64_MAX;
  if (const auto cursor = call.request.parameter("cursor")) {
    const auto fields = cursor_fields(*cursor, "runs", 1);
    if (!fields) return std::unexpected(fields.error());
    before = whole_number((*fields)[0]).value_or(UINT64_MAX);
  }
  Json items = Json::array();
  Json next;
  std::uint64_t total = 0;
  std::uint64_t last = 0;
  for (std::size_t i = call.state->runs.size(); i-- > 0;) {
    const engine::Run& run = call.state->runs[i];
    if (step && name_of(run.step) != *step) continue;
    if (state && engine::name_of(run.state) != *state) continue;
    ++total;
    if (run.id >= before) continue;
    if (items.size() == *limit) {
      if (next.is_null()) next = cursor_text("runs", {std::to_string(last)});
      continue;
    }
    items.push_back(run_view(run));
    last = run.id;
  }
  return json_reply({{"items", items}, {"next", next}, {"total", total}});
}

Result<Reply> get_run(const Call& call) {
  const auto run = run_in_path(call);
  if (!run) return std::unexpected(run.error());
  return json_reply(run_view(**run));
}

Result<Wish> prepare_cancel(const Call& call) {
  const auto run = run_in_path(call);
  if (!run) return std::unexpected(run.error());
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"reason"});
  engine::CancelRun command{schemas::RunId((*run)->id),
                            fields.optional_text("reason").value_or("cancelled by " + call.identity.actor)};
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return engine::Command(std::move(command));
}

Result<Wish> prepare_resume(const Call& call) {
  const auto run = run_in_path(call);
  if (!run) return std::unexpected(run.error());
  return engine::Command(engine::ResumeRun{schemas::RunId((*run)->id)});
}

Result<Reply> answer_run(const Call& call, const engine::Answer& /*answer*/,
                         const engine::DatasetState& state) {
  const auto id = schemas::run_id_from(call.request.id("run"));
  const engine::Run* run = id ? state.run(*id) : nullptr;
  if (run == nullptr) return fail(ErrorCode::not_found, "a run of this dataset", "none");
  return json_reply(run_view(*run));
}

}  // namespace api
