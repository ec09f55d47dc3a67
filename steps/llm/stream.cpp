#include "steps/llm/stream.hpp"

#include <charconv>

#include "steps/llm/wire.hpp"
#include "steps/text/json_string.hpp"

namespace steps::llm {

using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;

schemas::Result<void> StreamReader::feed(std::string_view bytes, const OnText& on_text) {
  for (const char c : bytes) {
    if (c != '\n') {
      line_ += c;
      continue;
    }
    if (line_.ends_with('\r')) line_.pop_back();
    if (line_.empty() && !event_.empty()) {
      if (auto taken = take_event(on_text); !taken) return taken;
      event_.clear();
    } else if (line_.starts_with("data:")) {
      event_ += std::string_view(line_).substr(line_.starts_with("data: ") ? 6 : 5);
    }
    line_.clear();
  }
  return {};
}

schemas::Result<void> StreamReader::take_event(const OnText& on_text) {
  if (event_ == "[DONE]") {
    is_done_ = true;
    return {};
  }
  JsonIndex json;
  if (json.parse(event_) || !json.is(json.root(), JsonKind::object)) {
    return schemas::fail(schemas::ErrorCode::corrupt, "a stream of JSON events",
                         "'" + beginning(event_) + "'");
  }
  const JsonRef root = json.root();
  if (json.is(json.field(root, "error"), JsonKind::object)) {
    return schemas::fail(schemas::ErrorCode::unavailable, "the stream to go on",
                         read_complaint(event_).message);
  }
  has_begun_ = true;
  if (answer_.model.empty()) answer_.model = string_field(json, root, "model");
  if (const Usage usage = usage_of(json, root); usage.input_tokens + usage.output_tokens > 0)
    answer_.usage = usage;
  const JsonRef choices = json.field(root, "choices");
  if (!json.is(choices, JsonKind::array) || !json.has_children(choices)) return {};
  const JsonRef choice = json.first(choices);
  if (!json.is(choice, JsonKind::object)) return {};
  if (const auto reason = string_field(json, choice, "finish_reason"); !reason.empty()) {
    answer_.finish = finish_from(reason);
    has_reason_ = true;
  }
  const JsonRef delta = json.field(choice, "delta");
  if (!json.is(delta, JsonKind::object)) return {};
  if (const auto piece = string_field(json, delta, "content"); !piece.empty()) {
    answer_.text += piece;
    if (on_text) on_text(piece);
  }
  answer_.refusal += string_field(json, delta, "refusal");
  const JsonRef calls = json.field(delta, "tool_calls");
  if (!json.is(calls, JsonKind::array)) return {};
  for (JsonRef call = json.first(calls); call != json.end(calls); call = json.next(call)) {
    if (!json.is(call, JsonKind::object)) continue;
    std::uint64_t index = 0;
    if (const JsonRef at = json.field(call, "index"); json.is(at, JsonKind::number))
      std::from_chars(json.raw(at).data(), json.raw(at).data() + json.raw(at).size(), index);
    ToolCall& known = calls_[index];
    known.id += string_field(json, call, "id");
    const JsonRef function = json.field(call, "function");
    known.name += string_field(json, function == text::no_value ? call : function, "name");
    known.arguments += string_field(json, function == text::no_value ? call : function, "arguments");
  }
  return {};
}

schemas::Result<ChatAnswer> StreamReader::finish() {
  if (!is_done_ && !has_reason_) {
    return schemas::fail(schemas::ErrorCode::unavailable, "the stream to reach its end",
                         "it broke off after " + std::to_string(answer_.text.size()) + " bytes of text");
  }
  for (const auto& [index, call] : calls_) {
    answer_.tool_calls += answer_.tool_calls.empty() ? "[" : ",";
    answer_.tool_calls += R"({"id":)";
    text::append_quoted(call.id, answer_.tool_calls);
    answer_.tool_calls += R"(,"type":"function","function":{"name":)";
    text::append_quoted(call.name, answer_.tool_calls);
    answer_.tool_calls += R"(,"arguments":)";
    text::append_quoted(call.arguments, answer_.tool_calls);
    answer_.tool_calls += "}}";
  }
  if (!answer_.tool_calls.empty()) {
    answer_.tool_calls += "]";
    if (answer_.finish == Finish::stop || answer_.finish == Finish::other)
      answer_.finish = Finish::tool_calls;
  }
  if (!answer_.refusal.empty()) answer_.finish = Finish::refused;
  return answer_;
}

}  // namespace steps::llm
