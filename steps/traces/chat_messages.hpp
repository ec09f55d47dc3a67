// Reads chat messages from JSON in any of the forms that client libraries write: OpenAI's chat and responses,
// the parts of the GenAI conventions, Vercel's AI SDK, Anthropic's blocks, and the flattened forms of
// OpenInference and OpenLLMetry. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "steps/text/json_index.hpp"
#include "steps/traces/call.hpp"

namespace steps::traces {

// A value of a source: a plain text, or JSON.
struct Datum {
  bool is_text = true;
  std::string_view bytes;
};

struct MessagesIn {
  std::vector<Message> messages;
  std::string finish_reason;  // of the first answer; empty: not said
  std::vector<CallProblem> problems;
};

// Appends the messages that stand in `datum`. A text that is JSON of messages is read as such, any other text
// is one message of `role`. `where` names the attribute in problems.
void read_messages(const Datum& datum, std::string_view role, std::string_view where, MessagesIn& in);

// The tools that stand in `datum`, as a JSON array in OpenAI's form; empty when there are none.
[[nodiscard]] std::string read_tools(const Datum& datum);

// The first field of these names that is there and not null.
[[nodiscard]] text::JsonRef first_field(const text::JsonIndex& json, text::JsonRef object,
                                        std::initializer_list<std::string_view> names);
// A string's text; anything else as compact JSON; empty for no_value and null.
[[nodiscard]] std::string text_of(const text::JsonIndex& json, text::JsonRef value);

}  // namespace steps::traces
