// vLLora: run > cloud_api_invoke > api_invoke > model_call > the provider's own span, each with the request
// and what came of it in attributes without a common prefix, which is why the spans are told by their names.
#include <array>

#include "steps/traces/dialect.hpp"

namespace steps::traces {
namespace {

constexpr std::array marks{
    Mark{"", "api_invoke"}, Mark{"", "cloud_api_invoke"}, Mark{"", "model_call"}, Mark{"", "openai"},
    Mark{"", "anthropic"},  Mark{"", "gemini"},           Mark{"", "bedrock"},
};
constexpr std::array wrappers{Mark{"", "api_invoke"}, Mark{"", "cloud_api_invoke"}, Mark{"", "model_call"}};
constexpr std::array rules{
    Rule{"model_name", Field::model_asked},
    Rule{"request.model", Field::model_asked},
    Rule{"model.name", Field::model_asked},
    Rule{"inference_model_name", Field::model_used},
    Rule{"response.model", Field::model_used},
    Rule{"output.model", Field::model_used},
    Rule{"provider_name", Field::provider},
    Rule{"provider", Field::provider},
    Rule{"request", Field::prompt},
    Rule{"input", Field::prompt},
    Rule{"output", Field::output},
    Rule{"response", Field::output},
    Rule{"request.tools", Field::tools},
    Rule{"request.tool_choice", Field::tool_choice},
    Rule{"usage.input_tokens", Field::tokens_in},
    Rule{"usage.prompt_tokens", Field::tokens_in},
    Rule{"usage.output_tokens", Field::tokens_out},
    Rule{"usage.completion_tokens", Field::tokens_out},
    Rule{"usage.prompt_tokens_details.cached_tokens", Field::tokens_cached},
    Rule{"usage.completion_tokens_details.reasoning_tokens", Field::tokens_reasoning},
    Rule{"cost.cost", Field::cost},
    Rule{"cost", Field::cost},
    Rule{"ttft", Field::first_token, Form::microseconds},
    Rule{"error", Field::error},
    Rule{"user_id", Field::user},
    Rule{"tags", Field::label},
};

}  // namespace

const Dialect vllora{"vllora", marks, wrappers, {}, rules, nullptr};

}  // namespace steps::traces
