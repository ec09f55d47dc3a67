// LiteLLM's StandardLoggingPayload, one JSON object a call.
#include <array>

#include "steps/traces/dialect.hpp"

namespace steps::traces {
namespace {

constexpr std::array marks{Mark{"call_type"}, Mark{"response_cost"}};
constexpr std::array not_calls{
    Mark{"call_type", "embedding"},        Mark{"call_type", "aembedding"},
    Mark{"call_type", "image_generation"}, Mark{"call_type", "transcription"},
    Mark{"call_type", "atranscription"},   Mark{"call_type", "aimage_generation"},
    Mark{"call_type", "moderation"},       Mark{"call_type", "amoderation"},
    Mark{"call_type", "rerank"},           Mark{"call_type", "arerank"},
    Mark{"call_type", "aspeech"},          Mark{"call_type", "speech"},
};
constexpr std::array rules{
    Rule{"trace_id", Field::trace_id},
    Rule{"id", Field::span_id},
    Rule{"startTime", Field::start, Form::time},
    Rule{"endTime", Field::end, Form::time},
    Rule{"completionStartTime", Field::first_token, Form::time},
    Rule{"model_group", Field::model_asked},
    Rule{"model", Field::model_asked},
    Rule{"response.model", Field::model_used},
    Rule{"custom_llm_provider", Field::provider},
    Rule{"messages", Field::prompt},
    Rule{"response", Field::output},
    Rule{"model_parameters.tools", Field::tools},
    Rule{"model_parameters.tool_choice", Field::tool_choice},
    Rule{"prompt_tokens", Field::tokens_in},
    Rule{"completion_tokens", Field::tokens_out},
    Rule{"response.usage.prompt_tokens_details.cached_tokens", Field::tokens_cached},
    Rule{"response.usage.completion_tokens_details.reasoning_tokens", Field::tokens_reasoning},
    Rule{"response_cost", Field::cost},
    Rule{"status", Field::failed},
    Rule{"error_str", Field::error_text},
    Rule{"error_information.error_message", Field::error_text},
    Rule{"session_id", Field::session},
    Rule{"metadata.requester_metadata.session_id", Field::session},
    Rule{"metadata.session_id", Field::session},
    Rule{"end_user", Field::user},
    Rule{"metadata.user_api_key_end_user_id", Field::user},
    Rule{"metadata.user_api_key_user_id", Field::user},
    Rule{"request_tags", Field::label},
};

}  // namespace

const Dialect litellm{"litellm", marks, {}, not_calls, rules, nullptr};

}  // namespace steps::traces
