#include "store/backup.hpp"

#include <fmt/format.h>

#include "tools/rftctl/store_verbs.hpp"

namespace rftctl {

int backup(const std::string& data, const std::string& to) {
  // Held open until the copy is whole, so that no daemon starts in between.
  const auto log = open_store(data);
  if (!log) return tell(log.error());
  if ((*log)->finding())
    return tell({exit_failed, "expected a store that is whole, so that its backup is worth having", {}});
  if (auto copied = store::restore(data, to); !copied) return tell(failure_of(copied.error()));
  fmt::print("backed up {} to {}: global position {}, opened and verified\n", data, to,
             (*log)->statistics().global_position);
  return exit_ok;
}

int restore(const std::string& from, const std::string& to) {
  if (auto restored = store::restore(from, to); !restored) return tell(failure_of(restored.error()));
  const auto log = open_store(to);
  if (!log) return tell(log.error());
  fmt::print("restored {} to {}: {} streams, global position {}, opened and verified\n", from, to,
             (*log)->statistics().streams, (*log)->statistics().global_position);
  return exit_ok;
}

}  // namespace rftctl
