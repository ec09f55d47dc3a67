#include "steps/traces/message_items.hpp"

#include <algorithm>

namespace steps::traces {
namespace {

using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;
using text::no_value;

bool is_item(const JsonIndex& json, JsonRef value) {
  if (!json.is(value, JsonKind::object)) return false;
  if (json.field(value, "role") != no_value) return json.field(value, "content") != no_value;
  const std::string type = text_of(json, json.field(value, "type"));
  return type == "function_call" || type == "function_call_output" || type == "reasoning";
}

bool is_list_of_items(std::string_view text) {
  JsonIndex json;
  if (!text.starts_with("[{\"") || json.parse(text)) return false;
  const JsonRef list = json.root();
  for (JsonRef item = json.first(list); item != json.end(list); item = json.next(item)) {
    if (!is_item(json, item)) return false;
  }
  return true;
}

}  // namespace

void join_tool_calls(std::vector<Message>& messages) {
  std::vector<Message> joined;
  for (Message& message : messages) {
    const bool only_calls =
        message.role == "assistant" && message.content.empty() && !message.tool_calls.empty();
    if (only_calls && !joined.empty() && joined.back().role == "assistant") {
      std::ranges::move(message.tool_calls, std::back_inserter(joined.back().tool_calls));
    } else {
      joined.push_back(std::move(message));
    }
  }
  messages = std::move(joined);
}

void unpack_items(std::string_view where, MessagesIn& in) {
  if (in.messages.size() != 1 || in.messages.front().role != "user") return;
  // A string in JSON that begins so is a text that begins with [{".
  if (!in.messages.front().content.starts_with(R"("[{\")")) return;
  JsonIndex json;
  if (json.parse(in.messages.front().content)) return;
  const std::string text = text_of(json, json.root());
  if (!is_list_of_items(text)) return;
  in.messages.clear();
  read_messages({false, text}, "user", where, in);
}

}  // namespace steps::traces
