#include "api/export_archive.hpp"

#include "api/export_lines.hpp"
#include "api/json.hpp"
#include "api/json_views.hpp"
#include "api/tar.hpp"
#include "api/version.hpp"
#include "store/codec.hpp"

namespace api {

namespace {
std::string numbered(std::string_view name, std::uint64_t number, std::string_view ending) {
  std::string digits = std::to_string(number);
  digits.insert(0, 6 - std::min<std::size_t>(6, digits.size()), '0');
  return std::string(name) + "-" + digits + std::string(ending);
}

// The events as they are stored, each with its size before it.
class EventBytes {
 public:
  explicit EventBytes(const Call& call) : call_(&call) {}

  Result<std::string> operator()() {
    std::string piece;
    const auto scanned = call_->services->engine.log().scan(
        call_->dataset->value(), next_, call_->state->position, [&](const store::EventView& event) {
          const auto checksum = store::checksum_prefix(event.bytes());
          const auto size = static_cast<std::uint32_t>(checksum.size() + event.bytes().size());
          for (unsigned i = 0; i < 4; ++i) piece += static_cast<char>(size >> (8 * i));
          piece.append(checksum.data(), checksum.size());
          piece += event.bytes();
          next_ = event.position() + 1;
          return piece.size() < piece_bytes;
        });
    if (!scanned) return std::unexpected(scanned.error());
    return piece;
  }

 private:
  const Call* call_;
  schemas::Position next_ = 1;
};

class Archive {
 public:
  Archive(const Call& call, std::vector<std::uint64_t> numbers)
      : call_(&call),
        records_(call, std::move(numbers), std::nullopt),
        events_(call),
        log_(call),
        blobs_(engine::blobs_of(*call.state)) {
    for (const engine::RecordRow& row : call.state->records) {
      if (row.visible()) records_bytes_ += row.length + 1;
    }
  }

  Result<std::string> operator()() {
    while (part_ != Part::over) {
      auto piece = next();
      if (!piece || !piece->empty()) return piece;
      part_ = static_cast<Part>(static_cast<int>(part_) + 1);
      number_ = 0;
    }
    return std::string{};
  }

 private:
  enum class Part : std::uint8_t { front, records, padding, events, blobs, log, end, over };

  // The next piece of this part; empty when it is over.
  Result<std::string> next() {
    switch (part_) {
      case Part::front:
        return number_++ > 0 ? Result<std::string>(std::string{}) : front();
      case Part::records:
        return records_();
      case Part::padding:
        return number_++ > 0 ? std::string{} : tar_padding(records_bytes_);
      case Part::events:
        return part_of(events_(), "events", ".jsonl");
      case Part::blobs:
        return blob();
      case Part::log:
        return part_of(log_(), "log", "");
      case Part::end:
        return number_++ > 0 ? std::string{} : tar_end();
      case Part::over:
        break;
    }
    return std::string{};
  }

  Result<std::string> front() {
    Json manifest{{"format", archive_format}, {"version", archive_version}, {"build", version_text}};
    manifest["events"] = call_->state->position;
    manifest["payloads"] = blobs_.size();
    manifest["dataset"] = dataset_view(*call_->state);
    std::string bytes =
        file("manifest.json", to_bytes(manifest)) + file("topics.json", to_bytes(topics_view(*call_->state)));
    if (const engine::GraderVersion* grader = call_->state->grader()) {
      const auto definition = call_->services->engine.blobs().read(grader->definition);
      if (!definition) return std::unexpected(definition.error());
      bytes += file("grader.json", **definition);
    }
    return bytes + tar_header("records.jsonl", records_bytes_, call_->state->time);
  }

  Result<std::string> part_of(Result<std::string> piece, std::string_view name, std::string_view ending) {
    if (!piece || piece->empty()) return piece;
    return file(numbered(name, ++number_, ending), *piece);
  }

  Result<std::string> blob() {
    if (next_blob_ == blobs_.size()) return std::string{};
    const schemas::BlobId& id = blobs_[next_blob_++];
    const auto bytes = call_->services->engine.log().blob(id);
    if (!bytes) return std::unexpected(bytes.error());
    return file("blobs/" + to_text(id), store::compress(*bytes, 1));
  }

  [[nodiscard]] std::string file(const std::string& name, const std::string& bytes) const {
    return tar_file(name, bytes, call_->state->time);
  }

  const Call* call_;
  RecordLines records_;
  EventLines events_;
  EventBytes log_;
  std::vector<schemas::BlobId> blobs_;
  std::size_t next_blob_ = 0;
  std::uint64_t records_bytes_ = 0;
  std::uint64_t number_ = 0;  // of pieces in this part
  Part part_ = Part::front;
};
}  // namespace

NextPiece archive_of(const Call& call, std::vector<std::uint64_t> numbers) {
  return Archive(call, std::move(numbers));
}

}  // namespace api
