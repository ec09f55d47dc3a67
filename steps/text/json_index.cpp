#include "steps/text/json_index.hpp"

#include "steps/text/json_string.hpp"

namespace steps::text {

std::string_view json_kind_name(JsonKind kind) {
  switch (kind) {
    case JsonKind::null:
      return "null";
    case JsonKind::boolean:
      return "a boolean";
    case JsonKind::number:
      return "a number";
    case JsonKind::string:
      return "a string";
    case JsonKind::array:
      return "an array";
    case JsonKind::object:
      return "an object";
  }
  return "nothing";
}

void JsonIndex::clear() {
  values_.clear();
  open_.clear();
  text_ = {};
}

std::string_view JsonIndex::string(JsonRef value, std::string& buffer) const {
  if (!has_escapes(value)) return raw_string(value);
  buffer.clear();
  append_unescaped(raw_string(value), buffer);
  return buffer;
}

bool JsonIndex::string_equals(JsonRef value, std::string_view expected) const {
  if (!has_escapes(value)) return raw_string(value) == expected;
  std::string buffer;
  return string(value, buffer) == expected;
}

JsonRef JsonIndex::field(JsonRef object, std::string_view name) const {
  if (!is(object, JsonKind::object)) return no_value;
  JsonRef found = no_value;
  for (JsonRef key = first(object); key != end(object); key = next(value_of(key))) {
    if (string_equals(key, name)) found = value_of(key);
  }
  return found;
}

}  // namespace steps::text
