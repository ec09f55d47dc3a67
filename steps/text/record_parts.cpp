#include "steps/text/record_parts.hpp"

namespace steps::text {
namespace {

Role role_of(const JsonIndex& json, JsonRef role) {
  if (!json.is(role, JsonKind::string)) return Role::none;
  if (json.string_equals(role, "user")) return Role::user;
  if (json.string_equals(role, "assistant")) return Role::assistant;
  if (json.string_equals(role, "system")) return Role::system;
  if (json.string_equals(role, "tool")) return Role::tool;
  if (json.string_equals(role, "developer")) return Role::developer;
  if (json.string_equals(role, "function")) return Role::function;
  return Role::none;
}

Message read_message(const JsonIndex& json, JsonRef value) {
  Message message;
  message.value = value;
  if (!json.is(value, JsonKind::object)) return message;
  for (JsonRef key = json.first(value); key != json.end(value); key = json.next(json.value_of(key))) {
    const JsonRef field = json.value_of(key);
    if (json.string_equals(key, "role")) {
      message.role_value = field;
    } else if (json.string_equals(key, "content")) {
      message.content = field;
    } else if (json.string_equals(key, "tool_calls")) {
      message.tool_calls = field;
    } else if (json.string_equals(key, "tool_call_id")) {
      message.tool_call_id = field;
    } else if (json.string_equals(key, "function_call")) {
      message.function_call = field;
    } else if (json.string_equals(key, "name")) {
      message.name = field;
    }
  }
  message.role = role_of(json, message.role_value);
  return message;
}

JsonRef unless_null(const JsonIndex& json, JsonRef value) {
  return json.is(value, JsonKind::null) ? no_value : value;
}

}  // namespace

void find_parts(const JsonIndex& json, RecordParts& parts) {
  parts.message.clear();
  JsonRef messages = no_value, tools = no_value, output = no_value, input = no_value, metadata = no_value;
  for (JsonRef key = json.first(json.root()); key != json.end(json.root());
       key = json.next(json.value_of(key))) {
    const JsonRef field = json.value_of(key);
    if (json.string_equals(key, "messages")) messages = field;
    if (json.string_equals(key, "tools")) tools = field;
    if (json.string_equals(key, "output")) output = field;
    if (json.string_equals(key, "input")) input = field;
    if (json.string_equals(key, "metadata")) metadata = field;
  }
  parts.holder = json.root();
  if (messages == no_value && json.is(input, JsonKind::object)) {
    parts.holder = input;
    messages = json.field(input, "messages");
    if (const JsonRef inner = unless_null(json, json.field(input, "tools")); inner != no_value) tools = inner;
  }
  parts.messages = messages;
  parts.tools = unless_null(json, tools);
  parts.output = unless_null(json, output);
  parts.metadata = metadata;
  parts.prompt_size = 0;
  if (!json.is(messages, JsonKind::array)) return;
  for (JsonRef value = json.first(messages); value != json.end(messages); value = json.next(value)) {
    parts.message.push_back(read_message(json, value));
  }
  parts.prompt_size = parts.message.size();
  if (parts.output != no_value) return;
  while (parts.prompt_size > 0 && parts.message[parts.prompt_size - 1].role == Role::assistant)
    --parts.prompt_size;
}

}  // namespace steps::text
