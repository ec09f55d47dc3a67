#include "steps/traces/chat_messages.hpp"

#include <algorithm>

#include "steps/text/json_string.hpp"
#include "steps/traces/media_parts.hpp"

namespace steps::traces {

using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;
using text::no_value;

JsonRef first_field(const JsonIndex& json, JsonRef object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const JsonRef value = json.field(object, name);
    if (value != no_value && !json.is(value, JsonKind::null)) return value;
  }
  return no_value;
}

std::string text_of(const JsonIndex& json, JsonRef value) {
  std::string out;
  if (value == no_value || json.is(value, JsonKind::null)) return out;
  if (json.is(value, JsonKind::string)) return std::string(json.string(value, out));
  text::append_compact(json.raw(value), out);
  return out;
}

namespace {

constexpr unsigned depth_max = 8;  // of JSON in strings of JSON, and of messages in messages

std::string json_quoted(std::string_view text) {
  std::string out;
  text::append_quoted(text, out);
  return out;
}

std::string role_name(std::string_view role) {
  if (role == "human") return "user";
  if (role == "ai" || role == "model") return "assistant";
  return role == "function" ? "tool" : std::string(role);
}

bool any_of(std::string_view text, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, text) != names.end();
}

bool may_be_json(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && (text[at] == '{' || text[at] == '[');
}

class Reader {
 public:
  Reader(std::string_view where, MessagesIn& in) : where_(where), in_(in) {}

  void read(const Datum& datum, std::string_view role, unsigned depth) {
    JsonIndex json;
    const bool is_json =
        (!datum.is_text || may_be_json(datum.bytes)) && depth < depth_max && !json.parse(datum.bytes);
    if (is_json && (!datum.is_text || holds_messages(json, json.root())))
      return read_value(json, json.root(), role, depth);
    if (!datum.is_text) return problem(Problem::not_json);
    if (!datum.bytes.empty())
      in_.messages.push_back({std::string(role), json_quoted(datum.bytes), {}, {}, {}});
  }

 private:
  void problem(Problem what) { add_problem(in_.problems, what, where_); }

  // Tells messages in a string from a text that happens to be JSON, such as an answer in JSON.
  static bool holds_messages(const JsonIndex& json, JsonRef value) {
    if (json.is(value, JsonKind::array)) {
      for (JsonRef c = json.first(value); c != json.end(value); c = json.next(c)) {
        if (!is_message(json, c) && !is_part(json, c) && !json.is(c, JsonKind::string)) return false;
      }
      return !json.has_children(value) || !json.is(json.first(value), JsonKind::string) ||
             may_be_json(json.raw_string(json.first(value)));
    }
    return is_message(json, value) || json.is(json.field(value, "messages"), JsonKind::array) ||
           json.is(json.field(value, "choices"), JsonKind::array);
  }

  static bool is_message(const JsonIndex& json, JsonRef value) {
    return first_field(json, value, {"role", "message", "parts", "tool_calls"}) != no_value;
  }

  static bool is_part(const JsonIndex& json, JsonRef value) {
    const JsonRef type = json.field(value, "type");
    return json.is(type, JsonKind::string) && json.field(value, "role") == no_value;
  }

  void read_value(const JsonIndex& json, JsonRef value, std::string_view role, unsigned depth) {
    if (depth >= depth_max) return problem(Problem::unknown_part);
    if (json.is(value, JsonKind::string)) {
      std::string text;
      return read({true, json.string(value, text)}, role, depth + 1);
    }
    if (json.is(value, JsonKind::array)) return read_array(json, value, role, depth);
    if (json.is(value, JsonKind::object)) return read_object(json, value, role, depth);
    if (!json.is(value, JsonKind::null)) problem(Problem::wrong_type);
  }

  void read_array(const JsonIndex& json, JsonRef array, std::string_view role, unsigned depth) {
    if (holds_items(json, array)) return read_items(json, array, role, depth);
    if (json.has_children(array) && is_part(json, json.first(array))) {
      Message message{std::string(role), {}, {}, {}, {}};
      read_parts(json, array, message);
      return keep(std::move(message));
    }
    for (JsonRef c = json.first(array); c != json.end(array); c = json.next(c))
      read_value(json, c, role, depth + 1);
  }

  // Parts of one message may have the same types, so those are told by how the list begins.
  static bool holds_items(const JsonIndex& json, JsonRef array) {
    if (!json.has_children(array)) return false;
    if (is_part(json, json.first(array))) return is_output_item(json, json.first(array));
    for (JsonRef c = json.first(array); c != json.end(array); c = json.next(c)) {
      if (is_output_item(json, c)) return true;
    }
    return false;
  }

  // The items of OpenAI's responses API: messages beside calls of functions and their outputs.
  static bool is_output_item(const JsonIndex& json, JsonRef value) {
    const std::string type = text_of(json, json.field(value, "type"));
    return any_of(type, {"message", "function_call", "function_call_output", "reasoning"}) &&
           (type != "reasoning" || json.field(value, "summary") != no_value);
  }

  void read_items(const JsonIndex& json, JsonRef array, std::string_view role, unsigned depth) {
    for (JsonRef c = json.first(array); c != json.end(array); c = json.next(c)) {
      const std::string type = text_of(json, json.field(c, "type"));
      if (type == "reasoning") {
        problem(Problem::reasoning_left_out);
      } else if (type == "function_call") {
        // Calls follow the text that the same answer may have.
        if (in_.messages.empty() || in_.messages.back().role != "assistant") {
          in_.messages.push_back({"assistant", {}, {}, {}, {}});
        }
        in_.messages.back().tool_calls.push_back(tool_call(json, c));
      } else if (type == "function_call_output") {
        in_.messages.push_back(tool_result(json, c));
      } else {
        read_value(json, c, role, depth + 1);
      }
    }
  }

  void read_object(const JsonIndex& json, JsonRef object, std::string_view role, unsigned depth) {
    const JsonRef reason = first_field(json, object, {"finish_reason", "finishReason", "stop_reason"});
    if (in_.finish_reason.empty() && json.is(reason, JsonKind::string))
      in_.finish_reason = text_of(json, reason);
    const JsonRef choices = json.field(object, "choices");
    if (json.is(choices, JsonKind::array)) return read_value(json, choices, "assistant", depth + 1);
    const JsonRef messages = first_field(json, object, {"messages", "prompt", "input"});
    const bool is_request = messages != no_value && json.field(object, "role") == no_value;
    if (is_request) {
      const JsonRef system = first_field(json, object, {"system", "instructions"});
      if (system != no_value) read_value(json, system, "system", depth + 1);
      return read_value(json, messages, role, depth + 1);
    }
    const JsonRef inner = json.field(object, "message");
    if (json.is(inner, JsonKind::object)) return read_value(json, inner, role, depth + 1);
    const JsonRef output = json.field(object, "output");
    if (json.is(output, JsonKind::array) && json.field(object, "role") == no_value) {
      return read_value(json, output, "assistant", depth + 1);
    }
    read_message(json, object, role);
  }

  void read_message(const JsonIndex& json, JsonRef object, std::string_view role) {
    const JsonRef said = json.field(object, "role");
    Message message{
        json.is(said, JsonKind::string) ? role_name(text_of(json, said)) : std::string(role), {}, {}, {}, {}};
    message.name = text_of(json, json.field(object, "name"));
    message.tool_call_id = text_of(json, first_field(json, object, {"tool_call_id", "toolCallId"}));
    if (message.role == "tool" && message.tool_call_id.empty())
      message.tool_call_id = text_of(json, json.field(object, "id"));
    const JsonRef content = first_field(json, object, {"content", "parts", "contents", "text"});
    if (json.is(content, JsonKind::array)) {
      read_parts(json, content, message);
    } else if (content != no_value) {
      message.content = json_quoted(text_of(json, content));
    }
    read_tool_calls(json, first_field(json, object, {"tool_calls", "toolCalls"}), message);
    const JsonRef function = json.field(object, "function_call");
    if (json.is(function, JsonKind::object)) message.tool_calls.push_back(tool_call(json, function));
    keep(std::move(message));
  }

  void read_tool_calls(const JsonIndex& json, JsonRef calls, Message& message) {
    if (json.is(calls, JsonKind::string)) {
      const std::string inside = text_of(json, calls);
      JsonIndex nested;
      if (nested.parse(inside) || !nested.is(nested.root(), JsonKind::array))
        return problem(Problem::not_json);
      return read_tool_calls(nested, nested.root(), message);
    }
    if (!json.is(calls, JsonKind::array)) return;
    for (JsonRef c = json.first(calls); c != json.end(calls); c = json.next(c)) {
      const JsonRef wrapped = json.field(c, "tool_call");
      message.tool_calls.push_back(tool_call(json, wrapped == no_value ? c : wrapped));
    }
  }

  static ToolCall tool_call(const JsonIndex& json, JsonRef object) {
    const JsonRef function = json.field(object, "function");
    const JsonRef holder = json.is(function, JsonKind::object) ? function : object;
    ToolCall call;
    call.id = text_of(json, first_field(json, object, {"call_id", "toolCallId", "tool_call_id", "id"}));
    call.name = text_of(json, first_field(json, holder, {"name", "toolName"}));
    call.arguments = text_of(json, first_field(json, holder, {"arguments", "input", "args", "parameters"}));
    if (call.arguments.empty()) call.arguments = "{}";
    return call;
  }

  static Message tool_result(const JsonIndex& json, JsonRef object) {
    Message message{"tool", {}, {}, {}, {}};
    message.tool_call_id =
        text_of(json, first_field(json, object, {"call_id", "toolCallId", "tool_use_id", "id"}));
    JsonRef result = first_field(json, object, {"response", "result", "output", "content"});
    // Vercel's {type: "json" | "text" | …, value}.
    const JsonRef value = first_field(json, result, {"value"});
    if (value != no_value && json.field(result, "type") != no_value) result = value;
    message.content = json_quoted(result_text(json, result));
    return message;
  }

  static std::string result_text(const JsonIndex& json, JsonRef result) {
    if (!json.is(result, JsonKind::array) || !json.has_children(result)) return text_of(json, result);
    std::string texts;
    for (JsonRef c = json.first(result); c != json.end(result); c = json.next(c)) {
      const JsonRef text = json.field(c, "text");
      if (!json.is(text, JsonKind::string)) return text_of(json, result);
      texts += (texts.empty() ? "" : "\n") + text_of(json, text);
    }
    return texts;
  }

  // Texts and other media become the content; calls and their results become what the chat form has for them.
  void read_parts(const JsonIndex& json, JsonRef parts, Message& message) {
    std::vector<std::string> contents;
    std::string only_text;
    bool all_text = true;
    for (JsonRef c = json.first(parts); c != json.end(parts); c = json.next(c)) {
      const JsonRef wrapped = json.field(c, "message_content");
      const JsonRef part = wrapped == no_value ? c : wrapped;
      const std::string type = text_of(json, json.field(part, "type"));
      const JsonRef text =
          json.is(part, JsonKind::string) ? part : first_field(json, part, {"text", "content"});
      if (any_of(type, {"tool_call", "tool-call", "tool_use", "function_call"})) {
        message.tool_calls.push_back(tool_call(json, part));
      } else if (any_of(type, {"tool_call_response", "tool-result", "tool_result", "function_call_output"})) {
        in_.messages.push_back(tool_result(json, part));
      } else if (any_of(type, {"reasoning", "thinking", "redacted_thinking", "redacted-reasoning"})) {
        problem(Problem::reasoning_left_out);
      } else if (any_of(type, {"", "text", "input_text", "output_text"}) && json.is(text, JsonKind::string)) {
        only_text = text_of(json, text);
        contents.push_back(R"({"type":"text","text":)" + json_quoted(only_text) + "}");
      } else if (std::string image = image_part(json, part, type); !image.empty()) {
        all_text = false;
        contents.push_back(std::move(image));
      } else {
        if (!any_of(type, {"image_url", "image", "input_image", "input_audio", "audio", "file"}))
          problem(Problem::unknown_part);
        all_text = false;
        contents.emplace_back();
        text::append_compact(json.raw(part), contents.back());
      }
    }
    if (contents.empty()) return;
    if (contents.size() == 1 && all_text) {
      message.content = json_quoted(only_text);
      return;
    }
    message.content = "[";
    for (const std::string& content : contents)
      message.content += (message.content.size() > 1 ? "," : "") + content;
    message.content += ']';
  }

  // A message of nothing but results of tools has become those.
  void keep(Message message) {
    const bool is_empty = message.content.empty() && message.tool_calls.empty();
    if (is_empty && message.role != "assistant") return;
    in_.messages.push_back(std::move(message));
  }

  std::string_view where_;
  MessagesIn& in_;
};

}  // namespace

void read_messages(const Datum& datum, std::string_view role, std::string_view where, MessagesIn& in) {
  Reader(where, in).read(datum, role, 0);
}

}  // namespace steps::traces
