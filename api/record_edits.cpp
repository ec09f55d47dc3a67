#include "api/handlers.hpp"
#include "api/json_body.hpp"
#include "api/json_views.hpp"
#include "api/record_query.hpp"
#include "api/record_text.hpp"
#include "steps/text/json_index.hpp"
#include "steps/text/normalize.hpp"
#include "store/event_log.hpp"

namespace api {

namespace {
constexpr std::size_t ids_max = 100'000;

Reply json_reply(const Json& body) {
  Reply reply;
  reply.body = to_bytes(body);
  return reply;
}

Result<std::uint32_t> topic_from(Fields& fields, const Json& body) {
  if (body.contains("topic") && body["topic"].is_null()) return 0U;
  const std::string text = fields.text("topic");
  const auto topic = schemas::topic_id_from(text);
  if (!topic) fields.refuse("topic", "a topic id such as \"t1\", or null for none", "'" + text + "'");
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return topic->value();
}

// The bytes of `data` as they stand in the body, when it is an object and alone: parsed and printed again,
// numbers would change, and 1e999 could not be read at all. Empty otherwise.
std::string raw_data(std::string_view body) {
  using steps::text::JsonKind;
  steps::text::JsonIndex json;
  if (json.parse(body) || !json.is(json.root(), JsonKind::object)) return {};
  for (auto key = json.first(json.root()); key != json.end(json.root());
       key = json.next(json.value_of(key))) {
    if (!json.string_equals(key, "data")) return {};
  }
  const auto data = json.field(json.root(), "data");
  return json.is(data, JsonKind::object) ? on_one_line(json.raw(data)) : std::string{};
}

// A filter in a body reads like the query parameters of the list.
Result<RecordQuery> filter_in(const Json& filter) {
  Request as_query;
  for (const auto& [name, value] : filter.items()) {
    if (value.is_object() || value.is_array()) {
      return fail(ErrorCode::invalid_argument, "a text, a number or a truth value", value.type_name(), {},
                  "/filter/" + name);
    }
    as_query.query.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
  }
  auto query = record_query_from(as_query);
  if (!query && query.error().at.starts_with('?')) query.error().at = "/filter/" + query.error().at.substr(1);
  return query;
}

Result<std::vector<std::uint64_t>> chosen(const Call& call, Fields& fields) {
  const Json* ids = fields.array("ids");
  const Json* filter = fields.object("filter");
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  if ((ids != nullptr) == (filter != nullptr)) {
    return fail(ErrorCode::invalid_argument, "either `ids` or `filter`", ids != nullptr ? "both" : "neither",
                "{} as filter means every record", "/filter");
  }
  if (filter != nullptr) {
    Fields known(*filter, "/filter",
                 {"valid", "code", "topic", "source", "duplicate", "line", "confidence_lt", "confidence_gte",
                  "score_lt", "score_gte", "q"});
    if (auto good = known.good(); !good) return std::unexpected(good.error());
    const auto query = filter_in(*filter);
    if (!query) return std::unexpected(query.error());
    return matching(*call.state, *query, call.services->engine.blobs());
  }
  if (ids->size() > ids_max) {
    return fail(ErrorCode::too_large, "at most 100,000 ids", std::to_string(ids->size()), "use a filter",
                "/ids");
  }
  return record_numbers(*ids);
}
}  // namespace

Result<Wish> prepare_edit_record(const Call& call) {
  const auto number = record_in_path(call);
  if (!number) return std::unexpected(number.error());
  if (const std::string bytes = raw_data(call.request.body); !bytes.empty()) {
    return engine::Command(engine::EditRecord{schemas::RecordId(*number), store::make_blob(bytes),
                                              static_cast<std::uint32_t>(bytes.size())});
  }
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"data", "topic"});
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  if (body->contains("data") == body->contains("topic")) {
    return fail(ErrorCode::invalid_argument, "one of `data` and `topic`",
                body->contains("data") ? "both" : "neither", "change one, then the other", "/data");
  }
  if (body->contains("topic")) {
    const auto topic = topic_from(fields, *body);
    if (!topic) return std::unexpected(topic.error());
    return engine::Command(engine::AssignTopic{{*number}, *topic});
  }
  return fail(ErrorCode::invalid_argument, "an object", (*body)["data"].type_name(), {}, "/data");
}

Result<Wish> prepare_delete_record(const Call& call) {
  const auto number = record_in_path(call);
  if (!number) return std::unexpected(number.error());
  return engine::Command(engine::DeleteRecords{{*number}, true});
}

Result<Reply> answer_record(const Call& call, const engine::Answer& answer,
                            const engine::DatasetState& state) {
  const auto id = schemas::record_id_from(call.request.id("record"));
  if (!id || state.record(*id) == nullptr)
    return fail(ErrorCode::not_found, "a record of this dataset", "none");
  Json body = record_view(state, id->value());
  body["position"] = answer.position;
  const auto line = engine::read_record(state, *id, call.services->engine.blobs());
  if (!line) return std::unexpected(line.error());
  steps::text::Scratch scratch;
  body["preview"] = steps::text::preview(*line, 200, scratch);
  return json_reply(body);
}

Result<Reply> answer_record_deleted(const Call& call, const engine::Answer& answer,
                                    const engine::DatasetState& /*state*/) {
  return json_reply(
      {{"id", std::string(call.request.id("record"))}, {"deleted", true}, {"position", answer.position}});
}

Result<Wish> prepare_bulk(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"action", "ids", "filter", "topic", "confirm"});
  fields.text("action");
  const std::string action = fields.choice("action", "", {"delete", "set_topic", "revalidate"});
  const bool confirm = fields.flag("confirm", false);
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  std::uint32_t topic = 0;
  if (action == "set_topic") {
    const auto given = topic_from(fields, *body);
    if (!given) return std::unexpected(given.error());
    topic = *given;
  }
  auto numbers = chosen(call, fields);
  if (!numbers) return std::unexpected(numbers.error());
  if (action == "set_topic") return engine::Command(engine::AssignTopic{std::move(*numbers), topic});
  // To the engine, revalidating no record by name means all of them; here nothing matched.
  if (action == "revalidate" && !numbers->empty())
    return engine::Command(engine::RevalidateRecords{std::move(*numbers)});
  return engine::Command(engine::DeleteRecords{std::move(*numbers), confirm});
}

Result<Reply> answer_bulk(const Call& /*call*/, const engine::Answer& answer,
                          const engine::DatasetState& /*state*/) {
  return json_reply({{"affected", answer.subject}, {"position", answer.position}});
}

}  // namespace api
