// Times as they stand in JSON and headers. Pure, any thread.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace api {

// µs since 1970 UTC -> "2026-07-22T12:03:11.123456Z"; a whole second has no fraction.
std::string rfc3339(std::int64_t microseconds);
// "2026-07-22T12:03:11Z", "2026-07-22T12:03:11.5+02:00", lower-case t and z too; nothing for anything else.
std::optional<std::int64_t> from_rfc3339(std::string_view text);
// "Wed, 22 Jul 2026 12:03:11 GMT".
std::string http_date(std::time_t seconds);

}  // namespace api
