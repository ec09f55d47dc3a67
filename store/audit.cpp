#include "store/audit.hpp"

#include <algorithm>
#include <unordered_set>
#include <vector>

namespace store {

namespace {
constexpr std::uint64_t progress_every = 4096;

class Auditor {
 public:
  Auditor(const EventLog& log, GlobalPosition newest, const std::function<void(std::uint64_t)>& progress)
      : log_(log), progress_(progress), claimed_(newest + 1) {}

  void walk(const Head& head) {
    ++report_.streams;
    before_ = Head{.stream = head.stream};
    std::string why;
    const auto scanned = log_.scan(head.stream, 1, head.position, [&](const EventView& event) {
      why = fault(event);
      if (!why.empty()) return false;
      before_ = Head{.stream = event.stream(),
                     .position = event.position(),
                     .global_position = event.global_position(),
                     .time = event.time(),
                     .epoch = event.envelope().epoch(),
                     .hash = hash_of(event)};
      if (++report_.events % progress_every == 0 && progress_) progress_(report_.events);
      return true;
    });
    if (!scanned) why = scanned.error().message();
    if (!why.empty()) {
      bad(head.stream, before_.position + 1, why);
    } else if (before_.position != head.position || !same_hash(before_.hash, head.hash) ||
               before_.global_position != head.global_position || before_.time != head.time) {
      bad(head.stream, before_.position, "the stream's head tells of another newest event");
    }
  }

  void read_blobs(StreamId stream) {
    for (const BlobId& blob : held_by(stream)) {
      if (!blobs_.insert(blob).second) continue;
      const auto bytes = log_.blob(blob);
      if (bytes) ++report_.blobs;
      // The log may be in use: what a stream has let go of since is rightly gone.
      if (!bytes && holds(stream, blob)) bad(stream, 0, bytes.error().message());
    }
  }

  AuditReport report_;

 private:
  std::vector<BlobId> held_by(StreamId stream) {
    std::vector<BlobId> held;
    const auto scanned =
        log_.scan_blobs(stream, [&](const BlobId& blob, std::uint64_t /*bytes*/) { held.push_back(blob); });
    if (!scanned) bad(stream, 0, scanned.error().message());
    return held;
  }

  bool holds(StreamId stream, const BlobId& blob) {
    const auto held = held_by(stream);
    return std::ranges::find(held, blob) != held.end();
  }

  // Empty when the event is good.
  std::string fault(const EventView& event) {
    const auto& envelope = event.envelope();
    if (event.stream() != before_.stream) return "an event of another stream";
    if (event.position() != before_.position + 1) {
      return "expected position " + std::to_string(before_.position + 1) + ", found " +
             std::to_string(event.position());
    }
    if (!same_hash(*envelope.prev_hash(), before_.hash)) {
      return "its prev_hash is not the SHA-256 of the event before: one of the two was changed";
    }
    if (event.time() < before_.time) return "its time is earlier than that of the event before";
    if (envelope.epoch() < before_.epoch) return "its epoch is older than that of the event before";
    if (event.global_position() <= before_.global_position) return "its global position does not grow";
    if (event.global_position() >= claimed_.size()) return "its global position is beyond the newest";
    if (claimed_[event.global_position()]) return "its global position belongs to another event as well";
    claimed_[event.global_position()] = true;
    if (const auto body = schemas::verify_body(event.type(), event.body()); !body)
      return body.error().message();
    return {};
  }

  void bad(StreamId stream, Position position, const std::string& why) {
    if (!report_.first_bad) report_.first_bad = AuditReport::Bad{stream, position, why};
  }

  const EventLog& log_;
  const std::function<void(std::uint64_t)>& progress_;
  Head before_;
  std::vector<bool> claimed_;  // one bit a global position
  std::unordered_set<BlobId> blobs_;
};
}  // namespace

Result<AuditReport> audit(const EventLog& log, bool check_blobs,
                          const std::function<void(std::uint64_t done)>& progress) {
  const auto statistics = log.statistics();
  const auto heads = log.heads();
  GlobalPosition newest = 0;
  for (const Head& head : heads) newest = std::max(newest, head.global_position);
  if (heads.size() < statistics.streams) {
    return schemas::fail(ErrorCode::corrupt,
                         "the heads of " + std::to_string(statistics.streams) + " streams",
                         "only " + std::to_string(heads.size()) + " that can be read", "restore a backup");
  }
  Auditor auditor(log, newest, progress);
  for (const Head& head : heads) auditor.walk(head);
  auditor.report_.blobs_checked = check_blobs;
  if (check_blobs) {
    for (const Head& head : heads) auditor.read_blobs(head.stream);
  }
  if (progress) progress(auditor.report_.events);
  return auditor.report_;
}

}  // namespace store
