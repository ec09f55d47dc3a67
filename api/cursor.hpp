// Where the next page of a list begins, as an opaque text. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"

namespace api {

std::string base64url(std::string_view bytes);
// Nothing for a text that is not base64url.
schemas::Result<std::string> from_base64url(std::string_view text);

// `order` names the sort order, so that a cursor cannot continue another one.
std::string cursor_text(std::string_view order, const std::vector<std::string>& fields);
// As many fields as were put in. invalid_argument: not a cursor of this list, or of another order.
schemas::Result<std::vector<std::string>> cursor_fields(std::string_view cursor, std::string_view order,
                                                        std::size_t fields);

}  // namespace api
