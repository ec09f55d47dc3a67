// GET /api/v1/models: which language models are configured, and whether they answer. Never a key.
#include "api/grading_json.hpp"
#include "api/handlers.hpp"
#include "steps/llm/client.hpp"

namespace api {

namespace {
constexpr std::chrono::milliseconds patience{3000};
}

Result<Reply> list_models(const Call& call) {
  Json providers = Json::array();
  Json items = Json::array();
  const auto traffic = call.services->models.traffic();
  for (const steps::llm::ProviderStatus& status : call.services->models.status(patience)) {
    Json told{
        {"provider", status.provider},          {"base_url", status.base_url},
        {"reachable", status.reachable},        {"error", status.error.empty() ? Json() : Json(status.error)},
        {"latency_ms", status.latency.count()}, {"models", status.models}};
    for (const steps::llm::Traffic& one : traffic) {
      if (one.provider != status.provider) continue;
      told["traffic"] = {{"calls", one.calls},
                         {"failed", one.failed},
                         {"retries", one.retries},
                         {"limited", one.limited},
                         {"input_tokens", one.usage.input_tokens},
                         {"output_tokens", one.usage.output_tokens},
                         {"cost_usd", one.cost_usd}};
    }
    providers.push_back(std::move(told));
    for (const std::string& model : status.models) {
      items.push_back({{"id", status.provider + "/" + model},
                       {"model", model},
                       {"provider", status.provider},
                       {"reachable", status.reachable}});
    }
  }
  const std::size_t total = items.size();
  return reply_with(
      {{"items", items},
       {"next", nullptr},
       {"total", total},
       {"providers", providers},
       {"hint",
        providers.empty() ? Json("add a section [[models]] with name and base_url to rftd.toml") : Json()}});
}

}  // namespace api
