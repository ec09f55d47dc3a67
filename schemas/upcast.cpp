#include "schemas/upcast.hpp"

#include <algorithm>

namespace schemas {

std::span<const Upcaster> upcasters() {
  return {};
}

Result<NewEvent> upcast(EventType type, std::uint16_t version, std::string_view body,
                        std::uint16_t to_version, std::span<const Upcaster> table) {
  NewEvent event{type, version, std::string(body)};
  while (event.version < to_version) {
    const auto step = std::ranges::find_if(table, [&](const Upcaster& candidate) {
      return candidate.type == type && candidate.from_version == event.version;
    });
    if (step == table.end()) {
      return fail(
          ErrorCode::corrupt,
          "an upcaster for " + std::string(name_of(type)) + " version " + std::to_string(event.version),
          "none", "this build cannot read a log that old; use the release that wrote it to upgrade");
    }
    event.body = step->convert(event.body);
    ++event.version;
  }
  if (event.version > to_version) {
    return fail(ErrorCode::corrupt,
                std::string(name_of(type)) + " up to version " + std::to_string(to_version),
                "version " + std::to_string(event.version),
                "the log was written by a newer release; run that release or a later one");
  }
  return event;
}

}  // namespace schemas
