#include "store/audit.hpp"

#include <algorithm>
#include <unordered_set>
#include <vector>

namespace store {

namespace {
constexpr std::uint64_t progress_every = 4096;

// The payloads that the events of one stream name, and those that they say are gone.
struct Named {
  std::unordered_set<BlobId> blobs;
  std::unordered_set<BlobId> erased;
  bool purged = false;

  template <class Event>
  void add_block(std::string_view body) {
    blobs.insert(*schemas::view<Event>(body).block());
  }

  void add(schemas::EventType type, std::string_view body) {
    using schemas::EventType;
    switch (type) {
      case EventType::records_imported:
        return add_block<schemas::RecordsImported>(body);
      case EventType::record_edited:
        return add_block<schemas::RecordEdited>(body);
      case EventType::vectors_computed:
        return add_block<schemas::VectorsComputed>(body);
      case EventType::samples_answered:
        return add_block<schemas::SamplesAnswered>(body);
      case EventType::samples_graded:
        return add_block<schemas::SamplesGraded>(body);
      case EventType::calls_recorded:
        return add_block<schemas::CallsRecorded>(body);
      case EventType::records_generated:
        return add_block<schemas::RecordsGenerated>(body);
      case EventType::grader_defined:
        blobs.insert(*schemas::view<schemas::GraderDefined>(body).definition());
        return;
      case EventType::dry_run_sampled:
        blobs.insert(*schemas::view<schemas::DryRunSampled>(body).sample());
        return;
      case EventType::records_erased:
        return add_erased(schemas::view<schemas::RecordsErased>(body));
      case EventType::dataset_purged:
        purged = true;
        return;
      default:  // names no payload
        return;
    }
  }

  void add_erased(const schemas::RecordsErased& event) {
    if (event.replaced() == nullptr) return;
    for (const schemas::PayloadReplaced* payload : *event.replaced()) {
      erased.insert(*payload->from());
      blobs.insert(*payload->to());
    }
  }
};

class Auditor {
 public:
  Auditor(const EventLog& log, GlobalPosition newest, const std::function<void(std::uint64_t)>& progress)
      : log_(log), progress_(progress), claimed_(newest + 1) {}

  void walk(const Head& head) {
    ++report_.streams;
    named_ = {};
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
      named_.add(event.type(), event.body());
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

  // Of the stream that was walked last.
  void read_blobs(StreamId stream) {
    const std::vector<BlobId> held = held_by(stream);
    const std::unordered_set<BlobId> there(held.begin(), held.end());
    for (const BlobId& blob : named_.blobs) {
      if (there.contains(blob)) continue;
      if (named_.purged || named_.erased.contains(blob)) {
        ++report_.blobs_erased;
      } else if (!changed_since(stream)) {
        bad(stream, 0,
            "blob " + schemas::to_text(blob) + ", which an event names, is neither held nor erased");
      }
    }
    for (const BlobId& blob : held) {
      if (!blobs_.insert(blob).second) continue;
      const auto bytes = log_.blob(blob);
      if (bytes) ++report_.blobs;
      // The log may be in use: what a stream has let go of since is rightly gone.
      if (!bytes && holds(stream, blob)) bad(stream, 0, bytes.error().message());
    }
  }

  AuditReport report_;

 private:
  // The log may be in use: an erasure after the walk is not in what was named.
  [[nodiscard]] bool changed_since(StreamId stream) const {
    const auto newest = log_.head(stream);
    return newest && newest->position != before_.position;
  }

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
  Named named_;
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
  auditor.report_.blobs_checked = check_blobs;
  for (const Head& head : heads) {
    auditor.walk(head);
    if (check_blobs) auditor.read_blobs(head.stream);
  }
  if (progress) progress(auditor.report_.events);
  return auditor.report_;
}

}  // namespace store
