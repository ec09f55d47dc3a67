#include "api/handlers.hpp"
#include "api/json_body.hpp"
#include "api/json_views.hpp"
#include "api/model_names.hpp"
#include "steps/topics/templates.hpp"

namespace api {

namespace {
Reply json_reply(const Json& body) {
  Reply reply;
  reply.body = to_bytes(body);
  return reply;
}

Result<void> add_topics(const Json& list, const std::string& pointer, std::int32_t parent,
                        engine::DefineTopics& command) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string place = pointer + "/" + std::to_string(i);
    Fields fields(list[i], place,
                  {"id", "name", "description", "keywords", "children", "labels_by", "records",
                   "low_confidence", "manual", "central_records"});
    engine::Topic topic;
    topic.name = fields.text("name");
    topic.description = fields.optional_text("description").value_or("");
    topic.keywords = fields.texts("keywords");
    if (const auto id = fields.optional_text("id")) {
      const auto known = schemas::topic_id_from(*id);
      if (!known)
        fields.refuse("id", "a topic id such as 't1'", "'" + *id + "'", "leave it out for a new topic");
      if (known) topic.id = known->value();
    }
    const Json* children = fields.array("children");
    if (auto good = fields.good(); !good) return good;
    const auto index = static_cast<std::int32_t>(command.topics.size());
    command.topics.push_back(std::move(topic));
    command.parents.push_back(parent);
    if (children == nullptr) continue;
    if (auto added = add_topics(*children, place + "/children", index, command); !added) return added;
  }
  return {};
}
}  // namespace

Result<Reply> get_topics(const Call& call) {
  return json_reply(topics_view(*call.state));
}

// What GET gave may be sent back as it is: its counts are read over.
Result<Wish> prepare_topics(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "",
                {"topics", "assignments", "version", "method", "template", "compared_by", "language",
                 "outliers", "label_model", "label_problem", "uncategorized", "low_confidence"});
  engine::DefineTopics command;
  command.clear_assignments = fields.choice("assignments", "keep", {"keep", "clear"}) == "clear";
  const Json* topics = fields.array("topics");
  if (topics == nullptr) fields.refuse("topics", "an array of topics", "nothing");
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  if (auto added = add_topics(*topics, "/topics", -1, command); !added) return std::unexpected(added.error());
  return engine::Command(std::move(command));
}

Result<Reply> answer_topics(const Call& /*call*/, const engine::Answer& /*answer*/,
                            const engine::DatasetState& state) {
  return json_reply(topics_view(state));
}

Result<Wish> prepare_generate_topics(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "",
                {"method", "template", "max_topics", "min_topics", "depth", "granularity", "embedder",
                 "label_model", "assignments", "seed", "confirm"});
  auto parameters = std::make_unique<schemas::TopicsParametersT>();
  const std::string method = fields.choice("method", "auto", {"auto", "template"});
  parameters->method = method == "auto" ? schemas::TopicsMethod::automatic : schemas::TopicsMethod::template_;
  parameters->template_name = fields.optional_text("template").value_or("");
  parameters->max_topics = static_cast<std::uint32_t>(fields.number("max_topics", 0, 1, 500));
  parameters->min_topics = static_cast<std::uint32_t>(fields.number("min_topics", 0, 1, 500));
  parameters->depth = static_cast<std::uint32_t>(fields.number("depth", 0, 1, 5));
  parameters->granularity = static_cast<float>(fields.optional_decimal("granularity", -1, 1).value_or(0));
  const engine::Settings& settings = call.state->settings;
  parameters->embedder = embedder_in(call, fields, "embedder", settings.embedder);
  parameters->label_model = model_in(call, *body, fields, "label_model", settings.label_model);
  parameters->clear_assignments = fields.choice("assignments", "clear", {"keep", "clear"}) == "clear";
  if (method == "template" && steps::topics::find_template(parameters->template_name) == nullptr)
    fields.refuse("template", "one of " + steps::topics::template_names(),
                  parameters->template_name.empty() ? "nothing" : "'" + parameters->template_name + "'");
  if (method == "auto" && fields.has("template"))
    fields.refuse("method", "\"template\" when `template` is given", "\"auto\"");
  if (parameters->min_topics > parameters->max_topics && parameters->max_topics != 0)
    fields.refuse("min_topics", "at most max_topics", std::to_string(parameters->min_topics));
  engine::RequestRun command;
  command.step = schemas::StepName::topics;
  command.seed = fields.number("seed", 0, 0, UINT64_MAX);
  command.confirm = fields.flag("confirm", false);
  command.parameters.topics = std::move(parameters);
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return engine::Command(std::move(command));
}

Result<Wish> prepare_categorize(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"scope", "overwrite_manual", "embedder", "model", "seed", "confirm"});
  auto parameters = std::make_unique<schemas::CategorizeParametersT>();
  const bool all = fields.choice("scope", "unlabeled", {"unlabeled", "all"}) == "all";
  parameters->scope = all ? schemas::Scope::all : schemas::Scope::unlabeled;
  parameters->overwrite_manual = fields.flag("overwrite_manual", false);
  parameters->embedder = embedder_in(call, fields, "embedder", "");
  parameters->model = model_in(call, *body, fields, "model", "");
  engine::RequestRun command;
  command.step = schemas::StepName::categorize;
  command.seed = fields.number("seed", 0, 0, UINT64_MAX);
  command.confirm = fields.flag("confirm", false);
  command.parameters.categorize = std::move(parameters);
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  return engine::Command(std::move(command));
}

}  // namespace api
