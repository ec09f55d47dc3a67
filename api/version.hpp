// What this build calls itself. Constants.
#pragma once

#include <string_view>

namespace api {

inline constexpr std::string_view version_text = RFTD_VERSION;
// Changes when the bytes of any projection change for the same log, so that clients' caches notice.
inline constexpr unsigned projection_version = 1;
inline constexpr std::string_view build_id = RFTD_VERSION;

}  // namespace api
