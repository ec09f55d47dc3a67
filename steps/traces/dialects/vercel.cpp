// Vercel's AI SDK: an outer span for what the program asked (ai.generateText), an inner one for each request
// to the model (ai.generateText.doGenerate).
#include <array>

#include "steps/traces/dialect.hpp"

namespace steps::traces {
namespace {

constexpr std::array marks{Mark{"ai.operationId"}};
constexpr std::array wrappers{
    Mark{"ai.operationId", "ai.generateText"},
    Mark{"ai.operationId", "ai.streamText"},
    Mark{"ai.operationId", "ai.generateObject"},
    Mark{"ai.operationId", "ai.streamObject"},
};
constexpr std::array not_calls{
    Mark{"ai.operationId", "ai.toolCall"},
    Mark{"ai.operationId", "ai.embed*"},
    Mark{"ai.operationId", "ai.rerank*"},
};
constexpr std::array rules{
    Rule{"gen_ai.request.model", Field::model_asked},
    Rule{"ai.model.id", Field::model_asked},
    Rule{"ai.response.model", Field::model_used},
    Rule{"ai.model.provider", Field::provider},
    Rule{"ai.prompt.messages", Field::prompt},
    Rule{"ai.prompt", Field::prompt, Form::json},  // {system, prompt} or {system, messages}
    Rule{"ai.response.text", Field::output_text},
    Rule{"ai.response.object", Field::output_text},
    Rule{"ai.response.toolCalls", Field::output_calls},
    Rule{"ai.prompt.tools", Field::tools},
    Rule{"ai.prompt.toolChoice", Field::tool_choice},
    Rule{"ai.response.finishReason", Field::finish_reason},
    Rule{"ai.usage.inputTokens", Field::tokens_in},
    Rule{"ai.usage.promptTokens", Field::tokens_in},  // until AI SDK 4
    Rule{"ai.usage.outputTokens", Field::tokens_out},
    Rule{"ai.usage.completionTokens", Field::tokens_out},
    Rule{"ai.usage.cachedInputTokens", Field::tokens_cached},
    Rule{"ai.usage.reasoningTokens", Field::tokens_reasoning},
    Rule{"ai.response.msToFirstChunk", Field::first_token, Form::milliseconds},
};

}  // namespace

const Dialect vercel{"vercel", marks, wrappers, not_calls, rules, nullptr};

}  // namespace steps::traces
