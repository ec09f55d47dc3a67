// The daemon's refusals (application/problem+json) as sentences. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "tools/rftctl/answer.hpp"

namespace rftctl {

// "refused (409 Conflict): <detail>" and one indented block of wanted, found and hint for each error.
// A body that is no problem document is quoted, cut to 500 characters. exit_failed, always.
Failure problem(long status, std::string_view body);

}  // namespace rftctl
