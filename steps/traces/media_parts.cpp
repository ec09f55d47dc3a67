#include "steps/traces/media_parts.hpp"

#include "steps/text/json_string.hpp"
#include "steps/traces/chat_messages.hpp"

namespace steps::traces {
namespace {

using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;

// Bytes in base64 become an address that holds them; an address stays.
std::string address_of(std::string data, std::string_view media_type) {
  if (data.starts_with("data:") || data.starts_with("http://") || data.starts_with("https://")) return data;
  if (data.empty() || !media_type.starts_with("image/")) return {};
  return "data:" + std::string(media_type) + ";base64," + data;
}

std::string string_in(const JsonIndex& json, JsonRef object, std::initializer_list<std::string_view> names) {
  const JsonRef value = first_field(json, object, names);
  return json.is(value, JsonKind::string) ? text_of(json, value) : std::string();
}

std::string image_address(const JsonIndex& json, JsonRef part, std::string_view type) {
  const std::string media_type = string_in(json, part, {"mime_type", "mediaType", "mimeType"});
  if (type == "blob" || type == "uri") {
    if (string_in(json, part, {"modality"}) != "image") return {};
    return address_of(string_in(json, part, {"content", "uri"}), media_type);
  }
  if (type == "file" && media_type.starts_with("image"))
    return address_of(string_in(json, part, {"data", "url"}), media_type);
  if (type != "image" && type != "input_image") return {};
  if (std::string address = string_in(json, part, {"image_url"}); !address.empty()) return address;
  const JsonRef image = json.field(part, "image");
  if (json.is(image, JsonKind::string)) return address_of(text_of(json, image), media_type);
  const JsonRef inner = json.field(image, "image");
  return string_in(json, json.is(inner, JsonKind::object) ? inner : image, {"url"});
}

}  // namespace

std::string image_part(const JsonIndex& json, JsonRef part, std::string_view type) {
  const std::string address = image_address(json, part, type);
  if (address.empty()) return {};
  std::string out = R"({"type":"image_url","image_url":{"url":)";
  text::append_quoted(address, out);
  out += "}}";
  return out;
}

}  // namespace steps::traces
