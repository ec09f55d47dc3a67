// Gives the parts of a record to those who read it, and writes it in the shapes it is exported in.
// Runs on: any thread, one Scratch per thread. Pure; judges nothing and never changes a value: what is
// written is made of the bytes of the line, so numbers of any size and odd escapes come out as they came in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/error.hpp"
#include "steps/text/record.hpp"

namespace steps::text {

// chat: {messages, tools?, tool_choice?, parallel_tool_calls?}, the recorded answer again as the last
// message. rft: {messages, tools?, every other top-level field, output?}: messages is the prompt, output the
// recorded answer. sft: chat, for records that have an answer (text that is not blank, or tool calls).
enum class Shape : std::uint8_t { chat, rft, sft };

[[nodiscard]] std::optional<Shape> shape_from_name(std::string_view name);

// One JSON object on one line, without white space between tokens. nullopt: sft, and there is no answer.
// invalid_argument when the line is no JSON object with an array of messages; records with other faults are
// written.
//
// An answer is written as an assistant message, whatever it was recorded as: a message or several; an OpenAI
// response (choices[0].message); {messages: […]}; a string; an array of content parts; an object without
// role, but with content or tool_calls. Any other JSON value becomes the message's text. In rft, `output` is
// the value as recorded; a trailing assistant turn becomes that message, or the array of them when it had
// several. Of {input: {…}} the messages and tools are lifted out; what else stood in `input` stays there. Of
// duplicate keys the last is kept. Writing the rft shape again changes nothing; its content_hash is that of
// the line.
[[nodiscard]] schemas::Result<std::optional<std::string>> to_shape(std::string_view line, Shape shape,
                                                                   Scratch& scratch);

// Valid UTF-8. Text parts of one message, and messages, are joined by "\n"; empty where there is nothing.
struct RecordText {
  std::string last_user;
  std::string all_user;      // of the prompt, in order
  std::string system;        // system and developer messages
  std::string answer;        // of the recorded answer; a JSON value that is no message, as compact JSON
  std::string answer_tools;  // the tool_calls of the answer as compact JSON; empty without any
  bool has_answer = false;   // text that is not blank, or tool calls
};

// All empty for a line that is no JSON object with an array of messages.
[[nodiscard]] RecordText record_text(std::string_view line, Scratch& scratch);

// RecordText::last_user alone.
[[nodiscard]] std::string last_user_message(std::string_view line, Scratch& scratch);

// At most `characters_max` characters (code points) on one line, for lists: the last user message, or the
// line itself where there is none or where it is no JSON. White space and control characters become single
// spaces, bytes that are not UTF-8 become \xNN, and "…" is the last character of what was cut.
[[nodiscard]] std::string preview(std::string_view line, std::size_t characters_max, Scratch& scratch);

}  // namespace steps::text
