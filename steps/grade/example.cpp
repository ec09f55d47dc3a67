#include "steps/grade/example.hpp"

#include "steps/grade/json_in_text.hpp"
#include "steps/text/json_index.hpp"
#include "steps/text/json_string.hpp"

namespace steps::grade {

using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text::is_json_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && text::is_json_space(text.back())) text.remove_suffix(1);
  return text;
}

bool is_container(std::string_view text) {
  if (text.empty() || (text.front() != '{' && text.front() != '[')) return false;
  JsonIndex json;
  return !json.parse(text);
}

// A record in its rft shape, which every accepted shape has.
schemas::Result<std::string> shaped(std::string_view line, text::Scratch& scratch) {
  auto record = text::to_shape(line, text::Shape::rft, scratch);
  if (!record) return std::unexpected(record.error());
  return record->value_or("{}");
}

}  // namespace

std::string_view json_in_text(std::string_view text) {
  const auto whole = trimmed(text);
  if (is_container(whole)) return whole;
  constexpr std::string_view fence = "```";
  const auto open = text.find(fence);
  if (open == std::string_view::npos) return {};
  const auto line_end = text.find('\n', open);
  const auto close = text.find(fence, open + fence.size());
  if (line_end == std::string_view::npos || close == std::string_view::npos || line_end > close) return {};
  if (text.find(fence, close + fence.size()) != std::string_view::npos) return {};
  const auto inner = trimmed(text.substr(line_end, close - line_end));
  return is_container(inner) ? inner : std::string_view{};
}

schemas::Result<std::string> item_of(std::string_view line, text::Scratch& scratch) {
  const auto record = shaped(line, scratch);
  if (!record) return std::unexpected(record.error());
  JsonIndex json;
  if (json.parse(*record)) return schemas::fail(schemas::ErrorCode::internal, "a record in JSON", *record);
  std::string item = "{";
  bool has_user_message = false;
  for (JsonRef key = json.first(json.root()); key != json.end(json.root());
       key = json.next(json.value_of(key))) {
    if (json.string_equals(key, "output")) continue;
    has_user_message = has_user_message || json.string_equals(key, "user_message");
    if (item.size() > 1) item += ',';
    item += json.raw(key);
    item += ':';
    item += json.raw(json.value_of(key));
  }
  if (!has_user_message) {
    item += item.size() > 1 ? ",\"user_message\":" : "\"user_message\":";
    text::append_quoted(text::last_user_message(line, scratch), item);
  }
  return item + "}";
}

std::string sample_of(std::string_view text, std::string_view tool_calls) {
  std::string sample = R"({"output_text":)";
  text::append_quoted(text, sample);
  if (const auto json = json_in_text(text); !json.empty()) {
    sample += R"(,"output_json":)";
    sample += json;
  }
  sample += R"(,"output_tools":)";
  sample += tool_calls.empty() ? std::string_view("[]") : tool_calls;
  return sample + "}";
}

std::optional<std::string> recorded_sample(std::string_view line, text::Scratch& scratch) {
  const text::RecordText record = text::record_text(line, scratch);
  if (!record.has_answer) return std::nullopt;
  return sample_of(record.answer, record.answer_tools);
}

schemas::Result<llm::ChatRequest> request_of(std::string_view line, text::Scratch& scratch) {
  const auto record = shaped(line, scratch);
  if (!record) return std::unexpected(record.error());
  JsonIndex json;
  if (json.parse(*record)) return schemas::fail(schemas::ErrorCode::internal, "a record in JSON", *record);
  llm::ChatRequest request;
  request.messages = json.raw(json.field(json.root(), "messages"));
  const JsonRef tools = json.field(json.root(), "tools");
  if (json.is(tools, JsonKind::array) && json.has_children(tools)) request.tools = json.raw(tools);
  return request;
}

}  // namespace steps::grade
