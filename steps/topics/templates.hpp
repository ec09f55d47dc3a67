// Ready-made hierarchies for common fields, written for this product: steps/topics/templates/*.txt, built in.
// Const; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace steps::topics {

struct TemplateTopic {
  std::string_view name;
  std::string_view description;
  std::vector<std::string_view> keywords;
  std::vector<TemplateTopic> children;  // of the upper level
};

struct Template {
  std::string_view name;  // "customer-support"
  std::string_view title;
  std::string_view summary;
  std::vector<TemplateTopic> topics;
};

// By name.
[[nodiscard]] const std::vector<Template>& templates();

// By name, in any case and with spaces or hyphens; null when there is none.
[[nodiscard]] const Template* find_template(std::string_view name);

// "coding-assistant, customer-support, …", for errors.
[[nodiscard]] std::string template_names();

}  // namespace steps::topics
