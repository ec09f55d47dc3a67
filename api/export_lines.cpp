#include "api/export_lines.hpp"

#include <algorithm>

#include "api/event_json.hpp"

namespace api {

namespace {
constexpr std::size_t records_at_once = 128;
}  // namespace

Result<std::string> RecordLines::operator()() {
  std::string piece;
  while (piece.size() < piece_bytes && at_ < numbers_.size()) {
    const std::size_t count = std::min(records_at_once, numbers_.size() - at_);
    const auto read = engine::read_records(*call_->state, std::span(numbers_).subspan(at_, count),
                                           call_->services->engine.blobs(),
                                           [&](std::uint64_t, std::string_view line) { add(line, piece); });
    if (!read) return std::unexpected(read.error());
    at_ += count;
  }
  return piece;
}

void RecordLines::add(std::string_view line, std::string& piece) {
  if (!shape_) {
    piece += line;
    piece += '\n';
  } else if (const auto written = steps::text::to_shape(line, *shape_, *scratch_); written && *written) {
    piece += **written;
    piece += '\n';
  }
}

Result<std::string> EventLines::operator()() {
  std::string piece;
  const auto scanned = call_->services->engine.log().scan(
      call_->dataset->value(), next_, call_->state->position, [&](const store::EventView& event) {
        piece += event_json(event, EventDetail::full) + "\n";
        next_ = event.position() + 1;
        return piece.size() < piece_bytes;
      });
  if (!scanned) return std::unexpected(scanned.error());
  return piece;
}

}  // namespace api
