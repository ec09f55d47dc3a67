// Single values as sources write them. Pure functions, any thread. Internal to steps/traces.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "steps/traces/chat_messages.hpp"
#include "steps/traces/dialect.hpp"

namespace steps::traces {

// A number, or a text that is one and nothing else; finite.
[[nodiscard]] std::optional<double> read_number(const Datum& datum);
// ns since 1970 of a moment: ISO 8601 (no zone: UTC), or a number of s, ms, us or ns, told apart by its size.
[[nodiscard]] std::optional<std::uint64_t> read_time(const Datum& datum);
[[nodiscard]] std::uint64_t nanoseconds_of(double length, Form form);
// The texts of an array, or of a text that is one as JSON; any other value is the one element.
[[nodiscard]] std::vector<std::string> read_list(const Datum& datum);
// JSON as it is, a text in quotes.
[[nodiscard]] std::string as_json(const Datum& datum);
[[nodiscard]] bool says_failed(std::string_view status);

}  // namespace steps::traces
