// A store folder that no daemon holds, for looking at.
#pragma once

#include "store/rocks/rocks_event_log.hpp"

inline auto open_to_read(const std::string& folder) {
  store::RocksEventLog::Options options;
  options.folder = folder;
  options.read_only = true;
  return store::RocksEventLog::open(options);
}
