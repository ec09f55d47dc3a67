// Graders: how an answer becomes a score from 0 to 1. Parsed from the JSON that the API takes, checked whole,
// then asked for many examples at a time. A grader that fails gives no score: void, never 0.
// Runs on: any thread; a Grader never changes after it has been parsed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"
#include "steps/llm/chat.hpp"
#include "steps/script/script_pool.hpp"

namespace steps::grade {

enum class GraderType : std::uint8_t {
  script,           // {type:"script", source, limits?}
  llm_judge,        // {type:"llm_judge", model, prompt | preset, ...}
  string_check,     // OpenAI's, and the four below
  text_similarity,  //
  score_model,
  label_model,
  multi,
};
[[nodiscard]] std::string_view grader_type_name(GraderType type);

// What is graded, as two JSON objects; example.hpp makes them. `number` tells records apart for seeds and may
// be anything that stays the same for a record.
struct Example {
  std::string sample;  // {output_text, output_json?, output_tools?}
  std::string item;    // the record's fields, and user_message
  std::uint64_t number = 0;
};

struct Part {  // of a multi grader
  std::string name;
  std::optional<double> score;  // as the formula saw it
  std::string error;
};

struct Graded {
  std::optional<double> score;  // 0..1; none exactly when `error` says why
  std::string reason;
  std::string error;
  std::optional<schemas::Error> failure;  // who was to grade could not be asked, beside `error`
  std::optional<double> raw;              // in the grader's own range (score_model)
  std::optional<bool> passed;             // where the grader has a pass_threshold (of raw) or passing labels
  std::vector<Part> parts;
  std::vector<llm::ChatAnswer> answers;  // of the models asked, to be kept: what is known is not asked again
  std::string console;                   // of a script
};

// What graders need beside the example. A grader that needs what is not there gives errors that say so.
struct Tools {
  script::ScriptPool* scripts = nullptr;
  llm::Models* models = nullptr;
  std::stop_token stop;
  std::function<std::optional<llm::ChatAnswer>(std::string_view request_hash)> known;  // see llm::CallOptions
};

class Grader {
 public:
  // invalid_argument, `at` a JSON pointer into the object: unknown type or field, wrong kind of value,
  // unknown template variable, formula that does not parse, nesting of multi in multi, source over 1 MB.
  [[nodiscard]] static schemas::Result<Grader> parse(std::string_view json);

  [[nodiscard]] GraderType type() const;
  [[nodiscard]] const std::string& name() const;  // empty: not given
  // The object again: fields sorted, defaults filled in, presets expanded. Equal text: equal grading.
  [[nodiscard]] const std::string& json() const;
  // What the card shows: "Judge: gpt-4o", "Type: JavaScript Script", "Type: string_check".
  [[nodiscard]] std::string title() const;
  [[nodiscard]] std::vector<std::string> models() const;  // that it asks, each once
  [[nodiscard]] bool needs_scripts() const;

  // Whether its scripts compile and its models are known: what parse cannot tell. The error's `at` is a JSON
  // pointer; found names line and column for a script.
  [[nodiscard]] schemas::Result<void> check(const Tools& tools) const;

  // One result an example, in order. Waits for scripts and models.
  [[nodiscard]] std::vector<Graded> grade(std::span<const Example> examples, const Tools& tools) const;

  struct Node;  // internal
 private:
  explicit Grader(std::shared_ptr<const Node> root);
  std::shared_ptr<const Node> root_;
};

// Graders of our own that a person can start from. json() is a whole grader object; judges lack only `model`.
struct Preset {
  std::string_view name;     // "correctness", "tool_usage", "format_compliance", "conciseness"
  std::string_view title;    // "Correctness"
  std::string_view summary;  // one sentence
  std::string_view prompt;   // template of the judge
};
[[nodiscard]] std::span<const Preset> presets();
[[nodiscard]] const Preset* find_preset(std::string_view name);  // nullptr: none of that name

}  // namespace steps::grade
