#include "tools/rftctl/json.hpp"

#include <fmt/format.h>

#include "tools/rftctl/text.hpp"

namespace rftctl {

namespace {

std::string scalar(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return {};
  if (value.is_number_float()) return fmt::format("{:.6g}", value.get<double>());
  return value.dump();
}

}  // namespace

json parse(std::string_view bytes) {
  return json::parse(bytes, nullptr, false);
}

const json& member(const json& object, const char* key) {
  static const json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

std::string text(const json& object, const char* key) {
  const json& value = member(object, key);
  return value.is_structured() ? std::string{} : scalar(value);
}

std::optional<double> number(const json& object, const char* key) {
  const json& value = member(object, key);
  if (!value.is_number()) return std::nullopt;
  return value.get<double>();
}

std::uint64_t count(const json& object, const char* key) {
  const json& value = member(object, key);
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  return value.is_number() && value.get<double>() > 0 ? static_cast<std::uint64_t>(value.get<double>()) : 0;
}

bool flag(const json& object, const char* key) {
  const json& value = member(object, key);
  return value.is_boolean() && value.get<bool>();
}

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

std::string outline(const json& document, int indent) {
  const std::string pad(static_cast<std::size_t>(indent), ' ');
  if (!document.is_structured()) return pad + printable(scalar(document)) + "\n";
  std::string out;
  for (const auto& [key, value] : document.items()) {
    const std::string name = document.is_array() ? std::string("-") : printable(key) + ":";
    if (!value.is_structured()) {
      out += pad + name + " " + printable(scalar(value)) + "\n";
    } else if (value.empty()) {
      out += pad + name + " none\n";
    } else if (document.is_array()) {
      const std::string inner = outline(value, indent + 2);
      out += pad + "- " + inner.substr(std::min(inner.size(), pad.size() + 2));
    } else {
      out += pad + name + "\n" + outline(value, indent + 2);
    }
  }
  return out;
}

std::string summary(const json& object, std::size_t characters_max) {
  std::string out;
  for (const auto& [key, value] : object.items()) {
    if (value.is_null() || value == "") continue;
    if (!out.empty()) out += ' ';
    if (value.is_array()) {
      out += fmt::format("{}[{}]", key, value.size());
    } else if (value.is_object() && value.size() == 1 && value.contains("value")) {
      out += fmt::format("{}={}", key, scalar(value["value"]));
    } else if (value.is_object()) {
      out += fmt::format("{}{{{}}}", key, summary(value, characters_max));
    } else {
      out += fmt::format("{}={}", key, scalar(value));
    }
  }
  return fitted(printable(out), characters_max);
}

}  // namespace rftctl
