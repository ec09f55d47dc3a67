// The narrow interface of everything durable: events, blobs, snapshots, remembered answers. One append is
// one atomic, synced write. One writer: append() is called from the engine thread alone; every other
// function may be called from any thread at any time. Knows bytes and chains, never what an event means.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/facts.hpp"
#include "schemas/ids.hpp"

namespace store {

using schemas::BlobId;
using schemas::Error;
using schemas::ErrorCode;
using schemas::GlobalPosition;
using schemas::Hash;
using schemas::NewEvent;
using schemas::Position;
using schemas::Result;
using schemas::StreamId;

// The generated == of Hash compares addresses (flatc 2.0.8 does so for arrays in structs): never use it.
inline bool same_hash(const Hash& a, const Hash& b) {
  return std::memcmp(a.bytes()->data(), b.bytes()->data(), 32) == 0;
}

// A payload ready to be stored: compressed on the thread that made it, so that the writer does not have to.
struct Blob {
  BlobId id;               // of the uncompressed bytes
  std::string compressed;  // one zstd frame that carries its content size
};
// zstd level 1. Pure, any thread.
Blob make_blob(std::string_view bytes);

// Where an idempotent request's answer can be folded again: the state of `stream` at `position`.
struct Receipt {
  StreamId stream = 0;
  Position position = 0;
  std::uint64_t subject = 0;  // what the request made: a dataset, record, run or count
  Hash request{};             // SHA-256 over what was asked, to tell a repeat from a reuse of the key
  std::int64_t time = 0;      // µs UTC

  bool operator==(const Receipt& other) const {
    return stream == other.stream && position == other.position && subject == other.subject &&
           time == other.time && same_hash(request, other.request);
  }
};
struct RememberedAnswer {
  std::string key;  // Idempotency-Key with its scope; 1..512 bytes
  Receipt receipt;
};

// Events of one stream that are to become durable together.
struct Append {
  StreamId stream = 0;
  Position expected = 0;    // position of the last event the writer knows of; 0 for a new stream
  std::uint64_t epoch = 0;  // of the writer; an epoch lower than the stream's newest is refused (conflict)
  std::int64_t time = 0;  // µs UTC; raised to the stream's newest time if lower, so that time never runs back
  std::string actor;
  std::string command;
  Position cause = 0;
  std::uint64_t run = 0;
  std::string idempotency_key;
  std::vector<NewEvent> events;
  std::vector<Blob> blobs;                 // become readable with these events
  std::vector<BlobId> blob_references;     // existing blobs that this stream now holds as well (forks)
  std::vector<BlobId> blobs_released;      // this stream holds them no longer; erased when no stream does
  std::optional<RememberedAnswer> answer;  // its receipt's position 0 means: the last of these events
  // Set to carry over time, actor and cause of copied events (forks): one per event, else empty.
  struct Origin {
    std::int64_t time = 0;
    std::string actor;
    std::string command;
    Position cause = 0;
    std::uint64_t run = 0;
  };
  std::vector<Origin> origins;
};

// One event as stored. The views stay valid only during the callback that receives it.
class EventView {
 public:
  EventView(const schemas::Envelope& envelope, std::string_view bytes)
      : envelope_(&envelope), bytes_(bytes) {}
  [[nodiscard]] StreamId stream() const { return envelope_->stream(); }
  [[nodiscard]] Position position() const { return envelope_->position(); }
  [[nodiscard]] GlobalPosition global_position() const { return envelope_->global_position(); }
  [[nodiscard]] std::int64_t time() const { return envelope_->time(); }
  [[nodiscard]] schemas::EventType type() const { return envelope_->type(); }
  [[nodiscard]] std::uint16_t version() const { return envelope_->version(); }
  [[nodiscard]] const schemas::Envelope& envelope() const { return *envelope_; }
  [[nodiscard]] std::string_view body() const {
    const auto* body = envelope_->body();
    return {reinterpret_cast<const char*>(body->data()), body->size()};
  }
  // The whole envelope, over which the next event's prev_hash is taken.
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  const schemas::Envelope* envelope_;
  std::string_view bytes_;
};
// SHA-256 over the envelope.
Hash hash_of(const EventView& event);

// The newest event of a stream.
struct Head {
  StreamId stream = 0;
  Position position = 0;
  GlobalPosition global_position = 0;
  std::int64_t time = 0;
  std::uint64_t epoch = 0;
  Hash hash{};  // SHA-256 over the newest envelope
};

// What an append has made durable: the envelopes as written, in order. `view(i)` reads one.
class Committed {
 public:
  Committed(Head head, std::vector<std::string> envelopes) : head_(head), envelopes_(std::move(envelopes)) {}
  [[nodiscard]] const Head& head() const { return head_; }
  [[nodiscard]] std::size_t size() const { return envelopes_.size(); }
  [[nodiscard]] EventView view(std::size_t i) const {
    return {*flatbuffers::GetRoot<schemas::Envelope>(envelopes_[i].data()), envelopes_[i]};
  }

 private:
  Head head_;
  std::vector<std::string> envelopes_;
};

struct Snapshot {
  Position position = 0;
  std::string bytes;  // as the engine wrote them; checksum already verified
};

struct Statistics {
  GlobalPosition global_position = 0;
  std::uint64_t streams = 0;
  std::uint64_t bytes_on_disk = 0;
  std::uint64_t epoch = 0;
  std::string durability;  // "fsync" or "os" (weaker, opt-in): named in every answer and metric
};

// Return false to stop the scan.
using OnEvent = std::function<bool(const EventView&)>;

class EventLog {
 public:
  virtual ~EventLog() = default;

  // All appends in one atomic write, synced before this returns (durability "fsync"). On an Error nothing was
  // written, except unknown_outcome. conflict: a stream is not at `expected`, or the epoch is old.
  // After io, no_space or unknown_outcome the next append first makes sure of where the log ends; one of
  // nothing does only that.
  virtual Result<std::vector<Committed>> append(std::span<const Append> appends) = 0;

  // Events with from <= position <= to in order, each with its checksum verified (corrupt names the
  // position).
  virtual Result<void> scan(StreamId stream, Position from, Position to, const OnEvent& on_event) const = 0;

  // Empty when the stream does not exist.
  virtual std::optional<Head> head(StreamId stream) const = 0;
  virtual std::vector<Head> heads() const = 0;

  // Uncompressed bytes, verified against the id. not_found when erased.
  virtual Result<std::string> blob(const BlobId& id) const = 0;
  // Blobs that `stream` holds, with their stored (compressed) size.
  virtual Result<void> scan_blobs(
      StreamId stream, const std::function<void(const BlobId&, std::uint64_t bytes)>& on_blob) const = 0;

  // Snapshots are never truth: the newest `keep` are kept, older ones are deleted.
  virtual Result<void> put_snapshot(StreamId stream, Position position, std::string_view bytes,
                                    std::size_t keep) = 0;
  // The newest intact one at or before `at`; a damaged one is passed over (and logged), empty when there is
  // none.
  virtual std::optional<Snapshot> snapshot(StreamId stream, Position at) const = 0;
  virtual std::vector<Position> snapshot_positions(StreamId stream) const = 0;

  virtual Result<std::optional<Receipt>> remembered(std::string_view key) const = 0;
  // Forgets answers older than `before` (µs UTC).
  virtual Result<void> forget_answers(std::int64_t before) = 0;

  virtual Statistics statistics() const = 0;
  // A consistent copy into an empty or new folder while running; without snapshots, which are folded anew.
  virtual Result<void> backup(const std::string& folder) const = 0;
};

}  // namespace store
