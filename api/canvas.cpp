#include "api/handlers.hpp"
#include "api/json_body.hpp"
#include "api/json_views.hpp"

namespace api {

namespace {
Reply view_reply(const Call& call, Hub::View view, std::string (*render)(const engine::DatasetState&)) {
  Reply reply;
  reply.shared = call.services->hub.rendered(*call.dataset, view, render);
  return reply;
}

Reply json_reply(const Json& body) {
  Reply reply;
  reply.body = to_bytes(body);
  return reply;
}
}  // namespace

// At head the bytes are made once for each position and shared by all who ask.
Result<Reply> get_canvas(const Call& call) {
  if (call.in_past) return json_reply(canvas_view(*call.state, call.head));
  return view_reply(call, Hub::View::canvas, [](const engine::DatasetState& state) {
    return to_bytes(canvas_view(state, state.position));
  });
}

Result<Reply> get_health(const Call& call) {
  if (call.in_past) return json_reply(health_view(*call.state));
  return view_reply(call, Hub::View::health,
                    [](const engine::DatasetState& state) { return to_bytes(health_view(state)); });
}

Result<Reply> get_coverage(const Call& call) {
  return json_reply(coverage_view(*call.state));
}

Result<Wish> prepare_targets(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"targets"});
  engine::SetTargets command;
  const Json* targets = fields.object("targets");
  if (targets == nullptr && body->contains("targets") && (*body)["targets"] == "uniform")
    return engine::Command(command);
  if (targets == nullptr) {
    fields.refuse("targets", "\"uniform\", or an object of topic ids and percents", "something else");
    return std::unexpected(fields.good().error());
  }
  for (const auto& [name, percent] : targets->items()) {
    const auto topic = schemas::topic_id_from(name);
    if (!topic) return std::unexpected(topic.error());
    if (!percent.is_number()) {
      return fail(ErrorCode::invalid_argument, "a percentage", percent.dump(), {}, "/targets/" + name);
    }
    command.targets[topic->value()] = percent.get<double>();
  }
  return engine::Command(std::move(command));
}

Result<Reply> answer_coverage(const Call& /*call*/, const engine::Answer& /*answer*/,
                              const engine::DatasetState& state) {
  return json_reply(coverage_view(state));
}

Result<Reply> answer_canvas(const Call& /*call*/, const engine::Answer& answer,
                            const engine::DatasetState& state) {
  return json_reply(canvas_view(state, answer.position));
}

}  // namespace api
