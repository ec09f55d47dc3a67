// POST /v1/fine_tuning/alpha/graders/run and /validate in OpenAI's shape, so that its SDKs work against us.
// Takes our own grader types as well. Nothing is kept.
#include "api/grading_json.hpp"
#include "api/handlers.hpp"
#include "api/json_body.hpp"
#include "api/post_only.hpp"
#include "steps/grade/example.hpp"

namespace api {

namespace grade = steps::grade;

namespace {
Result<grade::Grader> grader_field(Fields& fields) {
  const Json* object = fields.object("grader");
  if (object == nullptr) fields.refuse("grader", "a grader object", "nothing");
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  auto grader = grade::Grader::parse(to_bytes(*object));
  if (grader) return grader;
  Error error = grader.error();
  error.at = "/grader" + error.at;
  return std::unexpected(error);
}

Json usage_by_model(const grade::Graded& graded) {
  Json told = Json::object();
  for (const steps::llm::ChatAnswer& answer : graded.answers) {
    Json& usage = told[answer.model];
    if (usage.is_null()) usage = {{"prompt_tokens", 0}, {"completion_tokens", 0}, {"total_tokens", 0}};
    const auto add = [&](const char* name, std::uint64_t tokens) {
      usage[name] = usage[name].get<std::uint64_t>() + tokens;
    };
    add("prompt_tokens", answer.usage.input_tokens);
    add("completion_tokens", answer.usage.output_tokens);
    add("total_tokens", answer.usage.input_tokens + answer.usage.output_tokens);
  }
  return told;
}

// OpenAI answers a grader that failed with a reward of 0 and says so in `errors`; ours alone has null in
// `score` beside it, which is the void that our own API gives.
Json result_view(const grade::Grader& grader, const grade::Graded& graded, std::chrono::milliseconds took) {
  const std::string_view type = grade::grader_type_name(grader.type());
  Json errors{{"other_error", !graded.score.has_value()}};
  if (!graded.error.empty()) errors["message"] = graded.error;
  Json scores = Json::object();
  for (const grade::Part& part : graded.parts) scores[part.name] = part.score ? Json(*part.score) : Json();
  const Json usage = usage_by_model(graded);
  std::uint64_t tokens = 0;
  for (const auto& [model, used] : usage.items()) tokens += used["total_tokens"].get<std::uint64_t>();
  Json metadata{{"name", grader.name()},
                {"type", type},
                {"errors", errors},
                {"execution_time", static_cast<double>(took.count()) / 1000.0},
                {"scores", scores},
                {"score", graded.score ? Json(*graded.score) : Json()},
                {"reason", graded.reason},
                {"token_usage", tokens == 0 ? Json() : Json(tokens)},
                {"sampled_model_name", usage.empty() ? Json() : Json(usage.begin().key())}};
  return {{"reward", graded.raw.value_or(graded.score.value_or(0))},
          {"metadata", metadata},
          {"sub_rewards", scores},
          {"model_grader_token_usage_per_model", usage}};
}

Result<Reply> run_grader(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"grader", "model_sample", "item", "reference_answer"});
  const std::string text = fields.text("model_sample");
  const Json* item = fields.object("item");
  const auto grader = grader_field(fields);
  if (!grader) return std::unexpected(grader.error());
  const grade::Example example{grade::sample_of(text, {}), item == nullptr ? "{}" : to_bytes(*item), 0};
  const auto began = std::chrono::steady_clock::now();
  const steps::Outside& outside = call.services->outside;
  const auto graded = grader->grade(std::span(&example, 1), {outside.scripts, outside.models, {}, {}});
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  return reply_with(result_view(*grader, graded.front(), took));
}

Result<Reply> check_grader(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"grader"});
  const auto grader = grader_field(fields);
  if (!grader) return std::unexpected(grader.error());
  const steps::Outside& outside = call.services->outside;
  if (auto good = grader->check({outside.scripts, outside.models, {}, {}}); !good)
    return std::unexpected(good.error());
  return reply_with({{"grader", (*body)["grader"]}});
}
}  // namespace

boost::asio::awaitable<void> post_openai_grader_run(Stream& stream, Call call) {
  co_await post_only(stream, std::move(call), run_grader);
}

boost::asio::awaitable<void> post_openai_grader_validate(Stream& stream, Call call) {
  co_await post_only(stream, std::move(call), check_grader);
}

}  // namespace api
