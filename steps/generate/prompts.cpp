#include "steps/generate/prompts.hpp"

#include <fmt/format.h>

#include <set>

#include "steps/grade/json_in_text.hpp"
#include "steps/text/json_index.hpp"
#include "steps/text/json_string.hpp"

namespace steps::generate {

using schemas::ErrorCode;
using schemas::fail;
using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;

namespace {

constexpr std::string_view texts_schema =
    R"({"type":"object","properties":{"prompts":{"type":"array","items":{"type":"string"}}},"required":["prompts"],"additionalProperties":false})";
constexpr std::string_view conversations_schema =
    R"({"type":"object","properties":{"conversations":{"type":"array","items":{"type":"object","properties":{"messages":{"type":"array","items":{"type":"object","properties":{"role":{"type":"string","enum":["user","assistant"]},"content":{"type":"string"}},"required":["role","content"],"additionalProperties":false}}},"required":["messages"],"additionalProperties":false}}},"required":["conversations"],"additionalProperties":false})";
constexpr std::string_view tools_schema =
    R"({"type":"object","properties":{"prompts":{"type":"array","items":{"type":"object","properties":{"message":{"type":"string"},"tools":{"type":"array","items":{"type":"string"}}},"required":["message","tools"],"additionalProperties":false}}},"required":["prompts"],"additionalProperties":false})";

constexpr std::string_view role_of_model =
    "You write prompts that users could send to an assistant. They become training prompts, so they must "
    "read like real "
    "users wrote them: concrete, varied in length, tone and wording, complete without anything else. Never "
    "answer them, "
    "never comment on them, never use placeholders. Write in the language of the examples.";

std::string json_string(std::string_view text) {
  std::string out;
  text::append_quoted(text, out);
  return out;
}

// A source in its rft shape and where its parts stand.
struct Shaped {
  std::string record;
  JsonIndex json;
  JsonRef messages = text::no_value;
  JsonRef tools = text::no_value;
  JsonRef last_user = text::no_value;
  std::string system;  // leading system and developer messages as they stand, a comma after each
};

schemas::Result<std::unique_ptr<Shaped>> shape(const SourceText& source, text::Scratch& scratch) {
  auto record = text::to_shape(source.line, text::Shape::rft, scratch);
  if (!record) return std::unexpected(record.error());
  auto shaped = std::make_unique<Shaped>();
  shaped->record = record->value_or("{}");
  JsonIndex& json = shaped->json;
  if (json.parse(shaped->record)) return fail(ErrorCode::internal, "a record in JSON", shaped->record);
  shaped->messages = json.field(json.root(), "messages");
  shaped->tools = json.field(json.root(), "tools");
  bool leading = true;
  for (JsonRef m = json.first(shaped->messages); m != json.end(shaped->messages); m = json.next(m)) {
    const JsonRef role = json.field(m, "role");
    if (json.string_equals(role, "user")) shaped->last_user = m;
    leading = leading && (json.string_equals(role, "system") || json.string_equals(role, "developer"));
    if (leading) shaped->system += std::string(json.raw(m)) + ",";
  }
  if (shaped->last_user == text::no_value)
    return fail(ErrorCode::blocked, "a source with a user message", fmt::format("record {}", source.record));
  return shaped;
}

std::string topic_text(const CallContext& context) {
  std::string out;
  if (!context.objective.empty())
    out += "What the assistant should get better at: " + context.objective + "\n";
  out += "Topic: " + context.topic.name + "\n";
  if (!context.topic.description.empty()) out += "About it: " + context.topic.description + "\n";
  for (std::size_t i = 0; i < context.topic.keywords.size(); ++i)
    out += (i == 0 ? "Keywords: " : ", ") + context.topic.keywords[i];
  return context.topic.keywords.empty() ? out : out + "\n";
}

std::string length_text(const Parameters& parameters) {
  return fmt::format("Each user message has {} to {} characters.", parameters.length_min,
                     parameters.length_max);
}

std::string variation_prompt(const PlannedCall& call, const CallContext& context, const Shaped& source,
                             std::string_view last) {
  return fmt::format(
      "{}\nThe conversation so far, in JSON:\n{}\n\nIts last user message:\n{}\n\nWrite {} other user "
      "messages "
      "that could stand in its place: the same intent, said by somebody else. Change wording, sentence "
      "structure, level of detail and tone; keep every fact the rest of the conversation relies on.",
      topic_text(context), source.json.raw(source.messages), last, call.count);
}

std::string scenario_prompt(const PlannedCall& call, const CallContext& context, const Shaped& source) {
  return fmt::format(
      "{}\nA conversation, in JSON:\n{}\n\nWrite {} conversations about the same kind of situation under "
      "other "
      "circumstances: other people, objects, numbers, constraints, or a complication. Each has one to five "
      "messages, begins and ends with the user, and leaves the last message for the assistant to answer.",
      topic_text(context), source.json.raw(source.messages), call.count);
}

std::string examples_text(const CallContext& context, text::Scratch& scratch) {
  std::string out;
  for (std::size_t i = 0; i < context.sources.size(); ++i)
    out +=
        fmt::format("Example {}:\n{}\n\n", i + 1, text::last_user_message(context.sources[i].line, scratch));
  return out;
}

std::string few_shot_prompt(const PlannedCall& call, const CallContext& context, text::Scratch& scratch) {
  return fmt::format(
      "{}\nUser messages of this topic:\n\n{}Write {} new ones that would fit among them but ask for "
      "something "
      "else. Do not reword the examples.",
      topic_text(context), examples_text(context, scratch), call.count);
}

std::string description_prompt(const PlannedCall& call, const CallContext& context) {
  return fmt::format(
      "{}\nWrite {} user messages of this topic. Cover different aspects of it, and easy cases as well as "
      "hard ones.",
      topic_text(context), call.count);
}

std::string tool_prompt(const PlannedCall& call, const CallContext& context, const Shaped& source,
                        text::Scratch& scratch) {
  return fmt::format(
      "{}\nThe assistant has these tools, in JSON:\n{}\n\nUser messages of this topic:\n\n{}Write {} new "
      "user "
      "messages that can only be served by calling two or more of these tools one after the other, the later "
      "ones with what the earlier ones gave. Say everything the calls need, but never name a tool. Give "
      "with each message the names of the tools in the order of their calls.",
      topic_text(context), source.json.raw(source.tools), examples_text(context, scratch), call.count);
}

std::set<std::string> tool_names(const Shaped& source) {
  std::set<std::string> names;
  const JsonIndex& json = source.json;
  std::string buffer;
  if (!json.is(source.tools, JsonKind::array)) return names;
  for (JsonRef tool = json.first(source.tools); tool != json.end(source.tools); tool = json.next(tool)) {
    const JsonRef function = json.field(tool, "function");
    const JsonRef name = json.field(function == text::no_value ? tool : function, "name");
    if (json.is(name, JsonKind::string)) names.emplace(json.string(name, buffer));
  }
  return names;
}

std::string with_tools(std::string messages, const Shaped* source) {
  std::string line = "{\"messages\":[" + std::move(messages) + "]";
  if (source != nullptr && source->json.is(source->tools, JsonKind::array))
    line += ",\"tools\":" + std::string(source->json.raw(source->tools));
  return line + "}";
}

std::string user_message(const std::string& content) {
  return R"({"role":"user","content":)" + content + "}";
}

// The source's conversation up to and with its last user message, whose text is another.
std::string varied(const Shaped& source, std::string_view content_json) {
  const JsonIndex& json = source.json;
  std::string messages;
  for (JsonRef m = json.first(source.messages); m != json.end(source.messages); m = json.next(m)) {
    if (!messages.empty()) messages += ',';
    if (m == source.last_user) return with_tools(messages + user_message(std::string(content_json)), &source);
    messages += json.raw(m);
  }
  return {};
}

// An entry of the answer as a record's line; empty when it is none.
std::string line_of(const PlannedCall& call, const JsonIndex& json, JsonRef entry, const Shaped* source) {
  const std::string system = source == nullptr ? std::string{} : source->system;
  switch (call.strategy) {
    case Strategy::message_variation:
      return json.is(entry, JsonKind::string) ? varied(*source, json.raw(entry)) : std::string{};
    case Strategy::few_shot:
    case Strategy::topic_description:
      if (!json.is(entry, JsonKind::string)) return {};
      return with_tools(system + user_message(std::string(json.raw(entry))), source);
    case Strategy::scenario_expansion: {
      const JsonRef messages =
          json.is(entry, JsonKind::object) ? json.field(entry, "messages") : text::no_value;
      if (!json.is(messages, JsonKind::array) || !json.has_children(messages)) return {};
      const std::string_view inner = json.raw(messages).substr(1, json.raw(messages).size() - 2);
      JsonRef last = text::no_value;
      for (JsonRef m = json.first(messages); m != json.end(messages); m = json.next(m)) last = m;
      if (!json.is(last, JsonKind::object) || !json.string_equals(json.field(last, "role"), "user"))
        return {};
      return with_tools(system + std::string(inner), source);
    }
    case Strategy::tool_chain: {
      if (!json.is(entry, JsonKind::object)) return {};
      const JsonRef message = json.field(entry, "message");
      const JsonRef used = json.field(entry, "tools");
      if (!json.is(message, JsonKind::string) || !json.is(used, JsonKind::array)) return {};
      const auto known = tool_names(*source);
      std::size_t calls = 0;
      std::string buffer;
      for (JsonRef name = json.first(used); name != json.end(used); name = json.next(name), ++calls) {
        if (!json.is(name, JsonKind::string) || !known.contains(std::string(json.string(name, buffer))))
          return {};
      }
      if (calls < 2) return {};
      return with_tools(system + user_message(std::string(json.raw(message))), source);
    }
  }
  return {};
}

}  // namespace

schemas::Result<llm::ChatRequest> build(const PlannedCall& call, const CallContext& context,
                                        const Parameters& parameters, const std::string& model,
                                        text::Scratch& scratch) {
  std::unique_ptr<Shaped> source;
  if (call.strategy != Strategy::topic_description) {
    if (context.sources.empty())
      return fail(ErrorCode::blocked,
                  fmt::format("a record to start from for {}", strategy_name(call.strategy)), "none");
    auto shaped = shape(context.sources.front(), scratch);
    if (!shaped) return std::unexpected(shaped.error());
    source = std::move(*shaped);
  }
  std::string prompt;
  switch (call.strategy) {
    case Strategy::message_variation:
      prompt = variation_prompt(call, context, *source,
                                text::last_user_message(context.sources.front().line, scratch));
      break;
    case Strategy::few_shot:
      prompt = few_shot_prompt(call, context, scratch);
      break;
    case Strategy::topic_description:
      prompt = description_prompt(call, context);
      break;
    case Strategy::scenario_expansion:
      prompt = scenario_prompt(call, context, *source);
      break;
    case Strategy::tool_chain:
      if (tool_names(*source).empty()) {
        return fail(ErrorCode::blocked, "a record with tools for tool_chain",
                    fmt::format("record {} without", context.sources.front().record),
                    "choose another strategy");
      }
      prompt = tool_prompt(call, context, *source, scratch);
      break;
  }
  llm::ChatRequest request;
  request.model = model;
  request.messages = R"([{"role":"system","content":)" + json_string(role_of_model) +
                     R"(},{"role":"user","content":)" + json_string(prompt + "\n" + length_text(parameters)) +
                     "}]";
  request.temperature = parameters.temperature;
  request.max_tokens = std::min<std::uint32_t>(16'000, 200 + call.count * (parameters.length_max / 2 + 50));
  request.seed = static_cast<std::int64_t>(parameters.seed & 0x7fffffffU);
  request.sample = call.sample;
  request.schema_name = "generated";
  request.schema = call.strategy == Strategy::scenario_expansion ? conversations_schema
                   : call.strategy == Strategy::tool_chain       ? tools_schema
                                                                 : texts_schema;
  return request;
}

schemas::Result<std::vector<Generated>> read_answer(const PlannedCall& call, const CallContext& context,
                                                    std::string_view answer, text::Scratch& scratch) {
  const char* list_name = call.strategy == Strategy::scenario_expansion ? "conversations" : "prompts";
  const auto not_as_asked = [&] {
    return fail(ErrorCode::corrupt, fmt::format("a JSON object with a list \"{}\"", list_name),
                answer.empty() ? "an empty answer" : "'" + std::string(answer.substr(0, 200)) + "'");
  };
  JsonIndex json;
  const std::string_view text = grade::json_in_text(answer);
  if (text.empty() || json.parse(text) || !json.is(json.root(), JsonKind::object)) return not_as_asked();
  const JsonRef list = json.field(json.root(), list_name);
  if (!json.is(list, JsonKind::array)) return not_as_asked();
  std::unique_ptr<Shaped> source;
  if (!context.sources.empty()) {
    auto shaped = shape(context.sources.front(), scratch);
    if (!shaped) return std::unexpected(shaped.error());
    source = std::move(*shaped);
  } else if (call.strategy != Strategy::topic_description) {
    return fail(ErrorCode::invalid_argument, "the sources of the call", "none");
  }
  std::vector<Generated> all;
  // A model that says more than it was asked for is not given its way.
  for (JsonRef entry = json.first(list); entry != json.end(list) && all.size() < call.count;
       entry = json.next(entry)) {
    const bool from_one = context.sources.size() == 1;
    all.push_back({line_of(call, json, entry, source.get()), from_one ? context.sources.front().record : 0,
                   call.strategy});
  }
  return all;
}

}  // namespace steps::generate
