#include "steps/llm/wire.hpp"

#include <fmt/format.h>

#include <charconv>

#include "steps/text/json_string.hpp"

namespace steps::llm {

using schemas::ErrorCode;
using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;

namespace {

std::string as_json(std::string_view text) {
  std::string out;
  text::append_quoted(text, out);
  return out;
}

// Puts a system message before the others: JSON in, JSON out.
std::string with_instruction(const std::string& messages, const std::string& instruction) {
  const auto open = messages.find('[');
  const auto first = messages.find_first_not_of(" \t\r\n", open + 1);
  const bool is_empty = first == std::string::npos || messages[first] == ']';
  return messages.substr(0, open + 1) + R"({"role":"system","content":)" + as_json(instruction) + "}" +
         (is_empty ? "" : ",") + messages.substr(open + 1);
}

std::uint64_t count_field(const JsonIndex& json, JsonRef object, std::string_view name) {
  const JsonRef value = json.field(object, name);
  std::uint64_t count = 0;
  if (json.is(value, JsonKind::number)) {
    const auto raw = json.raw(value);
    std::from_chars(raw.data(), raw.data() + raw.size(), count);
  }
  return count;
}

// The text of a message: a string, or the text parts of an array.
std::string content_text(const JsonIndex& json, JsonRef content) {
  std::string out;
  std::string buffer;
  if (json.is(content, JsonKind::string)) return std::string(json.string(content, buffer));
  if (!json.is(content, JsonKind::array)) return out;
  for (JsonRef part = json.first(content); part != json.end(content); part = json.next(part))
    out += string_field(json, part, "text");
  return out;
}

std::unexpected<schemas::Error> not_as_expected(std::string wanted, std::string_view body) {
  return schemas::fail(ErrorCode::corrupt, std::move(wanted),
                       body.empty() ? "an empty body" : "'" + beginning(body) + "'",
                       "is base_url that of an OpenAI-compatible API?");
}

}  // namespace

std::string beginning(std::string_view text, std::size_t bytes) {
  std::string out(text.substr(0, bytes));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0U) == 0x80U) out.pop_back();
  if (text.size() > bytes) out += "…";
  return out;
}

std::string string_field(const JsonIndex& json, JsonRef object, std::string_view name) {
  if (!json.is(object, JsonKind::object)) return {};
  const JsonRef value = json.field(object, name);
  std::string buffer;
  return json.is(value, JsonKind::string) ? std::string(json.string(value, buffer)) : std::string{};
}

Usage usage_of(const JsonIndex& json, JsonRef root) {
  const JsonRef usage = json.field(root, "usage");
  if (!json.is(usage, JsonKind::object)) return {};
  return {count_field(json, usage, "prompt_tokens"), count_field(json, usage, "completion_tokens")};
}

Finish finish_from(std::string_view reason) {
  if (reason == "stop") return Finish::stop;
  if (reason == "length") return Finish::length;
  if (reason == "tool_calls" || reason == "function_call") return Finish::tool_calls;
  if (reason == "content_filter") return Finish::filtered;
  return Finish::other;
}

std::string chat_body(const ChatRequest& request, const std::string& model, const Dialect& dialect,
                      bool stream) {
  std::string messages = request.messages;
  if (!request.schema.empty() && dialect.schema != SchemaMode::json_schema) {
    messages = with_instruction(
        messages,
        "Answer with one JSON object and nothing else. It must follow this JSON schema: " + request.schema);
  }
  std::string body = R"({"model":)" + as_json(model) + R"(,"messages":)" + messages;
  if (!request.tools.empty()) body += R"(,"tools":)" + request.tools;
  if (request.temperature && !dialect.no_temperature)
    body += fmt::format(R"(,"temperature":{})", *request.temperature);
  if (request.top_p && !dialect.no_temperature) body += fmt::format(R"(,"top_p":{})", *request.top_p);
  if (request.max_tokens) {
    body += fmt::format(R"(,"{}":{})", dialect.max_completion_tokens ? "max_completion_tokens" : "max_tokens",
                        *request.max_tokens);
  }
  if (request.seed && !dialect.no_seed) body += fmt::format(R"(,"seed":{})", *request.seed);
  if (!request.reasoning_effort.empty() && !dialect.no_reasoning_effort)
    body += R"(,"reasoning_effort":)" + as_json(request.reasoning_effort);
  if (!request.schema.empty() && dialect.schema == SchemaMode::json_schema) {
    body += R"(,"response_format":{"type":"json_schema","json_schema":{"name":)" +
            as_json(request.schema_name.empty() ? "answer" : request.schema_name) +
            R"(,"strict":true,"schema":)" + request.schema + "}}";
  } else if (!request.schema.empty() && dialect.schema == SchemaMode::json_object) {
    body += R"(,"response_format":{"type":"json_object"})";
  }
  if (stream) body += R"(,"stream":true,"stream_options":{"include_usage":true})";
  return body + "}";
}

std::string embeddings_body(const std::string& model, std::span<const std::string> texts,
                            std::uint32_t dimensions) {
  std::string body = R"({"model":)" + as_json(model) + R"(,"input":[)";
  for (std::size_t i = 0; i < texts.size(); ++i) body += (i == 0 ? "" : ",") + as_json(texts[i]);
  body += R"(],"encoding_format":"float")";
  if (dimensions > 0) body += fmt::format(R"(,"dimensions":{})", dimensions);
  return body + "}";
}

schemas::Result<ChatAnswer> read_chat(std::string_view body) {
  JsonIndex json;
  if (json.parse(body)) return not_as_expected("a chat completion in JSON", body);
  const JsonRef choices =
      json.is(json.root(), JsonKind::object) ? json.field(json.root(), "choices") : text::no_value;
  if (!json.is(choices, JsonKind::array) || !json.has_children(choices))
    return not_as_expected("a chat completion with choices", body);
  const JsonRef choice = json.first(choices);
  const JsonRef message = json.is(choice, JsonKind::object) ? json.field(choice, "message") : text::no_value;
  if (!json.is(message, JsonKind::object)) return not_as_expected("a chat completion with a message", body);
  ChatAnswer answer;
  answer.model = string_field(json, json.root(), "model");
  answer.text = content_text(json, json.field(message, "content"));
  answer.refusal = string_field(json, message, "refusal");
  answer.finish = finish_from(string_field(json, choice, "finish_reason"));
  const JsonRef calls = json.field(message, "tool_calls");
  if (json.is(calls, JsonKind::array) && json.has_children(calls)) {
    text::append_compact(json.raw(calls), answer.tool_calls);
    // Some servers say stop.
    if (answer.finish == Finish::stop || answer.finish == Finish::other) answer.finish = Finish::tool_calls;
  }
  if (!answer.refusal.empty()) answer.finish = Finish::refused;
  answer.usage = usage_of(json, json.root());
  return answer;
}

schemas::Result<std::vector<std::vector<float>>> read_embeddings(std::string_view body, std::size_t count,
                                                                 Usage& usage) {
  JsonIndex json;
  if (json.parse(body) || !json.is(json.root(), JsonKind::object))
    return not_as_expected("embeddings in JSON", body);
  usage = usage_of(json, json.root());
  const JsonRef data = json.field(json.root(), "data");
  std::vector<std::vector<float>> vectors(count);
  std::size_t position = 0;
  if (!json.is(data, JsonKind::array)) return not_as_expected("embeddings with data", body);
  for (JsonRef entry = json.first(data); entry != json.end(data); entry = json.next(entry), ++position) {
    if (!json.is(entry, JsonKind::object)) return not_as_expected("embeddings with data", body);
    std::uint64_t index = count_field(json, entry, "index");
    if (json.field(entry, "index") == text::no_value) index = position;
    const JsonRef vector = json.field(entry, "embedding");
    if (index >= count || !json.is(vector, JsonKind::array))
      return not_as_expected("one embedding a text", body);
    for (JsonRef number = json.first(vector); number != json.end(vector); number = json.next(number)) {
      float value = 0;
      const auto raw = json.raw(number);
      if (std::from_chars(raw.data(), raw.data() + raw.size(), value).ec != std::errc{})
        return not_as_expected("embeddings of numbers", body);
      vectors[index].push_back(value);
    }
  }
  for (const auto& vector : vectors) {
    if (vector.empty() || vector.size() != vectors.front().size())
      return not_as_expected("one embedding a text, all of one length", body);
  }
  return vectors;
}

schemas::Result<std::vector<std::string>> read_models(std::string_view body) {
  JsonIndex json;
  const bool is_object = !json.parse(body) && json.is(json.root(), JsonKind::object);
  const JsonRef data = is_object ? json.field(json.root(), "data") : text::no_value;
  if (!json.is(data, JsonKind::array)) return not_as_expected("a list of models", body);
  std::vector<std::string> names;
  for (JsonRef entry = json.first(data); entry != json.end(data); entry = json.next(entry)) {
    if (auto name = string_field(json, entry, "id"); !name.empty()) names.push_back(std::move(name));
  }
  return names;
}

Complaint read_complaint(std::string_view body) {
  JsonIndex json;
  Complaint complaint;
  if (!json.parse(body) && json.is(json.root(), JsonKind::object)) {
    const JsonRef error = json.field(json.root(), "error");
    if (json.is(error, JsonKind::object)) {
      complaint.message = string_field(json, error, "message");
      complaint.code = string_field(json, error, "code");
      if (complaint.code.empty()) complaint.code = string_field(json, error, "type");
    } else {
      complaint.message = string_field(json, json.root(), "error");
    }
    for (const char* name : {"message", "detail"}) {
      if (complaint.message.empty()) complaint.message = string_field(json, json.root(), name);
    }
  }
  if (complaint.message.empty()) complaint.message = std::string(body);
  complaint.message = beginning(complaint.message, 500);
  return complaint;
}

}  // namespace steps::llm
