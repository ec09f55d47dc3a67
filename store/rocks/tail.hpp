// What a folder ends with, and whether that is all that was acknowledged. Read-only, any thread.
#pragma once

#include <optional>

#include "store/rocks/database.hpp"
#include "store/rocks/synced_mark.hpp"

namespace store {

struct Tail {
  GlobalPosition global_position = 0;
  std::uint64_t streams = 0;
};

// Each head against the newest two events of its stream: position, hash, chain. corrupt names the stream.
Result<Tail> verify_tail(const Database& database);

// Less than the mark: acknowledged events are lost, which is told. More: unacknowledged events made it as
// well.
std::optional<Error> compare(const Database& database, const Tail& tail, const SyncedMark::Value& mark);

// Whether a finding is one that Options::accept_loss overrides.
bool is_loss(const Error& finding);

}  // namespace store
