// llm_judge, score_model and label_model: the request a grader makes of an example, and what an answer says.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "steps/grade/json_in_text.hpp"
#include "steps/grade/node.hpp"
#include "steps/text/json_string.hpp"

namespace steps::grade {

using nlohmann::json;

namespace {

schemas::Result<llm::ChatRequest> request_for(const Grader::Node& node, const Example& example) {
  const auto values = Values::read(example.sample, example.item);
  if (!values) return std::unexpected(values.error());
  llm::ChatRequest request = node.request;
  request.model = node.model;
  request.messages = "[";
  for (const MessageTemplate& message : node.messages) {
    const auto content = message.content.render(*values);
    if (!content) return std::unexpected(content.error());
    if (request.messages.size() > 1) request.messages += ',';
    request.messages += R"({"role":")" + message.role + R"(","content":)";
    text::append_quoted(*content, request.messages);
    request.messages += '}';
  }
  request.messages += ']';
  return request;
}

std::string quote(const std::string& text) {
  return "'" + (text.size() > 200 ? text.substr(0, 200) + "…" : text) + "'";
}

// A number, or a text that is nothing but a number: models that are not held to a schema write "0.8".
std::optional<double> number_of(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const json inner = json::parse(value.get<std::string>(), nullptr, false);
  return inner.is_number() ? std::optional(inner.get<double>()) : std::nullopt;
}

std::string steps_text(const json& object) {
  std::string all;
  const auto steps = object.find("steps");
  if (steps == object.end() || !steps->is_array()) return all;
  for (const json& step : *steps) {
    if (!step.is_object()) continue;
    const auto conclusion = step.find("conclusion");
    if (conclusion != step.end() && conclusion->is_string())
      all += (all.empty() ? "" : "\n") + conclusion->get<std::string>();
  }
  return all;
}

void read_judgement(const json& object, Graded& graded) {
  const auto score = object.contains("score") ? number_of(object["score"]) : std::nullopt;
  if (!score || !(*score >= 0 && *score <= 1)) {
    graded.error = "expected the judge to give a score from 0 to 1, found " +
                   (object.contains("score") ? object["score"].dump().substr(0, 100) : "none");
    return;
  }
  graded.score = *score;
  for (const char* name : {"reasoning", "reason"}) {
    if (object.contains(name) && object[name].is_string()) graded.reason = object[name].get<std::string>();
  }
}

void read_score(const Grader::Node& node, const json& object, Graded& graded) {
  const auto result = object.contains("result") ? number_of(object["result"]) : std::nullopt;
  if (!result || !std::isfinite(*result)) {
    graded.error = "expected the model to give a number as result, found " +
                   (object.contains("result") ? object["result"].dump().substr(0, 100) : "none");
    return;
  }
  // As OpenAI has it: what is outside the range is taken as its nearest end.
  graded.raw = std::clamp(*result, node.low, node.high);
  graded.score = (*graded.raw - node.low) / (node.high - node.low);
  graded.reason = steps_text(object);
  if (node.pass_threshold) graded.passed = *graded.raw >= *node.pass_threshold;
}

void read_label(const Grader::Node& node, const json& object, Graded& graded) {
  const auto result = object.find("result");
  const std::string label =
      result != object.end() && result->is_string() ? result->get<std::string>() : std::string{};
  if (std::ranges::find(node.labels, label) == node.labels.end()) {
    graded.error = "expected the model to give one of the labels as result, found " +
                   (result == object.end() ? "none" : result->dump().substr(0, 100));
    return;
  }
  graded.passed = std::ranges::find(node.passing_labels, label) != node.passing_labels.end();
  graded.score = *graded.passed ? 1 : 0;
  graded.reason = label;
  if (const auto steps = steps_text(object); !steps.empty()) graded.reason += ": " + steps;
}

void read_answer(const Grader::Node& node, const llm::ChatAnswer& answer, Graded& graded) {
  switch (answer.finish) {
    case llm::Finish::refused:
      graded.error = "the model refused: " + quote(answer.refusal);
      return;
    case llm::Finish::filtered:
      graded.error = "the provider's content filter withheld the answer";
      return;
    case llm::Finish::length:
      graded.error = "the answer was cut after " + std::to_string(answer.usage.output_tokens) +
                     " tokens; raise max_tokens";
      return;
    case llm::Finish::stop:
    case llm::Finish::tool_calls:
    case llm::Finish::other:
      break;
  }
  if (answer.text.empty()) {
    graded.error = "the model gave an empty answer";
    return;
  }
  const json object = json::parse(json_in_text(answer.text), nullptr, false);
  if (!object.is_object()) {
    graded.error = "expected the model to answer with a JSON object, found " + quote(answer.text);
    return;
  }
  if (node.type == GraderType::llm_judge)
    read_judgement(object, graded);
  else if (node.type == GraderType::score_model)
    read_score(node, object, graded);
  else
    read_label(node, object, graded);
}

}  // namespace

std::vector<Graded> grade_by_model(const Grader::Node& node, std::span<const Example> examples,
                                   const Tools& tools) {
  std::vector<Graded> all(examples.size());
  if (tools.models == nullptr) {
    for (Graded& graded : all)
      graded.error =
          "no model is configured, and " + node.model + " was to grade; add a provider to the configuration";
    return all;
  }
  std::vector<llm::ChatRequest> requests;
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    auto request = request_for(node, examples[i]);
    if (!request) {
      all[i].error = request.error().message();
      continue;
    }
    requests.push_back(std::move(*request));
    asked.push_back(i);
  }
  auto answers = tools.models->chat_all(requests, {tools.stop, tools.known});
  for (std::size_t a = 0; a < asked.size(); ++a) {
    Graded& graded = all[asked[a]];
    if (!answers[a]) {
      graded.error = answers[a].error().message();
      graded.failure = answers[a].error();
      continue;
    }
    read_answer(node, *answers[a], graded);
    graded.answers.push_back(std::move(*answers[a]));
  }
  return all;
}

}  // namespace steps::grade
