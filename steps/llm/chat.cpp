#include "steps/llm/chat.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>
#include <charconv>

#include "steps/llm/wire.hpp"
#include "steps/text/json_string.hpp"

namespace steps::llm {

using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;

namespace {

constexpr std::array finishes{Finish::stop,    Finish::length,   Finish::tool_calls,
                              Finish::refused, Finish::filtered, Finish::other};

void add_text(std::string& out, const char* name, std::string_view text) {
  if (text.empty()) return;
  out += fmt::format(",\"{}\":", name);
  text::append_quoted(text, out);
}

template <class Number>
Number number_field(const JsonIndex& json, JsonRef object, std::string_view name) {
  Number value{};
  const JsonRef found = json.field(object, name);
  if (json.is(found, JsonKind::number)) {
    const auto raw = json.raw(found);
    std::from_chars(raw.data(), raw.data() + raw.size(), value);
  }
  return value;
}

}  // namespace

std::string_view finish_name(Finish finish) {
  switch (finish) {
    case Finish::stop:
      return "stop";
    case Finish::length:
      return "length";
    case Finish::tool_calls:
      return "tool_calls";
    case Finish::refused:
      return "refused";
    case Finish::filtered:
      return "filtered";
    case Finish::other:
      return "other";
  }
  return "other";
}

std::string to_json(const ChatAnswer& answer) {
  std::string out =
      fmt::format(R"({{"finish":"{}","input_tokens":{},"output_tokens":{},"latency_ms":{},"attempts":{})",
                  finish_name(answer.finish), answer.usage.input_tokens, answer.usage.output_tokens,
                  answer.latency.count(), answer.attempts);
  if (answer.cost_usd) out += fmt::format(R"(,"cost_usd":{})", *answer.cost_usd);
  add_text(out, "request_hash", answer.request_hash);
  add_text(out, "model", answer.model);
  add_text(out, "text", answer.text);
  add_text(out, "refusal", answer.refusal);
  if (!answer.tool_calls.empty()) out += ",\"tool_calls\":" + answer.tool_calls;
  return out + "}";
}

schemas::Result<ChatAnswer> answer_from_json(std::string_view text) {
  JsonIndex json;
  if (json.parse(text) || !json.is(json.root(), JsonKind::object) ||
      !json.is(json.field(json.root(), "finish"), JsonKind::string)) {
    return schemas::fail(schemas::ErrorCode::corrupt, "a kept answer of a model",
                         "'" + beginning(text) + "'");
  }
  const JsonRef root = json.root();
  ChatAnswer answer;
  const std::string finish = string_field(json, root, "finish");
  answer.finish = Finish::other;
  for (const Finish known : finishes) {
    if (finish_name(known) == finish) answer.finish = known;
  }
  answer.request_hash = string_field(json, root, "request_hash");
  answer.model = string_field(json, root, "model");
  answer.text = string_field(json, root, "text");
  answer.refusal = string_field(json, root, "refusal");
  const JsonRef calls = json.field(root, "tool_calls");
  if (json.is(calls, JsonKind::array)) answer.tool_calls = json.raw(calls);
  answer.usage = {number_field<std::uint64_t>(json, root, "input_tokens"),
                  number_field<std::uint64_t>(json, root, "output_tokens")};
  answer.latency = std::chrono::milliseconds(number_field<std::int64_t>(json, root, "latency_ms"));
  answer.attempts = number_field<std::uint32_t>(json, root, "attempts");
  if (json.is(json.field(root, "cost_usd"), JsonKind::number))
    answer.cost_usd = number_field<double>(json, root, "cost_usd");
  return answer;
}

// Every part with its length before it, so that no two requests read the same.
std::string request_hash(const ChatRequest& request) {
  std::string all = "rftd chat 1\n";
  const auto add = [&](std::string_view part) { all += fmt::format("{}:{}\n", part.size(), part); };
  add(request.model);
  add(request.messages);
  add(request.tools);
  add(request.temperature ? fmt::format("{}", *request.temperature) : "");
  add(request.top_p ? fmt::format("{}", *request.top_p) : "");
  add(request.max_tokens ? fmt::format("{}", *request.max_tokens) : "");
  add(request.seed ? fmt::format("{}", *request.seed) : "");
  add(request.reasoning_effort);
  add(request.schema);
  add(fmt::format("{}", request.sample));
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(all.data()), all.size(), digest.data());
  std::string hex;
  for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace steps::llm
