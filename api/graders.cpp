// The grader of a dataset: what it is, its versions, checks and tries before anything is kept.
#include "api/cursor.hpp"
#include "api/grading_json.hpp"
#include "api/handlers.hpp"
#include "api/json_body.hpp"
#include "api/json_views.hpp"
#include "api/post_only.hpp"
#include "api/text_diff.hpp"
#include "steps/sample_lines.hpp"
#include "steps/test_grader.hpp"

namespace api {

namespace grade = steps::grade;

namespace {
// A grader object that has been parsed; `at` of errors begins with `pointer`.
Result<grade::Grader> grader_from(const Call& call, const Json& object, const std::string& pointer,
                                  bool check) {
  auto grader = grade::Grader::parse(to_bytes(object));
  auto checked = grader ? Result<void>{} : Result<void>(std::unexpected(grader.error()));
  if (grader && check) {
    const steps::Outside& outside = call.services->outside;
    checked = grader->check({outside.scripts, outside.models, {}, {}});
  }
  if (checked) return grader;
  Error error = checked.error();
  error.at = pointer + error.at;
  return std::unexpected(error);
}

// The body is the grader object itself, or {grader, reason}; in the first form `reason` may stand beside the
// grader's own fields.
struct Given {
  Json grader;
  std::string pointer;
  std::string reason;
  std::uint64_t version = 0;  // to restore
};
Result<Given> given_grader(const Call& call) {
  auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  if (!body->is_object()) return fail(ErrorCode::invalid_argument, "a grader object", "something else");
  Given given;
  if (body->contains("grader") || (body->contains("version") && !body->contains("type"))) {
    Fields fields(
        *body, "",
        {"grader", "reason", "version", "type", "title", "models", "restores", "position", "by", "at"});
    if (const Json* object = fields.object("grader")) given.grader = *object;
    given.pointer = "/grader";
    given.reason = fields.optional_text("reason").value_or("");
    if (given.grader.is_null()) given.version = fields.number("version", 0, 1, UINT32_MAX);
    if (given.grader.is_null() && given.version == 0) fields.refuse("grader", "a grader object", "nothing");
    if (auto good = fields.good(); !good) return std::unexpected(good.error());
    return given;
  }
  if (body->contains("reason")) {
    if (!(*body)["reason"].is_string())
      return fail(ErrorCode::invalid_argument, "a string", "something else", {}, "/reason");
    given.reason = (*body)["reason"].get<std::string>();
    body->erase("reason");
  }
  given.grader = std::move(*body);
  return given;
}

Result<std::shared_ptr<const std::string>> definition_of(const Call& call, std::uint64_t version) {
  const engine::GraderVersion* grader = call.state->grader(static_cast<std::uint32_t>(version));
  if (grader == nullptr) {
    return fail(ErrorCode::not_found,
                "a version of the grader, 1 to " + std::to_string(call.state->graders.size()),
                std::to_string(version), call.state->graders.empty() ? "PUT …/grader defines the first" : "",
                "version");
  }
  return call.services->engine.blobs().read(grader->definition);
}

std::string author_of(const Call& call, schemas::Position position) {
  std::string actor;
  const auto scanned = call.services->engine.log().scan(call.state->id, position, position,
                                                        [&](const store::EventView& event) {
                                                          if (event.envelope().actor() != nullptr)
                                                            actor = event.envelope().actor()->str();
                                                          return false;
                                                        });
  return scanned ? actor : std::string{};
}

Json version_view(const Call& call, const engine::GraderVersion& grader) {
  return {{"version", grader.version},
          {"type", grader.kind},
          {"title", grader.title},
          {"models", grader.models},
          {"reason", grader.reason},
          {"restores", grader.restores == 0 ? Json() : Json(grader.restores)},
          {"by", author_of(call, grader.position)},
          {"at", time_view(grader.time)},
          {"position", grader.position}};
}

Result<Json> grader_view(const Call& call, const engine::DatasetState& state, std::uint64_t version) {
  if (version == 0 && state.graders.empty()) return Json{{"version", 0}, {"grader", nullptr}};
  const engine::GraderVersion* grader =
      version == 0 ? state.grader() : state.grader(static_cast<std::uint32_t>(version));
  const auto definition = definition_of(call, grader == nullptr ? version : grader->version);
  if (!definition) return std::unexpected(definition.error());
  Json told = version_view(call, *grader);
  told["grader"] = json_from(**definition);
  return told;
}

// A script's own lines, so that its changes are told line by line; anything else as indented JSON.
std::string comparable(std::string_view definition) {
  Json object = json_from(definition);
  std::string source;
  if (object.contains("source") && object["source"].is_string()) {
    source = "\n" + object["source"].get<std::string>();
    object.erase("source");
  }
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + source;
}
}  // namespace

Result<Reply> get_grader(const Call& call) {
  const auto version = number_parameter(call.request, "version", 0, 1, UINT32_MAX);
  if (!version) return std::unexpected(version.error());
  const auto view = grader_view(call, *call.state, *version);
  if (!view) return std::unexpected(view.error());
  return reply_with(*view);
}

Result<Wish> prepare_grader(const Call& call) {
  auto given = given_grader(call);
  if (!given) return std::unexpected(given.error());
  if (given->version != 0) {
    const auto definition = definition_of(call, given->version);
    if (!definition) return std::unexpected(definition.error());
    given->grader = json_from(**definition);
  }
  const auto grader = grader_from(call, given->grader, given->pointer, true);
  if (!grader) return std::unexpected(grader.error());
  engine::DefineGrader command;
  command.definition = store::make_blob(grader->json());
  command.kind = grade::grader_type_name(grader->type());
  command.title = grader->title();
  command.models = grader->models();
  command.reason = given->reason;
  return engine::Command(std::move(command));
}

Result<Reply> answer_grader(const Call& call, const engine::Answer& /*answer*/,
                            const engine::DatasetState& state) {
  Call after = call;
  after.state = std::make_shared<const engine::DatasetState>(state);
  const auto view = grader_view(after, state, 0);
  if (!view) return std::unexpected(view.error());
  return reply_with(*view);
}

// Newest first.
Result<Reply> list_grader_versions(const Call& call) {
  const auto limit = number_parameter(call.request, "limit", 50, 1, 500);
  if (!limit) return std::unexpected(limit.error());
  std::uint64_t before = UINT64_MAX;
  if (const auto cursor = call.request.parameter("cursor")) {
    const auto fields = cursor_fields(*cursor, "graders", 1);
    if (!fields) return std::unexpected(fields.error());
    before = whole_number((*fields)[0]).value_or(UINT64_MAX);
  }
  Json items = Json::array();
  Json next;
  for (std::size_t i = call.state->graders.size(); i-- > 0;) {
    const engine::GraderVersion& grader = call.state->graders[i];
    if (grader.version >= before) continue;
    if (items.size() == *limit) {
      next = cursor_text("graders", {std::to_string(call.state->graders[i + 1].version)});
      break;
    }
    items.push_back(version_view(call, grader));
  }
  return reply_with({{"items", items}, {"next", next}, {"total", call.state->graders.size()}});
}

Result<Reply> get_grader_diff(const Call& call) {
  const std::uint64_t newest = call.state->graders.size();
  const auto to = number_parameter(call.request, "to", std::max<std::uint64_t>(newest, 1), 1, UINT32_MAX);
  if (!to) return std::unexpected(to.error());
  const auto from = number_parameter(call.request, "from", *to > 1 ? *to - 1 : 1, 1, UINT32_MAX);
  if (!from) return std::unexpected(from.error());
  const auto before = definition_of(call, *from);
  if (!before) return std::unexpected(before.error());
  const auto after = definition_of(call, *to);
  if (!after) return std::unexpected(after.error());
  Json lines = Json::array();
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
  for (const DiffLine& line : diff_lines(comparable(**before), comparable(**after))) {
    added += line.sign == '+' ? 1 : 0;
    removed += line.sign == '-' ? 1 : 0;
    lines.push_back({{"sign", std::string(1, line.sign)}, {"text", line.text}});
  }
  return reply_with({{"from", *from}, {"to", *to}, {"added", added}, {"removed", removed}, {"lines", lines}});
}

Result<Reply> validate_grader(const Call& call) {
  const auto given = given_grader(call);
  if (!given) return std::unexpected(given.error());
  const auto grader = grader_from(call, given->grader, given->pointer, true);
  if (!grader) return std::unexpected(grader.error());
  return reply_with({{"valid", true},
                     {"type", grade::grader_type_name(grader->type())},
                     {"title", grader->title()},
                     {"models", grader->models()},
                     {"grader", json_from(grader->json())}});
}

namespace {
Result<steps::GraderTest> test_from(const Call& call, Fields& fields) {
  steps::GraderTest test;
  test.size = fields.number("size", 5, 1, 20);
  test.seed = fields.number("seed", call.state->position, 0, UINT64_MAX);
  test.model = fields.optional_text("model").value_or("");
  const std::string answers =
      fields.choice("answers", test.model.empty() ? "recorded" : "model", {"recorded", "model"});
  if (answers == "model" && test.model.empty())
    fields.refuse("model", "the model that answers", "nothing",
                  "GET /api/v1/models lists what is configured");
  if (answers == "recorded") test.model.clear();
  for (const std::string& text : fields.texts("records")) {
    const auto id = schemas::record_id_from(text);
    const engine::RecordRow* row = id ? call.state->record(*id) : nullptr;
    if (row == nullptr || !row->visible()) {
      fields.refuse("records", "ids of records of this dataset", "'" + text + "'");
      break;
    }
    test.records.push_back(id->value());
  }
  if (test.records.size() > 20)
    fields.refuse("records", "at most 20 records", std::to_string(test.records.size()));
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return test;
}

// The draft that was sent, else a stored version.
Result<grade::Grader> grader_to_test(const Call& call, Fields& fields, Json& version) {
  const std::uint64_t wanted = fields.number("grader_version", call.state->graders.size(), 1, UINT32_MAX);
  const Json* draft = fields.object("grader");
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  if (draft != nullptr) return grader_from(call, *draft, "/grader", true);
  if (call.state->graders.empty()) {
    return fail(ErrorCode::blocked, "a grader to test", "none configured",
                "send one as `grader`, or configure a grader first", "grader");
  }
  const auto definition = definition_of(call, wanted);
  if (!definition) return std::unexpected(definition.error());
  version = wanted;
  return grade::Grader::parse(**definition);
}
}  // namespace

Result<Reply> test_grader(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"grader", "grader_version", "records", "size", "seed", "answers", "model"});
  Json version;
  const auto grader = grader_to_test(call, fields, version);
  if (!grader) return std::unexpected(grader.error());
  const auto test = test_from(call, fields);
  if (!test) return std::unexpected(test.error());
  const auto tested =
      steps::test_grader(*call.state, call.services->engine.blobs(), *grader, *test, call.services->outside);
  if (!tested) return std::unexpected(tested.error());
  Json samples = Json::array();
  for (const steps::TestedSample& sample : tested->samples) {
    const engine::RecordRow& row = *call.state->record(schemas::RecordId(sample.record));
    Json told{{"record", to_text(schemas::RecordId(sample.record))},
              {"topic", row.topic == 0 ? Json() : Json(to_text(schemas::TopicId(row.topic)))}};
    told["item"] = json_from(sample.item);
    told["sample"] = json_from(sample.sample);
    told.update(graded_view(sample.graded));
    samples.push_back(std::move(told));
  }
  return reply_with({{"grader_version", version},
                     {"title", grader->title()},
                     {"seed", test->seed},
                     {"samples", samples},
                     {"statistics", statistics_view(tested->statistics)}});
}

Result<Reply> list_grader_presets(const Call& /*call*/) {
  Json items = Json::array();
  for (const grade::Preset& preset : grade::presets()) {
    items.push_back({{"name", preset.name},
                     {"title", preset.title},
                     {"summary", preset.summary},
                     {"grader", {{"type", "llm_judge"}, {"preset", preset.name}}},
                     {"prompt", preset.prompt}});
  }
  return reply_with({{"items", items}, {"next", nullptr}, {"total", items.size()}});
}

boost::asio::awaitable<void> post_grader_validate(Stream& stream, Call call) {
  co_await post_only(stream, std::move(call), validate_grader);
}

boost::asio::awaitable<void> post_grader_test(Stream& stream, Call call) {
  co_await post_only(stream, std::move(call), test_grader);
}

}  // namespace api
