#include "steps/topics/templates.hpp"

#include <algorithm>

namespace steps::topics {
namespace {

// Lower case, words joined by "-".
std::string as_name(std::string_view text) {
  std::string name;
  for (const char byte : text) {
    const bool upper = byte >= 'A' && byte <= 'Z';
    name += upper ? static_cast<char>(byte + 32) : byte == ' ' || byte == '_' ? '-' : byte;
  }
  return name;
}

}  // namespace

const Template* find_template(std::string_view name) {
  const std::string wanted = as_name(name);
  const auto found = std::ranges::find(templates(), wanted, &Template::name);
  return found == templates().end() ? nullptr : &*found;
}

std::string template_names() {
  std::string names;
  for (const Template& made : templates()) names += (names.empty() ? "" : ", ") + std::string(made.name);
  return names;
}

}  // namespace steps::topics
