// Recognises the forms a recorded answer comes in and writes it as assistant messages.
// Runs on: any thread. Internal to steps/text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "steps/text/record_parts.hpp"

namespace steps::text {

struct Answer {
  enum class Form : std::uint8_t {
    none,
    messages,  // whole messages
    content,   // `value` is a string or an array of content parts: the content of a message
    fields,    // `value` is a message without a role
    other,     // `value` is JSON of its own; its text is the content
  };
  Form form = Form::none;
  JsonRef value = no_value;
  std::vector<JsonRef> messages;
};

[[nodiscard]] Answer find_answer(const JsonIndex& json, const RecordParts& parts);

// Appends the messages as JSON objects, commas between them.
void append_answer(const JsonIndex& json, const Answer& answer, std::string& out);

// Appends the answer's text, "\n" between parts, and its tool calls as compact JSON (those of the last
// message with any).
void append_answer_text(const JsonIndex& json, const Answer& answer, std::string& text,
                        std::string& tool_calls);

// Appends the texts of a content, "\n" before each but the first in `out`.
void append_content_text(const JsonIndex& json, JsonRef content, std::string& out);

}  // namespace steps::text
