// Makes what a grader sees of a record and of an answer. Pure; any thread, one Scratch per thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/error.hpp"
#include "steps/grade/grader.hpp"
#include "steps/llm/chat.hpp"
#include "steps/text/normalize.hpp"

namespace steps::grade {

// {messages, tools?, every other top-level field but the recorded answer, user_message}. user_message is the
// text of the last user message, unless the record has a field of that name. invalid_argument for a line that
// is no record.
[[nodiscard]] schemas::Result<std::string> item_of(std::string_view line, text::Scratch& scratch);

// {output_text, output_json?, output_tools}: output_json where the whole text, or the one fenced block in it,
// is a JSON object or array; output_tools is [] without calls. `tool_calls`: JSON array or empty.
[[nodiscard]] std::string sample_of(std::string_view text, std::string_view tool_calls);

// The record's recorded answer; nullopt when it has none.
[[nodiscard]] std::optional<std::string> recorded_sample(std::string_view line, text::Scratch& scratch);

// What a model is asked to answer a record: the prompt and its tools, no parameters yet.
[[nodiscard]] schemas::Result<llm::ChatRequest> request_of(std::string_view line, text::Scratch& scratch);

}  // namespace steps::grade
