// JSON for sources of this folder: one alias, one way to bytes. Included by .cpp files only.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace api {

using Json = nlohmann::ordered_json;  // members stay in the order in which they were put

// UTF-8; bytes that are not become U+FFFD, so that a broken name cannot make an answer unreadable.
inline std::string to_bytes(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace api
