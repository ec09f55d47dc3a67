#include "steps/text/answer.hpp"

#include "steps/text/json_string.hpp"

namespace steps::text {
namespace {

// What a found value is: messages, a message's content, or something of its own.
Answer of_object(const JsonIndex& json, JsonRef object);

Answer of_list(const JsonIndex& json, JsonRef list) {
  Answer answer;
  bool are_messages = true, are_parts = true;
  for (JsonRef item = json.first(list); item != json.end(list); item = json.next(item)) {
    answer.messages.push_back(item);
    are_messages = are_messages && json.is(json.field(item, "role"), JsonKind::string);
    are_parts = are_parts && json.is(json.field(item, "type"), JsonKind::string);
  }
  answer.value = list;
  if (answer.messages.empty()) return {};
  answer.form =
      are_messages ? Answer::Form::messages : (are_parts ? Answer::Form::content : Answer::Form::other);
  return answer;
}

Answer of_value(const JsonIndex& json, JsonRef value) {
  switch (json.kind(value)) {
    case JsonKind::null:
      return {};
    case JsonKind::string:
      return {Answer::Form::content, value, {}};
    case JsonKind::array:
      return of_list(json, value);
    case JsonKind::object:
      return of_object(json, value);
    case JsonKind::boolean:
    case JsonKind::number:
      break;
  }
  return {Answer::Form::other, value, {}};
}

Answer of_object(const JsonIndex& json, JsonRef object) {
  if (json.is(json.field(object, "role"), JsonKind::string))
    return {Answer::Form::messages, object, {object}};
  if (const JsonRef choices = json.field(object, "choices"); json.is(choices, JsonKind::array)) {
    const JsonRef choice = json.has_children(choices) ? json.first(choices) : no_value;
    const JsonRef message = json.field(choice, "message");
    if (json.is(json.field(message, "role"), JsonKind::string))
      return {Answer::Form::messages, message, {message}};
    if (json.is(message, JsonKind::object)) return {Answer::Form::fields, message, {}};
  }
  if (const JsonRef list = json.field(object, "messages"); json.is(list, JsonKind::array))
    return of_list(json, list);
  const bool has_fields =
      json.field(object, "content") != no_value || json.is(json.field(object, "tool_calls"), JsonKind::array);
  return {has_fields ? Answer::Form::fields : Answer::Form::other, object, {}};
}

void append_message_text(const JsonIndex& json, JsonRef message, std::string& text, std::string& tool_calls) {
  append_content_text(json, json.field(message, "content"), text);
  const JsonRef calls = json.field(message, "tool_calls");
  if (!json.is(calls, JsonKind::array) || !json.has_children(calls)) return;
  tool_calls.clear();
  append_compact(json.raw(calls), tool_calls);
}

}  // namespace

Answer find_answer(const JsonIndex& json, const RecordParts& parts) {
  if (parts.output != no_value) return of_value(json, parts.output);
  Answer answer;
  for (std::size_t i = parts.prompt_size; i < parts.message.size(); ++i) {
    answer.form = Answer::Form::messages;
    answer.messages.push_back(parts.message[i].value);
  }
  return answer;
}

void append_answer(const JsonIndex& json, const Answer& answer, std::string& out) {
  constexpr std::string_view begin = R"({"role":"assistant")";
  switch (answer.form) {
    case Answer::Form::none:
      return;
    case Answer::Form::messages:
      for (const JsonRef message : answer.messages) {
        if (message != answer.messages.front()) out += ',';
        append_compact(json.raw(message), out);
      }
      return;
    case Answer::Form::content:
      out.append(begin).append(R"(,"content":)");
      append_compact(json.raw(answer.value), out);
      break;
    case Answer::Form::fields:
      out.append(begin);
      for (JsonRef key = json.first(answer.value); key != json.end(answer.value);
           key = json.next(json.value_of(key))) {
        if (json.string_equals(key, "role")) continue;
        out.append(",").append(json.raw(key)).append(":");
        append_compact(json.raw(json.value_of(key)), out);
      }
      break;
    case Answer::Form::other: {
      std::string compact;
      append_compact(json.raw(answer.value), compact);
      out.append(begin).append(R"(,"content":)");
      append_quoted(compact, out);
      break;
    }
  }
  out += '}';
}

void append_answer_text(const JsonIndex& json, const Answer& answer, std::string& text,
                        std::string& tool_calls) {
  switch (answer.form) {
    case Answer::Form::none:
      return;
    case Answer::Form::messages:
      for (const JsonRef message : answer.messages) append_message_text(json, message, text, tool_calls);
      return;
    case Answer::Form::content:
      return append_content_text(json, answer.value, text);
    case Answer::Form::fields:
      return append_message_text(json, answer.value, text, tool_calls);
    case Answer::Form::other:
      return append_compact(json.raw(answer.value), text);
  }
}

void append_content_text(const JsonIndex& json, JsonRef content, std::string& out) {
  for_each_text(json, content, [&](JsonRef text) {
    if (!out.empty()) out += '\n';
    append_unescaped(json.raw_string(text), out);
  });
}

}  // namespace steps::text
