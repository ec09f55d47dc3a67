// Reading the daemon's JSON without surprises: a missing member, a null or another type gives the fallback,
// never an exception, so that an older rftctl still prints what a newer daemon says. Pure, any thread.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace rftctl {

// Keeps the daemon's order of members.
using json = nlohmann::ordered_json;

// Discarded (is_discarded()) when `text` is not JSON.
json parse(std::string_view text);

// Null when `object` has no such member.
const json& member(const json& object, const char* key);
// A scalar as text: strings as they are, numbers and booleans as JSON writes them; empty when absent.
std::string text(const json& object, const char* key);
std::optional<double> number(const json& object, const char* key);
std::uint64_t count(const json& object, const char* key);
bool flag(const json& object, const char* key);

// "1,008".
std::string with_commas(std::uint64_t number);

// An indented outline of any document, for answers whose shape is the daemon's business.
std::string outline(const json& document, int indent = 0);

// One line that names a fact's scalars and the sizes of its columns: "first_record=1 lengths[512]".
std::string summary(const json& object, std::size_t characters_max);

}  // namespace rftctl
