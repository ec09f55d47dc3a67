// A record's bytes on their way into JSON. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace api {

// The bytes as valid UTF-8: others become U+FFFD.
std::string as_utf8(std::string_view bytes);
// JSON without white space between its tokens, so that it fits on one line. `json` must be JSON.
std::string on_one_line(std::string_view json);

}  // namespace api
