// The audit: reads everything and believes nothing. Any thread, while the log is in use or not.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "store/event_log.hpp"

namespace store {

struct AuditReport {
  struct Bad {
    StreamId stream = 0;
    Position position = 0;  // 0: a blob of the stream, which `why` names
    std::string why;
  };
  std::uint64_t streams = 0;
  std::uint64_t events = 0;      // that were found good
  std::optional<Bad> first_bad;  // in the order of streams
  bool blobs_checked = false;
  std::uint64_t blobs = 0;         // distinct ones that were found good
  std::uint64_t blobs_erased = 0;  // that events name and later events have erased
};

// Walks each stream from position 1 to its head: checksum, no gap, prev_hash over the event before, time and
// global positions that only grow, a body that fits its type, and a head that tells of the newest event; no
// global position is used twice. With `check_blobs`, reads every held blob against its id, and asks of every
// blob that an event names whether the stream holds it or a later event has erased it. What is damaged is
// reported, not returned as an Error; an Error means that the audit itself could not go on.
// `progress` gets the number of events done so far, about every 4,096.
Result<AuditReport> audit(const EventLog& log, bool check_blobs,
                          const std::function<void(std::uint64_t done)>& progress);

}  // namespace store
