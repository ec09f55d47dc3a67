// The one writer of the log: knows every head, gives positions, and knows what became of a write that failed.
// Engine thread only.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "store/rocks/batch.hpp"
#include "store/rocks/synced_mark.hpp"

namespace store {

class Writer {
 public:
  Writer(Database& database, std::unique_ptr<SyncedMark> mark, std::uint64_t epoch);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Reads all heads; the next global position follows the greatest.
  Result<void> load_heads();
  // The mark at what is on disk now, synced.
  Result<void> settle_mark();
  Result<std::vector<Committed>> append(std::span<const Append> appends);

 private:
  Result<void> ready(std::size_t bytes);
  // Opens the log anew and reads where it ends: at least where it was known to.
  Result<void> recover();
  // After a failed write that was to make `next` the next global position: empty when it has happened all the
  // same, unknown_outcome when that cannot be found out yet.
  std::optional<Error> explain(const rocksdb::Status& failure, GlobalPosition next);

  Database* database_;
  std::unique_ptr<SyncedMark> mark_;
  std::uint64_t epoch_;
  Heads heads_;
  GlobalPosition next_ = 1;
  EnvelopeEncoder encoder_;
};

}  // namespace store
