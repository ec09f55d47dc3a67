#include "steps/text/normalize.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "steps/text/answer.hpp"
#include "steps/text/json_string.hpp"
#include "steps/text/scratch.hpp"
#include "steps/text/utf8.hpp"

namespace steps::text {
namespace {

using schemas::ErrorCode;
using schemas::Result;

// Writes one record; `out_` is an object that is still open.
class ShapeWriter {
 public:
  explicit ShapeWriter(const Scratch::State& state) : json_(state.json), parts_(state.parts) {}

  std::string chat(const Answer& answer) &&;
  std::string rft() &&;

 private:
  void add_field(std::string_view raw_key, std::string_view raw_value) {
    out_ += out_.size() > 1 ? "," : "";
    out_.append(raw_key).append(":");
    append_compact(raw_value, out_);
  }
  void begin_messages(std::size_t count);
  // The fields of `object` but for those named, the last of equal keys.
  void add_fields(JsonRef object, std::initializer_list<std::string_view> left_out);
  void add_rest_of_input();
  void add_output();

  const JsonIndex& json_;
  const RecordParts& parts_;
  std::string out_ = "{";
};

void ShapeWriter::begin_messages(std::size_t count) {
  out_ += "\"messages\":[";
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out_ += ',';
    append_compact(json_.raw(parts_.message[i].value), out_);
  }
}

std::string ShapeWriter::chat(const Answer& answer) && {
  begin_messages(parts_.prompt_size);
  if (answer.form != Answer::Form::none && parts_.prompt_size > 0) out_ += ',';
  append_answer(json_, answer, out_);
  out_ += ']';
  if (parts_.tools != no_value) add_field("\"tools\"", json_.raw(parts_.tools));
  for (const auto& [name, key] : {std::pair{"tool_choice", "\"tool_choice\""},
                                  std::pair{"parallel_tool_calls", "\"parallel_tool_calls\""}}) {
    const JsonRef inner = json_.field(parts_.holder, name);
    const JsonRef value = inner != no_value ? inner : json_.field(json_.root(), name);
    if (value != no_value) add_field(key, json_.raw(value));
  }
  return std::move(out_) + "}";
}

void ShapeWriter::add_fields(JsonRef object, std::initializer_list<std::string_view> left_out) {
  std::unordered_map<std::string, JsonRef> last;
  std::string buffer;
  const auto each = [&](auto&& take) {
    for (JsonRef key = json_.first(object); key != json_.end(object); key = json_.next(json_.value_of(key))) {
      const std::string_view name = json_.string(key, buffer);
      if (std::find(left_out.begin(), left_out.end(), name) == left_out.end()) take(std::string(name), key);
    }
  };
  each([&last](std::string name, JsonRef key) { last[std::move(name)] = key; });
  each([&](const std::string& name, JsonRef key) {
    if (last[name] == key) add_field(json_.raw(key), json_.raw(json_.value_of(key)));
  });
}

void ShapeWriter::add_rest_of_input() {
  ShapeWriter rest(*this);
  rest.out_ = "{";
  rest.add_fields(parts_.holder, {"messages", "tools"});
  if (rest.out_.size() > 1) add_field("\"input\"", rest.out_ + "}");
}

void ShapeWriter::add_output() {
  if (parts_.output != no_value) return add_field("\"output\"", json_.raw(parts_.output));
  const std::size_t count = parts_.message.size() - parts_.prompt_size;
  if (count == 0) return;
  Answer turn = find_answer(json_, parts_);
  std::string messages;
  append_answer(json_, turn, messages);
  add_field("\"output\"", count == 1 ? messages : "[" + messages + "]");
}

std::string ShapeWriter::rft() && {
  begin_messages(parts_.prompt_size);
  out_ += ']';
  if (parts_.tools != no_value) add_field("\"tools\"", json_.raw(parts_.tools));
  if (parts_.holder == json_.root()) {
    add_fields(json_.root(), {"messages", "tools", "output"});
  } else {
    add_fields(json_.root(), {"messages", "tools", "output", "input"});
    add_rest_of_input();
  }
  add_output();
  return std::move(out_) + "}";
}

bool read_record(std::string_view line, Scratch::State& state) {
  return !state.read(line) && state.json.is(state.json.root(), JsonKind::object) &&
         state.json.is(state.parts.messages, JsonKind::array);
}

JsonRef last_user_content(const RecordParts& parts) {
  for (std::size_t i = parts.prompt_size; i > 0; --i) {
    if (parts.message[i - 1].role == Role::user) return parts.message[i - 1].content;
  }
  return no_value;
}

// Appends `text` on one line, at most `characters_max` characters.
void append_line(std::string_view text, std::size_t characters_max, std::string& out) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::size_t characters = 0;
  std::size_t last_character = 0;  // where the last one begins in `out`
  bool is_space_due = false;
  const auto put = [&](std::string_view character) {
    last_character = out.size();
    out.append(character);
    ++characters;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_sequence(text, at);
    const std::string_view sequence = text.substr(at, std::max<std::size_t>(length, 1));
    at += sequence.size();
    const char32_t code_point = length == 0 ? 0xfffd : utf8_decode(sequence);
    if (code_point < 0x20 || code_point == 0x7f || (code_point >= 0x80 && code_point < 0xa0) ||
        is_space(code_point)) {
      is_space_due = characters > 0;
      continue;
    }
    const auto byte = static_cast<unsigned char>(sequence.front());
    const std::array<char, 4> escaped{'\\', 'x', hex[byte >> 4U], hex[byte & 0xfU]};
    const std::size_t needed = (is_space_due ? 1U : 0U) + (length == 0 ? escaped.size() : 1U);
    if (characters + needed > characters_max) {
      if (characters == characters_max && characters > 0) out.resize(last_character);
      if (characters_max > 0) out += "…";
      return;
    }
    if (is_space_due) put(" ");
    is_space_due = false;
    if (length != 0) put(sequence);
    for (std::size_t i = 0; length == 0 && i < escaped.size(); ++i) put({&escaped[i], 1});
  }
}

}  // namespace

std::optional<Shape> shape_from_name(std::string_view name) {
  if (name == "chat") return Shape::chat;
  if (name == "rft") return Shape::rft;
  if (name == "sft") return Shape::sft;
  return std::nullopt;
}

Result<std::optional<std::string>> to_shape(std::string_view line, Shape shape, Scratch& scratch) {
  Scratch::State& state = scratch.state();
  if (!read_record(line, state)) {
    return schemas::fail(ErrorCode::invalid_argument, "a JSON object with an array of messages",
                         "something else", "leave invalid records out, or export them raw");
  }
  if (shape == Shape::rft) return ShapeWriter(state).rft();
  const Answer answer = find_answer(state.json, state.parts);
  if (shape == Shape::sft) {
    std::string text, tools;
    append_answer_text(state.json, answer, text, tools);
    if (is_blank_text(text) && tools.empty()) return std::nullopt;
  }
  return ShapeWriter(state).chat(answer);
}

RecordText record_text(std::string_view line, Scratch& scratch) {
  RecordText texts;
  Scratch::State& state = scratch.state();
  if (!read_record(line, state)) return texts;
  const RecordParts& parts = state.parts;
  for (std::size_t i = 0; i < parts.prompt_size; ++i) {
    const Message& message = parts.message[i];
    if (message.role == Role::user) append_content_text(state.json, message.content, texts.all_user);
    if (message.role == Role::system || message.role == Role::developer) {
      append_content_text(state.json, message.content, texts.system);
    }
  }
  append_content_text(state.json, last_user_content(parts), texts.last_user);
  append_answer_text(state.json, find_answer(state.json, parts), texts.answer, texts.answer_tools);
  texts.has_answer = !is_blank_text(texts.answer) || !texts.answer_tools.empty();
  return texts;
}

std::string last_user_message(std::string_view line, Scratch& scratch) {
  std::string text;
  Scratch::State& state = scratch.state();
  if (read_record(line, state)) append_content_text(state.json, last_user_content(state.parts), text);
  return text;
}

std::string preview(std::string_view line, std::size_t characters_max, Scratch& scratch) {
  const std::string user = last_user_message(line, scratch);
  std::string shown;
  append_line(is_blank_text(user) ? line : std::string_view(user), characters_max, shown);
  return shown;
}

}  // namespace steps::text
