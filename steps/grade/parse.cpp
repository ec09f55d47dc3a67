// From a grader's JSON to its node: every field checked, unknown ones refused, defaults filled in.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "steps/grade/node.hpp"

namespace steps::grade {

using nlohmann::json;
using schemas::Error;
using schemas::ErrorCode;

namespace {

using Node = Grader::Node;

// Thrown inside this file alone, and caught in parse().
struct Refused {
  Error error;
};

[[noreturn]] void refuse(const std::string& at, std::string wanted, std::string found,
                         std::string hint = {}) {
  throw Refused{{ErrorCode::invalid_argument, std::move(wanted), std::move(found), std::move(hint), at}};
}

std::string shown(const json& value) {
  const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return text.size() <= 100 ? text : std::string(value.type_name());
}

// The fields of one object: what was asked for is known, all else is refused at the end.
class Fields {
 public:
  Fields(const json& object, std::string at) : object_(object), at_(std::move(at)) {
    if (!object.is_object()) refuse(at_, "a JSON object", shown(object));
  }

  const json* find(const char* name) {
    known_.insert(name);
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }
  const json& need(const char* name, const char* what) {
    const json* found = find(name);
    if (found == nullptr) refuse(at_, std::string("the field ") + name + ", " + what, "none");
    return *found;
  }
  std::string text(const char* name) {
    const json* found = find(name);
    return found == nullptr ? std::string{} : as_text(name, *found);
  }
  std::string need_text(const char* name, const char* what) { return as_text(name, need(name, what)); }
  std::optional<double> number(const char* name, double low, double high) {
    const json* found = find(name);
    if (found == nullptr) return std::nullopt;
    if (!found->is_number()) refuse(path(name), "a number", shown(*found));
    const auto value = found->get<double>();
    if (!(value >= low && value <= high))
      refuse(path(name), "a number from " + shown(json(low)) + " to " + shown(json(high)), shown(*found));
    return value;
  }
  std::optional<std::int64_t> whole(const char* name, std::int64_t low, std::int64_t high) {
    const json* found = find(name);
    if (found == nullptr) return std::nullopt;
    if (!found->is_number_integer() || found->get<double>() < static_cast<double>(low) ||
        found->get<double>() > static_cast<double>(high))
      refuse(path(name), "a whole number from " + std::to_string(low) + " to " + std::to_string(high),
             shown(*found));
    return found->get<std::int64_t>();
  }
  bool boolean(const char* name) {
    const json* found = find(name);
    if (found == nullptr) return false;
    if (!found->is_boolean()) refuse(path(name), "true or false", shown(*found));
    return found->get<bool>();
  }
  std::vector<std::string> texts(const char* name, const char* what) {
    const json& list = need(name, what);
    if (!list.is_array() || list.empty()) refuse(path(name), "a list of strings", shown(list));
    std::vector<std::string> all;
    for (const json& entry : list) all.push_back(as_text(name, entry));
    return all;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return at_ + "/" + name; }
  void done() const {
    for (const auto& [name, value] : object_.items()) {
      if (known_.contains(name)) continue;
      std::string all;
      for (const auto& each : known_) all += (all.empty() ? "" : ", ") + each;
      refuse(path(name), "one of the fields " + all, name);
    }
  }

 private:
  std::string as_text(const std::string& name, const json& value) {
    if (!value.is_string()) refuse(path(name), "a string", shown(value));
    return value.get<std::string>();
  }

  const json& object_;
  std::string at_;
  std::set<std::string> known_;
};

Template template_of(const std::string& text, const std::string& at) {
  auto parsed = Template::parse(text);
  if (!parsed) {
    parsed.error().at = at;
    throw Refused{parsed.error()};
  }
  return std::move(*parsed);
}

json parse_node(const json& object, const std::string& at, Node& node, bool may_nest);

json parse_script(Fields& fields, Node& node) {
  node.script.source = fields.need_text("source", "the script's text");
  if (node.script.source.size() > script::Script::source_bytes_max)
    refuse(fields.path("source"), "a script of at most 1 MB",
           std::to_string(node.script.source.size()) + " bytes");
  json out{{"source", node.script.source}};
  const json* limits = fields.find("limits");
  if (limits == nullptr) return out;
  Fields own(*limits, fields.path("limits"));
  script::Limits& l = node.script.limits;
  l.time = std::chrono::milliseconds(own.whole("time_ms", 1, 60'000).value_or(1000));
  l.memory_bytes = static_cast<std::uint64_t>(own.whole("memory_mb", 16, 1024).value_or(64)) << 20U;
  l.has_clock = own.boolean("has_clock");
  l.fresh_context = own.boolean("fresh_context");
  l.seed = static_cast<std::uint64_t>(own.whole("seed", 0, INT64_MAX).value_or(0));
  own.done();
  out["limits"] = {{"time_ms", l.time.count()},
                   {"memory_mb", l.memory_bytes >> 20U},
                   {"has_clock", l.has_clock},
                   {"fresh_context", l.fresh_context},
                   {"seed", l.seed}};
  return out;
}

json parse_texts(Fields& fields, Node& node) {
  const std::string input = fields.need_text("input", "the text to look at, a template");
  const std::string reference = fields.need_text("reference", "the text to compare with, a template");
  node.input = template_of(input, fields.path("input"));
  node.reference = template_of(reference, fields.path("reference"));
  json out{{"input", input}, {"reference", reference}};
  if (node.type == GraderType::string_check) {
    const std::string operation = fields.need_text("operation", "eq, ne, like or ilike");
    if (operation == "eq")
      node.operation = Operation::eq;
    else if (operation == "ne" || operation == "neq")
      node.operation = Operation::ne;
    else if (operation == "like")
      node.operation = Operation::like;
    else if (operation == "ilike")
      node.operation = Operation::ilike;
    else
      refuse(fields.path("operation"), "eq, ne, like or ilike", operation);
    out["operation"] = operation == "neq" ? "ne" : operation;
    return out;
  }
  const std::string metric = fields.need_text("evaluation_metric", "how to compare");
  const auto known = metric_from_name(metric);
  if (!known) {
    refuse(fields.path("evaluation_metric"),
           "fuzzy_match, bleu, gleu, meteor, cosine, rouge_1 to rouge_5 or rouge_l", metric);
  }
  node.metric = *known;
  node.model = fields.text("model");
  if (!node.model.empty() && node.metric != Metric::cosine)
    refuse(fields.path("model"), "an embedding model only beside cosine", metric);
  out["evaluation_metric"] = metric;
  if (!node.model.empty()) out["model"] = node.model;
  return out;
}

std::string content_of(const json& content, const std::string& at) {
  if (content.is_string()) return content.get<std::string>();
  if (content.is_object() && content.contains("text") && content["text"].is_string()) {
    const std::string type = content.value("type", "text");
    if (type == "input_text" || type == "output_text" || type == "text")
      return content["text"].get<std::string>();
  }
  if (content.is_array() && !content.empty()) {
    std::string all;
    for (const json& part : content) all += (all.empty() ? "" : "\n") + content_of(part, at);
    return all;
  }
  refuse(at, "text, or parts of type input_text", shown(content), "images and sounds are not graded here");
}

json parse_messages(Fields& fields, Node& node) {
  const json& list = fields.need("input", "a list of messages");
  const std::string at = fields.path("input");
  if (!list.is_array() || list.empty()) refuse(at, "a list of messages", shown(list));
  json out = json::array();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string place = at + "/" + std::to_string(i);
    Fields message(list[i], place);
    const std::string role = message.need_text("role", "system, developer, user or assistant");
    if (role != "system" && role != "developer" && role != "user" && role != "assistant")
      refuse(place + "/role", "system, developer, user or assistant", role);
    const std::string content = content_of(message.need("content", "the message's text"), place + "/content");
    static_cast<void>(message.text("type"));  // "message", in OpenAI's objects
    message.done();
    node.messages.push_back({role, template_of(content, place + "/content")});
    out.push_back({{"role", role}, {"content", content}});
  }
  return out;
}

json parse_sampling(Fields& fields, Node& node) {
  llm::ChatRequest& request = node.request;
  const json* given = fields.find("sampling_params");
  json out = json::object();
  if (given == nullptr) return out;
  Fields own(*given, fields.path("sampling_params"));
  request.temperature = own.number("temperature", 0, 2);
  request.top_p = own.number("top_p", 0, 1);
  request.seed = own.whole("seed", INT64_MIN / 2, INT64_MAX / 2);
  request.reasoning_effort = own.text("reasoning_effort");
  for (const char* name : {"max_completions_tokens", "max_completion_tokens", "max_tokens"}) {
    if (const auto tokens = own.whole(name, 1, 1'000'000))
      request.max_tokens = static_cast<std::uint32_t>(*tokens);
  }
  own.done();
  if (request.temperature) out["temperature"] = *request.temperature;
  if (request.top_p) out["top_p"] = *request.top_p;
  if (request.seed) out["seed"] = *request.seed;
  if (!request.reasoning_effort.empty()) out["reasoning_effort"] = request.reasoning_effort;
  if (request.max_tokens) out["max_completions_tokens"] = *request.max_tokens;
  return out;
}

json steps_schema() {
  return {{"type", "array"},
          {"items",
           {{"type", "object"},
            {"properties", {{"description", {{"type", "string"}}}, {"conclusion", {{"type", "string"}}}}},
            {"required", {"description", "conclusion"}},
            {"additionalProperties", false}}}};
}

void set_result_schema(Node& node, json result) {
  const json schema{{"type", "object"},
                    {"properties", {{"steps", steps_schema()}, {"result", std::move(result)}}},
                    {"required", {"steps", "result"}},
                    {"additionalProperties", false}};
  node.request.schema = schema.dump();
  node.request.schema_name = "grade";
}

json parse_score_model(Fields& fields, Node& node) {
  node.model = fields.need_text("model", "who grades");
  json out{{"model", node.model}, {"input", parse_messages(fields, node)}};
  if (const json* range = fields.find("range")) {
    const bool right =
        range->is_array() && range->size() == 2 && (*range)[0].is_number() && (*range)[1].is_number();
    if (right) {
      node.low = (*range)[0].get<double>();
      node.high = (*range)[1].get<double>();
    }
    if (!right || !(node.low < node.high)) refuse(fields.path("range"), "[lowest, highest]", shown(*range));
  }
  out["range"] = {node.low, node.high};
  if (auto sampling = parse_sampling(fields, node); !sampling.empty()) out["sampling_params"] = sampling;
  set_result_schema(node, {{"type", "number"}});
  return out;
}

json parse_label_model(Fields& fields, Node& node) {
  node.model = fields.need_text("model", "who grades");
  json out{{"model", node.model}, {"input", parse_messages(fields, node)}};
  node.labels = fields.texts("labels", "the labels to choose from");
  node.passing_labels = fields.texts("passing_labels", "the labels that score 1");
  for (const auto& label : node.passing_labels) {
    if (std::ranges::find(node.labels, label) == node.labels.end())
      refuse(fields.path("passing_labels"), "some of the labels", label);
  }
  out["labels"] = node.labels;
  out["passing_labels"] = node.passing_labels;
  if (auto sampling = parse_sampling(fields, node); !sampling.empty()) out["sampling_params"] = sampling;
  set_result_schema(node, {{"type", "string"}, {"enum", node.labels}});
  return out;
}

json judge_schema(Fields& fields) {
  const json* given = fields.find("schema");
  if (given == nullptr) {
    return {{"type", "object"},
            {"properties", {{"reasoning", {{"type", "string"}}}, {"score", {{"type", "number"}}}}},
            {"required", {"reasoning", "score"}},
            {"additionalProperties", false}};
  }
  const bool has_score = given->is_object() && given->contains("properties") &&
                         (*given)["properties"].is_object() && (*given)["properties"].contains("score");
  if (!has_score)
    refuse(fields.path("schema"), "a JSON schema of an object with a property score", shown(*given));
  return *given;
}

json parse_judge(Fields& fields, Node& node) {
  node.model = fields.need_text("model", "who judges");
  const std::string preset = fields.text("preset");
  std::string prompt = fields.text("prompt");
  if (!preset.empty()) {
    const auto found = std::ranges::find(presets(), preset, &Preset::name);
    if (found == presets().end()) {
      std::string names;
      for (const Preset& each : presets()) names += (names.empty() ? "" : ", ") + std::string(each.name);
      refuse(fields.path("preset"), "one of " + names, preset);
    }
    if (!prompt.empty()) refuse(fields.path("preset"), "a prompt or a preset", "both");
    prompt = found->prompt;
  }
  if (prompt.empty()) refuse(fields.path("prompt"), "a prompt (a template), or a preset", "neither");
  const std::string system = fields.text("system");
  json out{{"model", node.model}, {"prompt", prompt}};
  if (!system.empty()) {
    node.messages.push_back({"system", template_of(system, fields.path("system"))});
    out["system"] = system;
  }
  node.messages.push_back({"user", template_of(prompt, fields.path("prompt"))});
  node.request.temperature = fields.number("temperature", 0, 2).value_or(0);
  node.request.max_tokens =
      static_cast<std::uint32_t>(fields.whole("max_tokens", 1, 1'000'000).value_or(256));
  node.request.seed = fields.whole("seed", INT64_MIN / 2, INT64_MAX / 2);
  node.request.reasoning_effort = fields.text("reasoning_effort");
  const json schema = judge_schema(fields);
  node.request.schema = schema.dump();
  node.request.schema_name = "judgement";
  out["temperature"] = *node.request.temperature;
  out["max_tokens"] = *node.request.max_tokens;
  out["schema"] = schema;
  if (node.request.seed) out["seed"] = *node.request.seed;
  if (!node.request.reasoning_effort.empty()) out["reasoning_effort"] = node.request.reasoning_effort;
  return out;
}

json parse_multi(Fields& fields, Node& node) {
  const json& graders = fields.need("graders", "an object of graders by name");
  if (!graders.is_object() || graders.empty() || graders.size() > 100)
    refuse(fields.path("graders"), "an object of 1 to 100 graders by name", shown(graders));
  json out = json::object();
  std::vector<std::string> names;
  for (const auto& [name, grader] : graders.items()) {
    const auto letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    const bool is_name = !name.empty() && std::ranges::all_of(name, letter) &&
                         std::isdigit(static_cast<unsigned char>(name.front())) == 0;
    if (!is_name)
      refuse(fields.path("graders/" + name), "a name of letters, digits and '_' that a formula can use",
             "'" + name + "'");
    auto part = std::make_shared<Node>();
    out[name] = parse_node(grader, fields.path("graders/" + name), *part, false);
    node.parts.emplace_back(name, std::move(part));
    names.push_back(name);
  }
  const std::string text = fields.need_text("calculate_output", "a formula over the graders' names");
  auto formula = Formula::parse(text, names);
  if (!formula) {
    formula.error().at = fields.path("calculate_output");
    throw Refused{formula.error()};
  }
  node.formula = std::move(*formula);
  return {{"graders", out}, {"calculate_output", text}};
}

json parse_node(const json& object, const std::string& at, Node& node, bool may_nest) {
  Fields fields(object, at);
  const std::string type = fields.need_text("type", "what kind of grader it is");
  node.at = at;
  node.name = fields.text("name");
  json out;
  if (type == "script") {
    node.type = GraderType::script;
    out = parse_script(fields, node);
  } else if (type == "llm_judge") {
    node.type = GraderType::llm_judge;
    out = parse_judge(fields, node);
  } else if (type == "string_check" || type == "text_similarity") {
    node.type = type == "string_check" ? GraderType::string_check : GraderType::text_similarity;
    out = parse_texts(fields, node);
  } else if (type == "score_model") {
    node.type = GraderType::score_model;
    out = parse_score_model(fields, node);
  } else if (type == "label_model") {
    node.type = GraderType::label_model;
    out = parse_label_model(fields, node);
  } else if (type == "multi") {
    if (!may_nest) refuse(at, "a grader that is no multi inside a multi", "multi");
    node.type = GraderType::multi;
    out = parse_multi(fields, node);
  } else {
    refuse(fields.path("type"),
           "script, llm_judge, string_check, text_similarity, score_model, label_model or multi", type,
           type == "python" ? "Python is not run here; write the grader as a script in JavaScript" : "");
  }
  if (node.type == GraderType::text_similarity || node.type == GraderType::score_model)
    node.pass_threshold = fields.number("pass_threshold", -1e9, 1e9);
  fields.done();
  out["type"] = type;
  if (!node.name.empty()) out["name"] = node.name;
  if (node.pass_threshold) out["pass_threshold"] = *node.pass_threshold;
  return out;
}

}  // namespace

schemas::Result<Grader> Grader::parse(std::string_view text) {
  constexpr std::size_t bytes_max = 4U << 20U;
  if (text.size() > bytes_max)
    return schemas::fail(ErrorCode::too_large, "a grader of at most 4 MB",
                         std::to_string(text.size()) + " bytes");
  const nlohmann::json object = nlohmann::json::parse(text, nullptr, false);
  if (object.is_discarded())
    return schemas::fail(ErrorCode::invalid_argument, "a grader as a JSON object", "what is no JSON");
  auto node = std::make_shared<Node>();
  try {
    node->json = parse_node(object, "", *node, true).dump();
  } catch (Refused& refused) {
    return std::unexpected(std::move(refused.error));
  }
  return Grader(std::move(node));
}

}  // namespace steps::grade
