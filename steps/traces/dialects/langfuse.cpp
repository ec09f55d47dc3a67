// Langfuse: an observation as its public API gives it.
#include <array>

#include "steps/traces/dialect.hpp"

namespace steps::traces {
namespace {

constexpr std::array marks{Mark{"traceId"}};
constexpr std::array not_calls{
    Mark{"type", "SPAN"},      Mark{"type", "EVENT"},     Mark{"type", "TOOL"},
    Mark{"type", "CHAIN"},     Mark{"type", "AGENT"},     Mark{"type", "RETRIEVER"},
    Mark{"type", "EVALUATOR"}, Mark{"type", "EMBEDDING"}, Mark{"type", "GUARDRAIL"},
};
constexpr std::array rules{
    Rule{"traceId", Field::trace_id},
    Rule{"id", Field::span_id},
    Rule{"startTime", Field::start, Form::time},
    Rule{"endTime", Field::end, Form::time},
    Rule{"completionStartTime", Field::first_token, Form::time},
    Rule{"model", Field::model_asked},
    Rule{"providedModelName", Field::model_asked},
    Rule{"output.model", Field::model_used},
    Rule{"input", Field::prompt},
    Rule{"output", Field::output},
    Rule{"input.tools", Field::tools},
    Rule{"modelParameters.tools", Field::tools},
    Rule{"usageDetails.input", Field::tokens_in},
    Rule{"usage.input", Field::tokens_in},
    Rule{"promptTokens", Field::tokens_in},
    Rule{"usageDetails.output", Field::tokens_out},
    Rule{"usage.output", Field::tokens_out},
    Rule{"completionTokens", Field::tokens_out},
    Rule{"usageDetails.input_cached_tokens", Field::tokens_cached},
    Rule{"usageDetails.output_reasoning_tokens", Field::tokens_reasoning},
    Rule{"costDetails.total", Field::cost},
    Rule{"totalCost", Field::cost},
    Rule{"calculatedTotalCost", Field::cost},
    Rule{"level", Field::failed},
    Rule{"statusMessage", Field::error_text},
    Rule{"sessionId", Field::session},
    Rule{"userId", Field::user},
    Rule{"tags", Field::label},
};

}  // namespace

const Dialect langfuse{"langfuse", marks, {}, not_calls, rules, nullptr};

}  // namespace steps::traces
