#include "api/record_text.hpp"

#include "api/json.hpp"

namespace api {

std::string as_utf8(std::string_view bytes) {
  // The serialiser replaces what is not UTF-8; it puts quotes around and escapes, which parsing takes off
  // again.
  const std::string quoted = to_bytes(Json(std::string(bytes)));
  return Json::parse(quoted).get<std::string>();
}

std::string on_one_line(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      out += c;
      if (c == '\\' && i + 1 < json.size()) out += json[++i];
      if (c == '"') in_string = false;
    } else if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
      out += c;
      in_string = c == '"';
    }
  }
  return out;
}

}  // namespace api
