// From the log back to state: the same fold as live, called by nobody else's answer. Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/dataset.hpp"
#include "schemas/error.hpp"
#include "store/event_log.hpp"

namespace engine {

// An event as the fold wants it: verified, upcast. `upcast_body` keeps the bytes alive when they are new
// ones.
schemas::Result<Fact> fact_of(const store::EventView& event, std::string& upcast_body);

// Folds the events after dataset.state.position up to `until` (<= head) into it.
schemas::Result<void> fold_on(Dataset& dataset, const store::EventLog& log, Position until);

// The dataset at a position: the newest usable snapshot at or before it, and a fold of the tail.
schemas::Result<Dataset> load(const store::EventLog& log, DatasetId id, Position until);

// The last position whose event is not later than `time` (µs UTC); 0 when all are later. O(log n) reads.
schemas::Result<Position> position_at(const store::EventLog& log, DatasetId id, std::int64_t time);

struct ReplayReport {
  std::uint64_t events = 0;
  Position position = 0;
  std::string digest;  // SHA-256 of the serialised state, hexadecimal
  std::vector<Position> snapshots_equal;
  std::vector<Position> snapshots_different;  // a projection that is not what its log says
  double seconds = 0;
};
// Folds from event 1, whatever snapshots there are, and compares the state with each stored snapshot, byte
// for byte, at its position. `progress` gets the position reached.
schemas::Result<ReplayReport> verify_replay(const store::EventLog& log, DatasetId id,
                                            std::optional<Position> until,
                                            const std::function<void(Position)>& progress = {});

}  // namespace engine
