// OpenLLMetry (Traceloop): today the general conventions, before that flattened prompts and completions and
// llm.* names.
#include <array>

#include "steps/traces/dialect.hpp"

namespace steps::traces {
namespace {

constexpr std::array marks{Mark{"llm.request.type"}, Mark{"gen_ai.prompt.0.*"}};
constexpr std::array not_calls{
    Mark{"llm.request.type", "embedding"},
    Mark{"llm.request.type", "rerank"},
};
constexpr std::array rules{
    Rule{"gen_ai.prompt.", Field::prompt, Form::indexed},
    Rule{"gen_ai.completion.", Field::output, Form::indexed},
    Rule{"llm.request.functions.", Field::tools, Form::indexed},
    Rule{"llm.vendor", Field::provider},
    Rule{"llm.request.model", Field::model_asked},
    Rule{"llm.response.model", Field::model_used},
    Rule{"llm.usage.prompt_tokens", Field::tokens_in},
    Rule{"llm.usage.completion_tokens", Field::tokens_out},
    Rule{"gen_ai.usage.cache_read_input_tokens", Field::tokens_cached},
    Rule{"llm.response.finish_reason", Field::finish_reason},
    Rule{"gen_ai.completion.0.finish_reason", Field::finish_reason},
};

}  // namespace

const Dialect traceloop{"traceloop", marks, {}, not_calls, rules, &genai};

}  // namespace steps::traces
