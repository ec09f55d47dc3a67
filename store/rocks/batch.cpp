#include "store/rocks/batch.hpp"

#include <algorithm>

#include "store/keys.hpp"

namespace store {

namespace {
constexpr std::size_t answer_key_bytes_max = 512;

Result<void> check(const Append& append, const Head& head) {
  const std::string stream = "stream " + std::to_string(append.stream);
  if (head.position != append.expected) {
    return schemas::fail(ErrorCode::conflict, stream + " at position " + std::to_string(append.expected),
                         "position " + std::to_string(head.position),
                         "read the events after " + std::to_string(append.expected) + " and decide again");
  }
  if (append.epoch < head.epoch) {
    return schemas::fail(ErrorCode::conflict, "a writer of epoch " + std::to_string(head.epoch) + " or newer",
                         "one of epoch " + std::to_string(append.epoch) + " on " + stream,
                         "another process has taken over; stop this one");
  }
  if (!append.origins.empty() && append.origins.size() != append.events.size()) {
    return schemas::fail(ErrorCode::internal,
                         "one origin for each of the " + std::to_string(append.events.size()) + " events",
                         std::to_string(append.origins.size()));
  }
  if (append.answer && (append.answer->key.empty() || append.answer->key.size() > answer_key_bytes_max)) {
    return schemas::fail(ErrorCode::invalid_argument, "an idempotency key of 1 to 512 bytes",
                         std::to_string(append.answer->key.size()) + " bytes");
  }
  return {};
}
}  // namespace

Head Batch::head_of(StreamId stream) const {
  if (const auto changed = changed_.find(stream); changed != changed_.end()) return changed->second;
  if (const auto known = heads_->find(stream); known != heads_->end()) return known->second;
  return Head{.stream = stream};
}

Result<void> Batch::put(Family family, std::string_view key, std::string_view value) {
  const auto status = writes_.Put(database_->family(family), slice(key), slice(value));
  if (!status.ok()) return std::unexpected(to_error(status, "putting a write together"));
  return {};
}

Result<Committed> Batch::add(const Append& append) {
  Head head = head_of(append.stream);
  if (const auto fits = check(append, head); !fits) return std::unexpected(fits.error());
  std::vector<std::string> envelopes;
  envelopes.reserve(append.events.size());
  for (std::size_t i = 0; i < append.events.size(); ++i) {
    auto envelope = add_event(append, i, head);
    if (!envelope) return std::unexpected(envelope.error());
    envelopes.push_back(std::move(*envelope));
  }
  if (!append.events.empty()) changed_[append.stream] = head;
  if (const auto added = add_blobs(append); !added) return std::unexpected(added.error());
  if (append.answer) {
    Receipt receipt = append.answer->receipt;
    if (receipt.position == 0) receipt.position = head.position;
    const auto added = put(Family::answers, append.answer->key, encode_receipt(receipt));
    if (!added) return std::unexpected(added.error());
  }
  return Committed(head, std::move(envelopes));
}

Result<std::string> Batch::add_event(const Append& append, std::size_t index, Head& head) {
  EnvelopeFields fields{.stream = append.stream,
                        .position = head.position + 1,
                        .global_position = next_,
                        .time = append.time,
                        .actor = append.actor,
                        .command = append.command,
                        .cause = append.cause,
                        .run = append.run,
                        .idempotency_key = append.idempotency_key,
                        .epoch = append.epoch,
                        .prev_hash = head.hash};
  if (!append.origins.empty()) {
    const auto& origin = append.origins[index];
    fields.time = origin.time;
    fields.actor = origin.actor;
    fields.command = origin.command;
    fields.cause = origin.cause;
    fields.run = origin.run;
  }
  fields.time = std::max(fields.time, head.time);
  std::string envelope = encoder_->encode(fields, append.events[index]);
  const auto key = keys::of_position(fields.stream, fields.position);
  const auto prefix = checksum_prefix(envelope);
  const rocksdb::Slice key_part = slice(key.view());
  const std::array<rocksdb::Slice, 2> value_parts{rocksdb::Slice(prefix.data(), prefix.size()),
                                                  slice(envelope)};
  const auto status = writes_.Put(database_->family(Family::events), rocksdb::SliceParts(&key_part, 1),
                                  rocksdb::SliceParts(value_parts.data(), 2));
  if (!status.ok()) return std::unexpected(to_error(status, "putting a write together"));
  head.position = fields.position;
  head.global_position = next_++;
  head.time = fields.time;
  head.epoch = append.epoch;
  head.hash = sha256(envelope);
  return envelope;
}

Result<void> Batch::add_blobs(const Append& append) {
  for (const Blob& blob : append.blobs) {
    // Written again even if it is there: no read on the way, and damaged bytes are replaced by good ones.
    const auto key = keys::of_blob(blob.id);
    const auto prefix = checksum_prefix(blob.compressed);
    const rocksdb::Slice key_part = slice(key.view());
    const std::array<rocksdb::Slice, 2> value_parts{rocksdb::Slice(prefix.data(), prefix.size()),
                                                    slice(blob.compressed)};
    const auto status = writes_.Put(database_->family(Family::blobs), rocksdb::SliceParts(&key_part, 1),
                                    rocksdb::SliceParts(value_parts.data(), 2));
    if (!status.ok()) return std::unexpected(to_error(status, "putting a write together"));
    new_blobs_[blob.id] = blob.compressed.size();
    const auto held = hold(append.stream, blob.id, blob.compressed.size());
    if (!held) return held;
  }
  for (const BlobId& blob : append.blob_references) {
    const auto bytes = size_of(blob);
    if (!bytes) return std::unexpected(bytes.error());
    const auto held = hold(append.stream, blob, *bytes);
    if (!held) return held;
  }
  for (const BlobId& blob : append.blobs_released) {
    auto status = writes_.Delete(database_->family(Family::blob_holders),
                                 slice(keys::of_holder(blob, append.stream).view()));
    if (status.ok()) {
      status = writes_.Delete(database_->family(Family::blob_holders),
                              slice(keys::of_held(append.stream, blob).view()));
    }
    if (!status.ok()) return std::unexpected(to_error(status, "putting a write together"));
    auto& change = blobs_[blob];
    change.holds[append.stream] = false;
    change.released = true;
  }
  return {};
}

Result<void> Batch::hold(StreamId stream, const BlobId& blob, std::uint64_t bytes) {
  const std::string value = encode_number(bytes);
  blobs_[blob].holds[stream] = true;
  const auto put_holder = put(Family::blob_holders, keys::of_holder(blob, stream).view(), value);
  if (!put_holder) return put_holder;
  return put(Family::blob_holders, keys::of_held(stream, blob).view(), value);
}

// One iterator serves the whole batch: only this thread changes holders.
rocksdb::Iterator& Batch::holders() {
  if (!holders_) holders_ = database_->iterate(Family::blob_holders);
  return *holders_;
}

Result<std::uint64_t> Batch::size_of(const BlobId& blob) {
  if (const auto fresh = new_blobs_.find(blob); fresh != new_blobs_.end()) return fresh->second;
  const auto prefix = keys::of_holder(blob, 0);
  const std::string_view of_this_blob = prefix.view().substr(0, 17);
  auto& iterator = holders();
  iterator.Seek(slice(prefix.view()));
  if (!iterator.status().ok()) return std::unexpected(to_error(iterator.status(), "looking up a blob"));
  if (!iterator.Valid() || !view(iterator.key()).starts_with(of_this_blob)) {
    return schemas::fail(ErrorCode::not_found, "blob " + schemas::to_text(blob), "that no stream holds it");
  }
  return decode_number(view(iterator.value()), "the size of a blob");
}

Result<bool> Batch::is_held(const BlobId& blob, const Change& change) {
  if (std::ranges::any_of(change.holds, [](const auto& entry) { return entry.second; })) return true;
  const auto prefix = keys::of_holder(blob, 0);
  const std::string_view of_this_blob = prefix.view().substr(0, 17);
  auto& iterator = holders();
  iterator.Seek(slice(prefix.view()));
  for (; iterator.Valid() && view(iterator.key()).starts_with(of_this_blob); iterator.Next()) {
    if (!change.holds.contains(keys::number_at(view(iterator.key()), 17))) return true;
  }
  if (!iterator.status().ok()) return std::unexpected(to_error(iterator.status(), "looking up a blob"));
  return false;
}

Result<rocksdb::WriteBatch*> Batch::finish() {
  for (const auto& [stream, head] : changed_) {
    const auto added = put(Family::heads, keys::of_stream(stream).view(), encode_head(head));
    if (!added) return std::unexpected(added.error());
  }
  for (const auto& [blob, change] : blobs_) {
    if (!change.released) continue;
    const auto held = is_held(blob, change);
    if (!held) return std::unexpected(held.error());
    if (*held) continue;
    const auto status = writes_.Delete(database_->family(Family::blobs), slice(keys::of_blob(blob).view()));
    if (!status.ok()) return std::unexpected(to_error(status, "putting a write together"));
  }
  holders_.reset();  // an iterator would not survive the database being opened anew
  return &writes_;
}

}  // namespace store
