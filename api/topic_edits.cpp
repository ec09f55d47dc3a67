// One topic at a time: rename, describe, move, add, delete, merge, split; and the templates to begin from.
#include "api/handlers.hpp"
#include "api/json_body.hpp"
#include "api/json_views.hpp"
#include "api/model_names.hpp"
#include "steps/topics/templates.hpp"

namespace api {

namespace {
// A topic id of a field or a parameter; 0 for null.
Result<std::uint32_t> topic_of(const std::string& text, const std::string& at) {
  const auto topic = schemas::topic_id_from(text);
  if (!topic) return fail(ErrorCode::invalid_argument, "a topic id such as \"t1\"", "'" + text + "'", {}, at);
  return topic->value();
}

Result<std::uint32_t> topic_in_path(const Call& call) {
  const std::string text(call.request.id("topic"));
  const auto topic = schemas::topic_id_from(text);
  if (!topic || call.state->topics->find(topic->value()) == nullptr) {
    return fail(ErrorCode::not_found, "a topic of this dataset", "'" + text + "'", "GET …/topics lists them");
  }
  return topic->value();
}

Result<std::uint32_t> topic_in(Fields& fields, const Json& body, std::string_view name) {
  if (body.contains(name) && body[std::string(name)].is_null()) return 0U;
  const std::string text = fields.text(name);
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return topic_of(text, fields.at(name));
}

Json template_topic_view(const steps::topics::TemplateTopic& topic) {
  Json told{{"name", topic.name}, {"description", topic.description}, {"keywords", topic.keywords}};
  told["children"] = Json::array();
  for (const steps::topics::TemplateTopic& child : topic.children)
    told["children"].push_back(template_topic_view(child));
  return told;
}
}  // namespace

Result<Wish> prepare_add_topic(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"name", "description", "keywords", "parent"});
  engine::AddTopic command;
  command.topic.name = fields.text("name");
  command.topic.description = fields.optional_text("description").value_or("");
  command.topic.keywords = fields.texts("keywords");
  if (fields.has("parent")) {
    const auto parent = topic_in(fields, *body, "parent");
    if (!parent) return std::unexpected(parent.error());
    command.topic.parent = *parent;
  }
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return engine::Command(std::move(command));
}

Result<Wish> prepare_change_topic(const Call& call) {
  const auto topic = topic_in_path(call);
  if (!topic) return std::unexpected(topic.error());
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"name", "description", "keywords", "parent"});
  engine::ChangeTopic command;
  command.topic = *topic;
  command.name = fields.optional_text("name");
  command.description = fields.optional_text("description");
  if (fields.has("keywords")) command.keywords = fields.texts("keywords");
  if (body->contains("parent")) {
    const auto parent = topic_in(fields, *body, "parent");
    if (!parent) return std::unexpected(parent.error());
    command.parent = *parent;
  }
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return engine::Command(std::move(command));
}

Result<Wish> prepare_remove_topic(const Call& call) {
  const auto topic = topic_in_path(call);
  if (!topic) return std::unexpected(topic.error());
  engine::RemoveTopic command;
  command.topic = *topic;
  if (const auto heir = call.request.parameter("reassign_to")) {
    const auto known = topic_of(std::string(*heir), "?reassign_to");
    if (!known) return std::unexpected(known.error());
    command.reassign_to = *known;
  }
  const auto confirm = flag_parameter(call.request, "confirm");
  if (!confirm) return std::unexpected(confirm.error());
  command.confirm = confirm->value_or(false);
  return engine::Command(command);
}

Result<Wish> prepare_merge_topics(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"from", "into"});
  engine::MergeTopics command;
  for (const std::string& text : fields.texts("from")) {
    const auto topic = topic_of(text, "/from");
    if (!topic) return std::unexpected(topic.error());
    command.from.push_back(*topic);
  }
  const auto into = topic_in(fields, *body, "into");
  if (!into) return std::unexpected(into.error());
  command.into = *into;
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return engine::Command(std::move(command));
}

Result<Wish> prepare_split_topic(const Call& call) {
  const auto topic = topic_in_path(call);
  if (!topic) return std::unexpected(topic.error());
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"max_topics", "granularity", "embedder", "label_model", "seed"});
  auto parameters = std::make_unique<schemas::TopicsParametersT>();
  parameters->split = *topic;
  parameters->max_topics = static_cast<std::uint32_t>(fields.number("max_topics", 0, 2, 100));
  parameters->granularity = static_cast<float>(fields.optional_decimal("granularity", -1, 1).value_or(0));
  const engine::Settings& settings = call.state->settings;
  parameters->embedder = embedder_in(call, fields, "embedder", settings.embedder);
  parameters->label_model = model_in(call, *body, fields, "label_model", settings.label_model);
  engine::RequestRun command;
  command.step = schemas::StepName::topics;
  command.seed = fields.number("seed", 0, 0, UINT64_MAX);
  command.parameters.topics = std::move(parameters);
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return engine::Command(std::move(command));
}

Result<Reply> get_topic_templates(const Call& /*call*/) {
  Json list = Json::array();
  for (const steps::topics::Template& made : steps::topics::templates()) {
    Json told{{"name", made.name}, {"title", made.title}, {"summary", made.summary}};
    told["topics"] = Json::array();
    for (const steps::topics::TemplateTopic& topic : made.topics)
      told["topics"].push_back(template_topic_view(topic));
    list.push_back(std::move(told));
  }
  Reply reply;
  reply.body = to_bytes(Json{{"items", list}, {"next", Json()}, {"total", list.size()}});
  return reply;
}

}  // namespace api
