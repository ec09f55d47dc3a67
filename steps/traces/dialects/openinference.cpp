// OpenInference: flattened messages, `openinference.span.kind` says what a span is.
#include <array>

#include "steps/traces/dialect.hpp"

namespace steps::traces {
namespace {

constexpr std::array marks{Mark{"openinference.span.kind"}, Mark{"llm.input_messages.0.*"}};
// Every other kind of span is around calls, or beside them.
constexpr std::array not_calls{
    Mark{"openinference.span.kind", "CHAIN"},     Mark{"openinference.span.kind", "AGENT"},
    Mark{"openinference.span.kind", "TOOL"},      Mark{"openinference.span.kind", "RETRIEVER"},
    Mark{"openinference.span.kind", "EMBEDDING"}, Mark{"openinference.span.kind", "RERANKER"},
    Mark{"openinference.span.kind", "GUARDRAIL"}, Mark{"openinference.span.kind", "EVALUATOR"},
    Mark{"openinference.span.kind", "PROMPT"},    Mark{"openinference.span.kind", "UNKNOWN"},
};
constexpr std::array rules{
    Rule{"llm.model_name", Field::model_asked},
    Rule{"llm.provider", Field::provider},
    Rule{"llm.system", Field::provider},
    Rule{"llm.input_messages.", Field::prompt, Form::indexed},
    Rule{"input.value", Field::prompt},  // the whole request, where the messages were not taken apart
    Rule{"llm.output_messages.", Field::output, Form::indexed_items},
    Rule{"output.value", Field::output},
    Rule{"llm.tools.", Field::tools, Form::indexed},
    Rule{"llm.finish_reason", Field::finish_reason},
    Rule{"llm.token_count.prompt", Field::tokens_in},
    Rule{"llm.token_count.completion", Field::tokens_out},
    Rule{"llm.token_count.prompt_details.cache_read", Field::tokens_cached},
    Rule{"llm.token_count.completion_details.reasoning", Field::tokens_reasoning},
    Rule{"llm.cost.total", Field::cost},
};

}  // namespace

const Dialect openinference{"openinference", marks, {}, not_calls, rules, nullptr};

}  // namespace steps::traces
