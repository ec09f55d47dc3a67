#include "steps/llm/dialect.hpp"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <string>

namespace steps::llm {

namespace {

bool mentions(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words,
                             [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

}  // namespace

Dialect adapt(Dialect dialect, unsigned status, std::string_view message) {
  if (status != 400 && status != 404 && status != 422 && status != 501) return dialect;
  std::string text(message);
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (!dialect.max_completion_tokens && mentions(text, {"max_completion_tokens"})) {
    dialect.max_completion_tokens = true;
  } else if (!dialect.no_temperature && mentions(text, {"temperature"})) {
    dialect.no_temperature = true;
  } else if (!dialect.no_reasoning_effort && mentions(text, {"reasoning_effort", "reasoning.effort"})) {
    dialect.no_reasoning_effort = true;
  } else if (!dialect.no_seed && mentions(text, {"'seed'", "\"seed\"", "parameter: seed", "`seed`"})) {
    dialect.no_seed = true;
  } else if (dialect.schema != SchemaMode::words &&
             mentions(text, {"response_format", "json_schema", "json_object", "structured output", "grammar",
                             "guided", "initialize samplers"})) {  // the last: llama-server of its grammar
    dialect.schema = dialect.schema == SchemaMode::json_schema ? SchemaMode::json_object : SchemaMode::words;
  }
  return dialect;
}

}  // namespace steps::llm
