// Finds the parts of a record in its JSON, whatever accepted shape it has: what is asked, what was answered.
// Runs on: any thread. Internal to steps/text; judges nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "steps/text/json_index.hpp"

namespace steps::text {

enum class Role : std::uint8_t { none, system, developer, user, assistant, tool, function };

// The fields of one message that matter here; no_value where the message lacks one.
struct Message {
  JsonRef value = no_value;
  Role role = Role::none;  // none: missing, no string, or unknown
  JsonRef role_value = no_value;
  JsonRef content = no_value;
  JsonRef tool_calls = no_value;
  JsonRef tool_call_id = no_value;
  JsonRef function_call = no_value;
  JsonRef name = no_value;
};

struct RecordParts {
  JsonRef holder = no_value;    // the object that `messages` stands in: the root, or its `input`
  JsonRef messages = no_value;  // as it stands there, of any kind
  JsonRef tools = no_value;     // beside `messages`; null counts as absent
  JsonRef output = no_value;    // top-level; null counts as absent
  JsonRef metadata = no_value;
  std::vector<Message> message;  // one per element when `messages` is an array
  // message[prompt_size ..] is the trailing assistant turn, which is the recorded answer when there is no
  // `output`.
  std::size_t prompt_size = 0;

  [[nodiscard]] bool has_answer() const { return output != no_value || prompt_size < message.size(); }
};

// `json` holds an object. Reuses the memory of `parts`.
void find_parts(const JsonIndex& json, RecordParts& parts);

// Calls take(string value) for every text of a `content`: the string itself, or the strings and the `text`
// fields of an array of parts. Gives true when there is something else that counts as content: a part of
// another type (an image, a sound, a file), recognised by its `type`.
template <class Take>
bool for_each_text(const JsonIndex& json, JsonRef content, Take&& take) {
  if (json.is(content, JsonKind::string)) take(content);
  if (!json.is(content, JsonKind::array)) return false;
  bool has_other = false;
  for (JsonRef part = json.first(content); part != json.end(content); part = json.next(part)) {
    if (json.is(part, JsonKind::string)) take(part);
    const JsonRef text = json.field(part, "text");
    const JsonRef type = json.field(part, "type");
    if (json.is(text, JsonKind::string)) take(text);
    has_other =
        has_other || (json.is(type, JsonKind::string) && !json.string_equals(type, "text") &&
                      !json.string_equals(type, "input_text") && !json.string_equals(type, "output_text"));
  }
  return has_other;
}

}  // namespace steps::text
