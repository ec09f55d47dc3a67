// Old events in new words: an upcaster turns the body of one (type, version) into the body of the next
// version. Readers see only the current version. Pure, any thread; the log itself is never rewritten.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "schemas/facts.hpp"

namespace schemas {

struct Upcaster {
  EventType type;
  std::uint16_t from_version;  // the result has from_version + 1
  std::string (*convert)(std::string_view body);
};

// Every upcaster of this build, oldest first. Empty as long as no table has had to change its meaning.
std::span<const Upcaster> upcasters();

// The body at `to_version`, and that version. An Error (corrupt) when a step is missing or the event is
// newer than this build; then the daemon has been downgraded, and says so.
Result<NewEvent> upcast(EventType type, std::uint16_t version, std::string_view body,
                        std::uint16_t to_version, std::span<const Upcaster> table);

}  // namespace schemas
