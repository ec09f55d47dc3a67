// Generation: what would be made, and the start of a run that makes it.
#include "api/grading_json.hpp"
#include "api/handlers.hpp"
#include "api/json_body.hpp"
#include "steps/dry_run_report.hpp"
#include "steps/generation_plan.hpp"
#include "steps/llm/client.hpp"

namespace api {

namespace generate = steps::generate;
using schemas::RecordId;
using schemas::RunId;
using schemas::TopicId;

namespace {
// Of the first provider that names its models.
std::string first_model(const Config& config) {
  for (const steps::llm::Provider& provider : config.models) {
    if (!provider.models.empty()) return provider.name + "/" + provider.models.front();
  }
  return {};
}

Result<std::string> model_to_ask(const Call& call, std::string model) {
  if (model.empty()) model = first_model(call.services->config);
  if (model.empty() && !call.services->config.models.empty()) {
    return fail(ErrorCode::invalid_argument, "the model that writes",
                "none, and no provider names its models", "GET /api/v1/models lists what can be asked",
                "/model");
  }
  const auto target = call.services->models.resolve(model);
  if (target) return model;
  Error error = target.error();
  error.at = "/model";
  return std::unexpected(error);
}

void read_chosen(Fields& fields, schemas::GenerateParametersT& parameters) {
  for (const std::string& text : fields.texts("topics")) {
    const auto id = schemas::topic_id_from(text);
    if (!id) return fields.refuse("topics", "ids of leaf topics", "'" + text + "'");
    parameters.topics.push_back(static_cast<std::uint32_t>(id->value()));
  }
  for (const std::string& text : fields.texts("records")) {
    const auto id = schemas::record_id_from(text);
    if (!id) return fields.refuse("records", "ids of records of this dataset", "'" + text + "'");
    parameters.records.push_back(id->value());
  }
}

struct Wanted {
  std::unique_ptr<schemas::GenerateParametersT> parameters = std::make_unique<schemas::GenerateParametersT>();
  std::uint64_t seed = 0;
};

Result<Wanted> wanted_by(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(
      *body, "",
      {"model", "strategy", "topics", "records", "count", "temperature", "records_per_call", "retries",
       "length_min", "length_max", "synthetic_share_max", "variations_per_record", "seed", "confirm"});
  Wanted wanted;
  schemas::GenerateParametersT& p = *wanted.parameters;
  p.model = fields.optional_text("model").value_or("");
  if (const auto name = fields.optional_text("strategy")) {
    const auto strategy = generate::strategy_from_name(*name);
    if (!strategy) {
      fields.refuse("strategy",
                    "one of message_variation, few_shot, topic_description, scenario_expansion, tool_chain",
                    "'" + *name + "'");
    }
    p.has_strategy = strategy.has_value();
    p.strategy = static_cast<schemas::Strategy>(strategy.value_or(generate::Strategy::few_shot));
  }
  const auto whole = [&](std::string_view name, std::uint32_t usual, std::uint32_t low, std::uint32_t high) {
    return static_cast<std::uint32_t>(fields.number(name, usual, low, high));
  };
  read_chosen(fields, p);
  p.count = whole("count", 0, 1, 1'000'000);
  p.temperature = fields.optional_decimal("temperature", 0, 2).value_or(p.temperature);
  p.records_per_call = whole("records_per_call", p.records_per_call, 1, 50);
  p.retries = whole("retries", p.retries, 0, 10);
  p.length_min = whole("length_min", p.length_min, 1, 1'000'000);
  p.length_max = whole("length_max", p.length_max, 1, 1'000'000);
  p.synthetic_share_max =
      fields.optional_decimal("synthetic_share_max", 0, 1).value_or(p.synthetic_share_max);
  p.variations_per_record = whole("variations_per_record", p.variations_per_record, 1, 20);
  wanted.seed = fields.number("seed", 0, 0, UINT64_MAX);
  if (auto good = fields.good(); !good) return std::unexpected(good.error());
  auto model = model_to_ask(call, std::move(p.model));
  if (!model) return std::unexpected(model.error());
  p.model = std::move(*model);
  return wanted;
}

// make_plan names a parameter; the body has it there.
Result<generate::Plan> plan_for(const Call& call, const Wanted& wanted) {
  auto plan =
      steps::plan_generation(*call.state, steps::generation_parameters(*wanted.parameters, wanted.seed));
  if (plan) return plan;
  Error error = plan.error();
  if (!error.at.empty()) error.at = "/" + error.at;
  return std::unexpected(error);
}

Json cost_of(const Call& call, const std::string& model, const steps::generate::TokenEstimate& tokens) {
  const auto target = call.services->models.resolve(model);
  if (!target) return {};
  const auto price = target->provider->prices.find(target->model);
  if (price == target->provider->prices.end()) return {};
  return (static_cast<double>(tokens.input) * price->second.input +
          static_cast<double>(tokens.output) * price->second.output) /
         1e6;
}
}  // namespace

Result<Wish> prepare_generate(const Call& call) {
  auto wanted = wanted_by(call);
  if (!wanted) return std::unexpected(wanted.error());
  // What cannot be planned is refused here, and not by a run that fails.
  if (engine::blocked(*call.state, schemas::StepName::generate).empty()) {
    const auto plan = plan_for(call, *wanted);
    if (!plan) return std::unexpected(plan.error());
  }
  engine::RequestRun command;
  command.step = schemas::StepName::generate;
  command.seed = wanted->seed;
  command.parameters.generate = std::move(wanted->parameters);
  return engine::Command(std::move(command));
}

Result<Reply> preview_generate(const Call& call) {
  if (const auto reasons = engine::blocked(*call.state, schemas::StepName::generate); !reasons.empty())
    return fail(ErrorCode::blocked, "a step that can run", reasons.front().reason, reasons.front().fix,
                "generate");
  const auto wanted = wanted_by(call);
  if (!wanted) return std::unexpected(wanted.error());
  const auto plan = plan_for(call, *wanted);
  if (!plan) return std::unexpected(plan.error());
  const auto tokens = generate::estimate_tokens(*plan, steps::mean_record_tokens(*call.state));
  const auto names = steps::topic_names(*call.state->topics);
  Json topics = Json::array();
  for (const generate::TopicPlan& topic : plan->topics) {
    topics.push_back({{"id", topic_or_null(topic.topic)},
                      {"name", name_or_null(names, topic.topic)},
                      {"records", topic.records},
                      {"wanted", topic.wanted},
                      {"planned", topic.planned}});
  }
  return reply_with(
      {{"strategy", generate::strategy_name(plan->strategy)},
       {"model", wanted->parameters->model},
       {"calls", plan->calls.size()},
       {"planned", plan->planned},
       {"topics", topics},
       {"balance_before", plan->balance_before},
       {"balance_after", plan->balance_after},
       {"synthetic_room", plan->synthetic_room == UINT64_MAX ? Json() : Json(plan->synthetic_room)},
       {"input_tokens", tokens.input},
       {"output_tokens", tokens.output},
       {"cost_usd", cost_of(call, wanted->parameters->model, tokens)},
       {"warnings", plan->warnings}});
}

Result<Reply> answer_generate_started(const Call& call, const engine::Answer& answer,
                                      const engine::DatasetState& state) {
  const std::string run = to_text(RunId(answer.subject));
  Reply reply = reply_with(
      {{"run", run}, {"seed", state.run(RunId(answer.subject))->seed}, {"position", answer.position}}, 202);
  reply.headers.emplace_back(
      "Location", "/api/v1/datasets/" + std::string(call.request.id("dataset")) + "/generations/" + run);
  return reply;
}

}  // namespace api
