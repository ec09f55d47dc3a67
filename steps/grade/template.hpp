// Texts with variables: {{ item.reference_answer }}, {{ sample.output_json.steps[0].text }}. Pure; any
// thread. A variable is a path of names and [indices] below item or sample. A string stands as its text,
// anything else as compact JSON. Two braces as such are written {{"{{"}}.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "schemas/error.hpp"
#include "steps/text/json_index.hpp"

namespace steps::grade {

// What templates take their values from: two JSON objects, parsed once for all templates of an example.
class Values {
 public:
  // Both must outlive the values. invalid_argument for what is no JSON object.
  [[nodiscard]] static schemas::Result<Values> read(std::string_view sample, std::string_view item);
  [[nodiscard]] const text::JsonIndex& sample() const { return sample_; }
  [[nodiscard]] const text::JsonIndex& item() const { return item_; }

 private:
  text::JsonIndex sample_;
  text::JsonIndex item_;
};

class Template {
 public:
  static constexpr std::size_t bytes_max = 1U << 20U;

  // invalid_argument with the column for braces that do not pair and for variables that cannot exist: another
  // root than item and sample, another field of sample than output_text, output_json, output_tools (and what
  // stands for them, choices[0].message.content and .tool_calls).
  [[nodiscard]] static schemas::Result<Template> parse(std::string_view text);

  // not_found for a field that is missing or null, with the fields there are.
  [[nodiscard]] schemas::Result<std::string> render(const Values& values) const;
  [[nodiscard]] bool has_variables() const;

 private:
  struct Step {
    std::string name;  // empty: an index
    std::size_t index = 0;
  };
  struct Variable {
    bool is_sample = false;
    std::vector<Step> path;
    std::string text;  // as written
  };
  friend class TemplateParser;
  static schemas::Result<void> append(const Variable& variable, const text::JsonIndex& json,
                                      std::string& out);

  std::vector<std::variant<std::string, Variable>> parts_;
};

}  // namespace steps::grade
