// The one place where an Error becomes an HTTP status and an RFC 9457 body. Pure, any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/reply.hpp"
#include "schemas/error.hpp"

namespace api {

unsigned status_of(const schemas::Error& error);
// "conflict": the last part of a problem's type, "urn:rftd:problem:conflict".
std::string_view name_of(schemas::ErrorCode code);

// `extra`: further members as the inside of a JSON object ("\"blocked\":[…]"), empty for none.
// `status` 0 takes the one that belongs to the error.
Reply problem(const schemas::Error& error, unsigned status = 0, std::string_view extra = {});

}  // namespace api
