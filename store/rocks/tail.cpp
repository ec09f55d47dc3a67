#include "store/rocks/tail.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>

#include "store/codec.hpp"
#include "store/keys.hpp"

namespace store {

namespace {
constexpr std::string_view restore_hint =
    "restore a backup, or open with accept_loss to go on with what is left";

std::unexpected<Error> broken(StreamId stream, Position position, std::string wanted, std::string found) {
  return schemas::fail(ErrorCode::corrupt, std::move(wanted), std::move(found),
                       "run `rftctl audit --verify`, and restore a backup",
                       "stream " + std::to_string(stream) + ", position " + std::to_string(position));
}

// The iterator stands on the newest event of the stream, if it has any.
Result<void> verify_head(const Head& head, rocksdb::Iterator& events) {
  const auto key = keys::of_position(head.stream, head.position);
  if (!events.Valid() || view(events.key()) != key.view()) {
    if (!events.status().ok()) return std::unexpected(to_error(events.status(), "reading the newest events"));
    return broken(head.stream, head.position, "the stream's newest event", "another or none");
  }
  const auto newest = decode_event(view(events.value()));
  if (!newest) return broken(head.stream, head.position, newest.error().wanted, newest.error().found);
  if (!same_hash(hash_of(*newest), head.hash)) {
    return broken(head.stream, head.position, "the event that the stream's head tells of",
                  "one with another hash");
  }
  const Hash before = *newest->envelope().prev_hash();
  if (head.position == 1) {
    if (same_hash(before, Hash())) return {};
    return broken(head.stream, 1, "a first event without one before it", "a hash of one");
  }
  events.Prev();
  if (!events.Valid() || view(events.key()) != keys::of_position(head.stream, head.position - 1).view()) {
    if (!events.status().ok()) return std::unexpected(to_error(events.status(), "reading the newest events"));
    return broken(head.stream, head.position - 1, "an event", "none");
  }
  const auto previous = decode_event(view(events.value()));
  if (!previous)
    return broken(head.stream, head.position - 1, previous.error().wanted, previous.error().found);
  if (same_hash(hash_of(*previous), before)) return {};
  return broken(head.stream, head.position - 1, "the event that the next one was written after",
                "one with another hash");
}
}  // namespace

Result<Tail> verify_tail(const Database& database) {
  Tail tail;
  const auto heads = database.iterate(Family::heads);
  const auto events = database.iterate(Family::events);
  for (heads->SeekToFirst(); heads->Valid(); heads->Next()) {
    const auto head = decode_head(keys::number_at(view(heads->key()), 0), view(heads->value()));
    if (!head) return std::unexpected(head.error());
    events->SeekForPrev(slice(keys::of_position(head->stream, std::numeric_limits<Position>::max()).view()));
    if (auto verified = verify_head(*head, *events); !verified) return std::unexpected(verified.error());
    tail.global_position = std::max(tail.global_position, head->global_position);
    ++tail.streams;
  }
  if (!heads->status().ok()) return std::unexpected(to_error(heads->status(), "reading the heads"));
  return tail;
}

std::optional<Error> compare(const Database& database, const Tail& tail, const SyncedMark::Value& mark) {
  if (tail.global_position >= mark.global_position) {
    spdlog::info("store: {} holds events up to global position {}, {} of them after the synced-up-to mark",
                 database.options.folder, tail.global_position, tail.global_position - mark.global_position);
    return std::nullopt;
  }
  return Error{ErrorCode::corrupt,
               "all events up to global position " + std::to_string(mark.global_position) +
                   ", which have been acknowledged",
               "that they end before global position " + std::to_string(tail.global_position + 1),
               std::string(restore_hint), database.path("SYNCED")};
}

bool is_loss(const Error& finding) {
  return finding.at.ends_with("SYNCED");
}

}  // namespace store
