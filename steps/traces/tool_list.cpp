#include "steps/text/json_string.hpp"
#include "steps/traces/chat_messages.hpp"

namespace steps::traces {
namespace {

using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;
using text::no_value;

constexpr unsigned depth_max = 8;  // of JSON in strings of JSON

void append_tools(const JsonIndex& json, JsonRef value, unsigned depth, std::string& out);

void append_nested(std::string_view text, unsigned depth, std::string& out) {
  JsonIndex json;
  if (depth < depth_max && !json.parse(text)) append_tools(json, json.root(), depth + 1, out);
}

void append_field(const JsonIndex& json, std::string_view name, JsonRef value, std::string& out) {
  if (value == no_value) return;
  out += ",\"";
  out += name;
  out += "\":";
  // A schema may stand in a string of its own.
  const bool is_nested = name == "parameters" && json.is(value, JsonKind::string);
  std::string buffer;
  JsonIndex nested;
  const std::string_view inside = is_nested ? json.string(value, buffer) : json.raw(value);
  text::append_compact(is_nested && nested.parse(inside) ? json.raw(value) : inside, out);
}

void append_tool(const JsonIndex& json, JsonRef tool, unsigned depth, std::string& out) {
  for (const std::string_view wrapper : {"tool", "json_schema"}) {
    const JsonRef wrapped = json.field(tool, wrapper);
    if (wrapped != no_value && json.field(tool, "name") == no_value)
      return append_tools(json, wrapped, depth + 1, out);
  }
  const JsonRef function = json.field(tool, "function");
  const JsonRef name = json.field(tool, "name");
  if (!json.is(function, JsonKind::object) && !json.is(name, JsonKind::string)) return;
  if (out.size() > 1) out += ',';
  if (json.is(function, JsonKind::object)) return text::append_compact(json.raw(tool), out);
  out += R"({"type":"function","function":{"name":)";
  out += json.raw(name);
  append_field(json, "description", first_field(json, tool, {"description"}), out);
  append_field(json, "parameters",
               first_field(json, tool, {"parameters", "inputSchema", "input_schema", "jsonSchema"}), out);
  out += "}}";
}

void append_tools(const JsonIndex& json, JsonRef value, unsigned depth, std::string& out) {
  if (depth > depth_max) return;
  if (json.is(value, JsonKind::string)) {
    std::string buffer;
    return append_nested(json.string(value, buffer), depth, out);
  }
  if (json.is(value, JsonKind::object)) return append_tool(json, value, depth, out);
  if (!json.is(value, JsonKind::array)) return;
  for (JsonRef c = json.first(value); c != json.end(value); c = json.next(c))
    append_tools(json, c, depth + 1, out);
}

}  // namespace

std::string read_tools(const Datum& datum) {
  std::string out = "[";
  append_nested(datum.bytes, 0, out);
  return out.size() == 1 ? std::string{} : out + "]";
}

}  // namespace steps::traces
