// The verbs that work on a store folder without a daemon: they open it read-only, keep daemons out while they
// look, and are refused where one runs. All the judging is done by engine/ and store/. Main thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "schemas/error.hpp"
#include "schemas/ids.hpp"
#include "store/rocks/rocks_event_log.hpp"
#include "tools/rftctl/answer.hpp"

namespace rftctl {

struct StoreSettings {
  std::string data;     // the folder that rftd is given with --data
  std::string dataset;  // id, or a name that only one dataset has; empty: all
  bool json = false;
};

// store_open.cpp
// What store/ has to say belongs on standard error, and only when something is wrong.
void log_quietly();
Result<std::unique_ptr<store::RocksEventLog>> open_store(const std::string& folder);
// Empty when no dataset is wanted.
Result<std::optional<schemas::DatasetId>> dataset_in(const store::EventLog& log, const std::string& wanted);
// "system" or "d7".
std::string stream_name(schemas::StreamId stream);
Failure failure_of(const schemas::Error& error);
int tell(const Failure& failure);

// store_verify.cpp
struct ReplaySettings {
  StoreSettings store;
  std::optional<schemas::Position> until;
};
int replay(const ReplaySettings& settings);
int audit(const StoreSettings& settings, bool blobs);

// store_log.cpp
struct LogSettings {
  StoreSettings store;
  schemas::Position from = 1;
  std::optional<schemas::Position> to;
};
int show_log(const LogSettings& settings);

// store_backup.cpp
int backup(const std::string& data, const std::string& to);
int restore(const std::string& from, const std::string& to);

}  // namespace rftctl
