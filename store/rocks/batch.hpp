// One write being put together: the events, heads, blobs, holders and answers of several appends. Engine
// thread. Changes nothing until its WriteBatch is written.
#pragma once

#include <rocksdb/write_batch.h>

#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "store/codec.hpp"
#include "store/rocks/database.hpp"

namespace store {

using Heads = std::unordered_map<StreamId, Head>;

class Batch {
 public:
  // `heads` are those on disk; `next` is the global position that the first new event gets.
  Batch(const Database& database, const Heads& heads, GlobalPosition next, EnvelopeEncoder& encoder,
        std::size_t bytes_expected)
      : database_(&database), heads_(&heads), next_(next), encoder_(&encoder), writes_(bytes_expected) {}

  // conflict: not at `expected`, or an old epoch. not_found: a referenced blob is not there.
  Result<Committed> add(const Append& append);
  // The batch with everything added so far, heads and erased blobs included. Call once, at the end; reads
  // nothing afterwards.
  Result<rocksdb::WriteBatch*> finish();

  [[nodiscard]] const Heads& changed_heads() const { return changed_; }
  [[nodiscard]] GlobalPosition next() const { return next_; }

 private:
  struct Change {
    std::map<StreamId, bool> holds;  // what this batch makes of the holders it touches
    bool released = false;
  };

  [[nodiscard]] Head head_of(StreamId stream) const;
  Result<std::string> add_event(const Append& append, std::size_t index, Head& head);
  Result<void> add_blobs(const Append& append);
  Result<void> hold(StreamId stream, const BlobId& blob, std::uint64_t bytes);
  Result<std::uint64_t> size_of(const BlobId& blob);
  Result<bool> is_held(const BlobId& blob, const Change& change);
  rocksdb::Iterator& holders();
  Result<void> put(Family family, std::string_view key, std::string_view value);

  const Database* database_;
  const Heads* heads_;
  GlobalPosition next_;
  EnvelopeEncoder* encoder_;
  rocksdb::WriteBatch writes_;
  Heads changed_;
  std::unordered_map<BlobId, Change> blobs_;
  std::unordered_map<BlobId, std::uint64_t> new_blobs_;  // compressed bytes
  std::unique_ptr<rocksdb::Iterator> holders_;
};

}  // namespace store
