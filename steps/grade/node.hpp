// A parsed grader, as grading reads it. Internal to steps/grade; never changes after parse.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "steps/grade/formula.hpp"
#include "steps/grade/grader.hpp"
#include "steps/grade/template.hpp"
#include "steps/grade/text_metrics.hpp"

namespace steps::grade {

enum class Operation : std::uint8_t { eq, ne, like, ilike };

struct MessageTemplate {
  std::string role;
  Template content;
};

struct Grader::Node {
  GraderType type = GraderType::script;
  std::string name;
  std::string json;
  std::string at;  // JSON pointer of this grader in the whole object
  std::optional<double> pass_threshold;

  script::Script script;  // script

  Template input;  // string_check, text_similarity
  Template reference;
  Operation operation = Operation::eq;
  Metric metric = Metric::fuzzy_match;

  std::string model;  // llm_judge, score_model, label_model; of embeddings in text_similarity
  std::vector<MessageTemplate> messages;
  llm::ChatRequest request;  // parameters and schema
  double low = 0;
  double high = 1;
  std::vector<std::string> labels;
  std::vector<std::string> passing_labels;

  std::vector<std::pair<std::string, std::shared_ptr<const Node>>> parts;  // multi, by name
  Formula formula;
};

// Each gives one result an example; the examples' templates are rendered from their values.
std::vector<Graded> grade_node(const Grader::Node& node, std::span<const Example> examples,
                               const Tools& tools);
std::vector<Graded> grade_script(const Grader::Node& node, std::span<const Example> examples,
                                 const Tools& tools);
std::vector<Graded> grade_texts(const Grader::Node& node, std::span<const Example> examples,
                                const Tools& tools);
std::vector<Graded> grade_by_model(const Grader::Node& node, std::span<const Example> examples,
                                   const Tools& tools);
std::vector<Graded> grade_multi(const Grader::Node& node, std::span<const Example> examples,
                                const Tools& tools);

[[nodiscard]] inline Graded no_score(std::string error) {
  Graded graded;
  graded.error = std::move(error);
  return graded;
}

}  // namespace steps::grade
