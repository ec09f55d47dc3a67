// Plain JSON lines of calls: a request of the chat API and its answer under the names that people give them.
#include <array>

#include "steps/traces/dialect.hpp"

namespace steps::traces {
namespace {

constexpr std::array marks{Mark{"messages"}, Mark{"request.messages"}, Mark{"input"}, Mark{"prompt"}};
constexpr std::array rules{
    Rule{"trace_id", Field::trace_id},
    Rule{"span_id", Field::span_id},
    Rule{"id", Field::span_id},
    Rule{"start_time", Field::start, Form::time},
    Rule{"timestamp", Field::start, Form::time},
    Rule{"created", Field::start, Form::time},
    Rule{"time", Field::start, Form::time},
    Rule{"end_time", Field::end, Form::time},
    Rule{"model", Field::model_asked},
    Rule{"request.model", Field::model_asked},
    Rule{"response.model", Field::model_used},
    Rule{"output.model", Field::model_used},
    Rule{"provider", Field::provider},
    Rule{"messages", Field::prompt},
    Rule{"request", Field::prompt},
    Rule{"input", Field::prompt},
    Rule{"prompt", Field::prompt},
    Rule{"output", Field::output},
    Rule{"response", Field::output},
    Rule{"completion", Field::output},
    Rule{"choices", Field::output},
    Rule{"tools", Field::tools},
    Rule{"request.tools", Field::tools},
    Rule{"input.tools", Field::tools},
    Rule{"tool_choice", Field::tool_choice},
    Rule{"request.tool_choice", Field::tool_choice},
    Rule{"usage.prompt_tokens", Field::tokens_in},
    Rule{"response.usage.prompt_tokens", Field::tokens_in},
    Rule{"output.usage.prompt_tokens", Field::tokens_in},
    Rule{"usage.completion_tokens", Field::tokens_out},
    Rule{"response.usage.completion_tokens", Field::tokens_out},
    Rule{"output.usage.completion_tokens", Field::tokens_out},
    Rule{"cost", Field::cost},
    Rule{"error.message", Field::error},
    Rule{"error", Field::error},
    Rule{"session_id", Field::session},
    Rule{"metadata.session_id", Field::session},
    Rule{"thread_id", Field::thread},
    Rule{"run_id", Field::run},
    Rule{"user", Field::user},
    Rule{"metadata.user_id", Field::user},
    Rule{"tags", Field::label},
    Rule{"label", Field::label},
};

}  // namespace

const Dialect plain{"plain", marks, {}, {}, rules, nullptr};

}  // namespace steps::traces
