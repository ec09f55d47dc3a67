#include "steps/grade/grader.hpp"

#include <algorithm>

#include "steps/grade/node.hpp"

namespace steps::grade {

using schemas::ErrorCode;

std::string_view grader_type_name(GraderType type) {
  switch (type) {
    case GraderType::script:
      return "script";
    case GraderType::llm_judge:
      return "llm_judge";
    case GraderType::string_check:
      return "string_check";
    case GraderType::text_similarity:
      return "text_similarity";
    case GraderType::score_model:
      return "score_model";
    case GraderType::label_model:
      return "label_model";
    case GraderType::multi:
      return "multi";
  }
  return "unknown";
}

namespace {

void visit(const Grader::Node& node, const std::function<void(const Grader::Node&)>& see) {
  see(node);
  for (const auto& [name, part] : node.parts) visit(*part, see);
}

schemas::Result<void> check_node(const Grader::Node& node, const Tools& tools) {
  if (node.type == GraderType::script) {
    if (tools.scripts == nullptr)
      return schemas::fail(ErrorCode::unavailable, "a script to be checked", "no script workers", {},
                           node.at);
    auto told = tools.scripts->check(node.script);
    if (!told) return std::unexpected(told.error());
    if (!*told) return {};
    std::string found = told->message;
    if (told->line > 0)
      found += " in line " + std::to_string(told->line) + ", column " + std::to_string(told->column);
    return schemas::fail(ErrorCode::invalid_argument, "a script that can grade", std::move(found), {},
                         node.at + "/source");
  }
  if (node.model.empty()) return {};
  if (tools.models == nullptr) {
    return schemas::fail(ErrorCode::blocked, "the model " + node.model, "no model configured",
                         "add a provider of models to the configuration", node.at + "/model");
  }
  auto known = tools.models->check_model(node.model);
  if (!known) known.error().at = node.at + "/model";
  return known;
}

}  // namespace

Grader::Grader(std::shared_ptr<const Node> root) : root_(std::move(root)) {}

GraderType Grader::type() const {
  return root_->type;
}
const std::string& Grader::name() const {
  return root_->name;
}
const std::string& Grader::json() const {
  return root_->json;
}

std::string Grader::title() const {
  if (root_->type == GraderType::script) return "Type: JavaScript Script";
  if (root_->type == GraderType::llm_judge) return "Judge: " + root_->model;
  return "Type: " + std::string(grader_type_name(root_->type));
}

std::vector<std::string> Grader::models() const {
  std::vector<std::string> all;
  visit(*root_, [&](const Node& node) {
    if (!node.model.empty() && std::ranges::find(all, node.model) == all.end()) all.push_back(node.model);
  });
  return all;
}

bool Grader::needs_scripts() const {
  bool needs = false;
  visit(*root_, [&](const Node& node) { needs = needs || node.type == GraderType::script; });
  return needs;
}

schemas::Result<void> Grader::check(const Tools& tools) const {
  schemas::Result<void> result;
  visit(*root_, [&](const Node& node) {
    if (result) result = check_node(node, tools);
  });
  return result;
}

std::vector<Graded> Grader::grade(std::span<const Example> examples, const Tools& tools) const {
  return grade_node(*root_, examples, tools);
}

std::vector<Graded> grade_node(const Grader::Node& node, std::span<const Example> examples,
                               const Tools& tools) {
  switch (node.type) {
    case GraderType::script:
      return grade_script(node, examples, tools);
    case GraderType::string_check:
    case GraderType::text_similarity:
      return grade_texts(node, examples, tools);
    case GraderType::llm_judge:
    case GraderType::score_model:
    case GraderType::label_model:
      return grade_by_model(node, examples, tools);
    case GraderType::multi:
      return grade_multi(node, examples, tools);
  }
  return std::vector<Graded>(examples.size(), no_score("unknown type of grader"));
}

std::vector<Graded> grade_script(const Grader::Node& node, std::span<const Example> examples,
                                 const Tools& tools) {
  if (tools.scripts == nullptr)
    return std::vector<Graded>(examples.size(), no_score("there are no script workers"));
  std::vector<script::Call> calls;
  calls.reserve(examples.size());
  for (const Example& example : examples) calls.push_back({example.sample, example.item, example.number});
  auto outcomes = tools.scripts->run(node.script, calls, tools.stop);
  std::vector<Graded> all(examples.size());
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    script::Outcome& outcome = outcomes[i];
    all[i].score = outcome.score;
    all[i].reason = std::move(outcome.reason);
    all[i].console = std::move(outcome.console);
    if (outcome.score) continue;
    if (outcome.fault == script::Fault::unavailable) {
      all[i].failure = schemas::Error{ErrorCode::unavailable,
                                      "a process that runs the script",
                                      outcome.error.message,
                                      "see rftd-script --self-test",
                                      {}};
    }
    all[i].error = std::move(outcome.error.message);
    if (outcome.error.line > 0)
      all[i].error += " (line " + std::to_string(outcome.error.line) + ", column " +
                      std::to_string(outcome.error.column) + ")";
  }
  return all;
}

std::vector<Graded> grade_multi(const Grader::Node& node, std::span<const Example> examples,
                                const Tools& tools) {
  std::vector<Graded> all(examples.size());
  std::vector<std::vector<double>> values(examples.size(), std::vector<double>(node.parts.size()));
  for (std::size_t p = 0; p < node.parts.size(); ++p) {
    const auto& [name, part] = node.parts[p];
    auto graded = grade_node(*part, examples, tools);
    for (std::size_t i = 0; i < examples.size(); ++i) {
      Graded& own = graded[i];
      const auto value = own.raw ? own.raw : own.score;
      all[i].parts.push_back({name, own.score ? value : std::nullopt, own.error});
      if (own.score)
        values[i][p] = *value;
      else if (node.formula.uses(p))
        all[i].error += (all[i].error.empty() ? "" : "; ") + name + ": " + own.error;
      if (!own.reason.empty())
        all[i].reason += (all[i].reason.empty() ? "" : "\n") + name + ": " + own.reason;
      all[i].console += own.console;
      if (own.failure && !all[i].failure) all[i].failure = own.failure;
      std::ranges::move(own.answers, std::back_inserter(all[i].answers));
    }
  }
  for (std::size_t i = 0; i < examples.size(); ++i) {
    if (!all[i].error.empty()) continue;
    const auto result = node.formula.evaluate(values[i]);
    // Rounding may leave a weighted mean a hair outside.
    constexpr double hair = 1e-9;
    if (!result)
      all[i].error = result.error().message();
    else if (*result < -hair || *result > 1 + hair)
      all[i].error = "expected calculate_output to give 0 to 1, found " + std::to_string(*result);
    else
      all[i].score = std::clamp(*result, 0.0, 1.0);
  }
  return all;
}

}  // namespace steps::grade
