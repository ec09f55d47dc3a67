// What a server turned out to understand. Found out by its refusals, per model, and remembered by the client.
// Pure; any thread. Internal to steps/llm.
#pragma once

#include <cstdint>
#include <string_view>

namespace steps::llm {

enum class SchemaMode : std::uint8_t {
  json_schema,  // response_format json_schema: the server holds the model to it
  json_object,  // any JSON object; the schema is told in words
  words,        // in words alone
};

struct Dialect {
  SchemaMode schema = SchemaMode::json_schema;
  bool max_completion_tokens = false;  // reasoning models take that in place of max_tokens
  bool no_temperature = false;
  bool no_seed = false;
  bool no_reasoning_effort = false;

  friend bool operator==(const Dialect&, const Dialect&) = default;
};

// What to try after a refusal (status 400, 404, 422, 501 and its message). Unchanged: it was not about that.
[[nodiscard]] Dialect adapt(Dialect dialect, unsigned status, std::string_view message);

}  // namespace steps::llm
