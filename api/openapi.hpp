// The description of this interface, as it was when the program was built (schemas/openapi.yaml).
#pragma once

#include <string_view>

namespace api {

std::string_view openapi_json();

}  // namespace api
