// Getting a backup back. A backup is a whole data folder that EventLog::backup() wrote; on the same file
// system it shares its table files with the log by hard links, so copy it to another disk to survive the loss
// of this one.
#pragma once

#include <string>

#include "store/event_log.hpp"

namespace store {

// Copies the backup into an empty or new folder, syncs it, and verifies that it opens with all that was
// acknowledged when it was taken. conflict: the target is not empty. corrupt: the backup is damaged.
// Blocks for the length of the copy; no daemon may use either folder. `rftctl audit` checks the whole of it.
Result<void> restore(const std::string& backup_folder, const std::string& target_folder);

}  // namespace store
