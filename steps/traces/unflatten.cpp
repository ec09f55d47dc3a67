#include "steps/traces/unflatten.hpp"

#include <charconv>
#include <map>
#include <optional>

#include "steps/text/json_string.hpp"

namespace steps::traces {
namespace {

constexpr unsigned depth_max = 16;

// By value, so that 10 comes after 9; names, which have no number, come before all numbers.
struct Step {
  std::optional<std::uint64_t> number;
  std::string_view name;

  auto operator<=>(const Step&) const = default;
};

struct Node {
  std::map<Step, Node> children;
  const Value* value = nullptr;
};

Step step_of(std::string_view name) {
  std::uint64_t number = 0;
  const char* end = name.data() + name.size();
  const bool is_number =
      !name.empty() && std::from_chars(name.data(), end, number) == std::from_chars_result{end, {}};
  return {is_number ? std::optional(number) : std::nullopt, name};
}

void put(Node& root, std::string_view path, const Value& value) {
  Node* node = &root;
  for (unsigned depth = 1; !path.empty(); ++depth) {
    const std::size_t dot = depth < depth_max ? path.find('.') : std::string_view::npos;
    node = &node->children[step_of(path.substr(0, dot))];
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  node->value = &value;
}

void append(const Node& node, std::string& out) {
  if (node.children.empty()) {
    if (node.value == nullptr) {
      out += "null";
    } else {
      append_json(*node.value, out);
    }
    return;
  }
  // Names sort first, so that the first child is a number only where all are.
  const bool is_array = node.children.begin()->first.number.has_value();
  out += is_array ? '[' : '{';
  bool first = true;
  for (const auto& [step, child] : node.children) {
    if (!first) out += ',';
    first = false;
    if (!is_array) {
      text::append_quoted(step.name, out);
      out += ':';
    }
    append(child, out);
  }
  out += is_array ? ']' : '}';
}

}  // namespace

std::string unflatten(const Attributes& attributes, std::string_view prefix) {
  Node root;
  for (const Attribute& attribute : attributes) {
    const std::string_view key = attribute.key;
    if (key.size() > prefix.size() && key.starts_with(prefix))
      put(root, key.substr(prefix.size()), attribute.value);
  }
  std::string out;
  if (!root.children.empty()) append(root, out);
  return out;
}

}  // namespace steps::traces
