#include "steps/grade/answer_schema.hpp"

#include <nlohmann/json.hpp>

namespace steps::grade {

using nlohmann::json;

namespace {

// Strict schemas want every property required and no other allowed.
json object_of(const json& properties) {
  json required = json::array();
  for (const auto& [name, schema] : properties.items()) required.push_back(name);
  return {{"type", "object"},
          {"properties", properties},
          {"required", required},
          {"additionalProperties", false}};
}

std::string result_schema(const json& result) {
  const json step = object_of({{"description", {{"type", "string"}}}, {"conclusion", {{"type", "string"}}}});
  return object_of({{"steps", {{"type", "array"}, {"items", step}}}, {"result", result}}).dump();
}

}  // namespace

std::string score_schema() {
  return result_schema({{"type", "number"}});
}

std::string label_schema(const std::vector<std::string>& labels) {
  return result_schema({{"type", "string"}, {"enum", labels}});
}

std::string judgement_schema() {
  return object_of({{"reasoning", {{"type", "string"}}}, {"score", {{"type", "number"}}}}).dump();
}

}  // namespace steps::grade
