// OpenTelemetry's semantic conventions for generative AI: the current attributes (JSON of messages with
// parts, as text or structured), and those of earlier versions. Message events and log records are read in
// assemble.cpp.
#include <array>

#include "steps/traces/dialect.hpp"

namespace steps::traces {
namespace {

constexpr std::array marks{
    Mark{"gen_ai.operation.name"}, Mark{"gen_ai.input.messages"}, Mark{"gen_ai.output.messages"},
    Mark{"gen_ai.request.model"},  Mark{"gen_ai.prompt"},         Mark{"gen_ai.prompt.0.*"},
};
// An agent's span tells of the calls within it, and stands for one only where those were not recorded.
constexpr std::array wrappers{
    Mark{"gen_ai.operation.name", "invoke_agent"},
    Mark{"gen_ai.operation.name", "invoke_workflow"},
};
constexpr std::array not_calls{
    Mark{"gen_ai.operation.name", "embeddings"},   Mark{"gen_ai.operation.name", "execute_tool"},
    Mark{"gen_ai.operation.name", "create_agent"}, Mark{"gen_ai.operation.name", "retrieval"},
    Mark{"gen_ai.operation.name", "rerank"},
};
constexpr std::array rules{
    Rule{"gen_ai.request.model", Field::model_asked},
    Rule{"gen_ai.response.model", Field::model_used},
    Rule{"gen_ai.provider.name", Field::provider},
    Rule{"gen_ai.system", Field::provider},  // until 1.36
    Rule{"gen_ai.system_instructions", Field::system},
    Rule{"gen_ai.input.messages", Field::prompt},
    Rule{"gen_ai.prompt.", Field::prompt, Form::indexed},  // OpenLLMetry's form of the first versions
    Rule{"gen_ai.prompt", Field::prompt},                  // until 1.27
    Rule{"gen_ai.output.messages", Field::output},
    Rule{"gen_ai.completion.", Field::output, Form::indexed},
    Rule{"gen_ai.completion", Field::output},
    Rule{"gen_ai.tool.definitions", Field::tools},
    Rule{"gen_ai.request.tools", Field::tools},
    Rule{"gen_ai.request.tool_choice", Field::tool_choice},
    Rule{"gen_ai.response.finish_reasons", Field::finish_reason},
    Rule{"gen_ai.usage.input_tokens", Field::tokens_in},
    Rule{"gen_ai.usage.prompt_tokens", Field::tokens_in},  // until 1.26
    Rule{"gen_ai.usage.output_tokens", Field::tokens_out},
    Rule{"gen_ai.usage.completion_tokens", Field::tokens_out},
    Rule{"gen_ai.usage.cache_read.input_tokens", Field::tokens_cached},
    Rule{"gen_ai.usage.reasoning.output_tokens", Field::tokens_reasoning},
    Rule{"gen_ai.usage.cost", Field::cost},
    Rule{"gen_ai.response.time_to_first_chunk", Field::first_token, Form::seconds},
    Rule{"gen_ai.server.time_to_first_token", Field::first_token, Form::seconds},
    Rule{"error.type", Field::error},
};

}  // namespace

const Dialect genai{"genai", marks, wrappers, not_calls, rules, nullptr};

}  // namespace steps::traces
