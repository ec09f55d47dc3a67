#include "store/backup.hpp"

#include <fmt/format.h>

#include "tools/rftctl/store_verbs.hpp"

namespace rftctl {

// Without a daemon a store is a folder at rest: a verified, synced copy is its backup.
int backup(const std::string& data, const std::string& to) {
  {
    const auto log = open_store(data);
    if (!log) return tell(log.error());
    if ((*log)->finding())
      return tell({exit_failed, "expected a store that is whole, so that its backup is worth having", {}});
  }
  if (auto copied = store::restore(data, to); !copied) return tell(failure_of(copied.error()));
  const auto copy = open_store(to);
  if (!copy) return tell(copy.error());
  fmt::print("backed up {} to {}: global position {}, opened and verified\n", data, to,
             (*copy)->statistics().global_position);
  return exit_ok;
}

int restore(const std::string& from, const std::string& to) {
  log_quietly();
  if (auto restored = store::restore(from, to); !restored) return tell(failure_of(restored.error()));
  const auto log = open_store(to);
  if (!log) return tell(log.error());
  fmt::print("restored {} to {}: {} streams, global position {}, opened and verified\n", from, to,
             (*log)->statistics().streams, (*log)->statistics().global_position);
  return exit_ok;
}

}  // namespace rftctl
