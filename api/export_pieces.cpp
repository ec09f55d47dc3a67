#include "api/export_pieces.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "api/event_json.hpp"
#include "api/json.hpp"
#include "api/json_views.hpp"
#include "api/version.hpp"
#include "steps/text/normalize.hpp"

namespace api {

namespace {
constexpr std::size_t piece_bytes = 256U << 10U;
constexpr std::size_t records_at_once = 128;

using Shape = steps::text::Shape;

// One line a record; of a shape, the records that can be written in it.
class RecordLines {
 public:
  RecordLines(const Call& call, std::vector<std::uint64_t> numbers, std::optional<Shape> shape)
      : call_(&call), numbers_(std::move(numbers)), shape_(shape) {}

  Result<std::string> operator()() {
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

 private:
  void add(std::string_view line, std::string& piece) {
    if (!shape_) {
      piece += line;
      piece += '\n';
    } else if (const auto written = steps::text::to_shape(line, *shape_, *scratch_); written && *written) {
      piece += **written;
      piece += '\n';
    }
  }

  const Call* call_;
  std::vector<std::uint64_t> numbers_;
  std::optional<Shape> shape_;
  std::size_t at_ = 0;
  std::shared_ptr<steps::text::Scratch> scratch_ = std::make_shared<steps::text::Scratch>();
};

class EventLines {
 public:
  explicit EventLines(const Call& call) : call_(&call) {}

  Result<std::string> operator()() {
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

 private:
  const Call* call_;
  schemas::Position next_ = 1;
};

NextPiece once(std::string bytes) {
  return [held = std::move(bytes)]() mutable -> Result<std::string> { return std::exchange(held, {}); };
}

// A ustar header: name, size, checksum; the rest as every reader takes it.
std::string tar_header(const std::string& name, std::uint64_t size, std::int64_t time) {
  std::string header(512, '\0');
  const auto put = [&](std::size_t offset, std::string_view text) {
    header.replace(offset, text.size(), text);
  };
  const auto octal = [](std::uint64_t value, std::size_t digits) {
    std::string text(digits, '0');
    for (std::size_t i = digits; i-- > 0; value >>= 3U) text[i] = static_cast<char>('0' + (value & 7U));
    return text;
  };
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  if (size < (std::uint64_t{1} << 33U)) {
    put(124, octal(size, 11));
  } else {
    header[124] = static_cast<char>(0x80);  // base 256, as GNU and pax readers take it
    for (std::size_t i = 0; i < 8; ++i) header[135 - i] = static_cast<char>(size >> (8 * i));
  }
  put(136, octal(static_cast<std::uint64_t>(time / 1'000'000), 11));
  put(148, "        ");
  put(156, "0");
  put(257, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const char byte : header) sum += static_cast<unsigned char>(byte);
  put(148, octal(sum, 6) + std::string("\0 ", 2));
  return header;
}

std::string tar_padding(std::uint64_t size) {
  return std::string((512 - size % 512) % 512, '\0');
}

// manifest.json, topics.json, records.jsonl and events in parts: everything that makes up the dataset.
class Archive {
 public:
  Archive(const Call& call, std::vector<std::uint64_t> numbers)
      : call_(&call), records_(call, std::move(numbers), std::nullopt), events_(call) {
    for (const engine::RecordRow& row : call.state->records) {
      if (row.visible()) records_bytes_ += row.length + 1;
    }
  }

  Result<std::string> operator()() {
    switch (part_) {
      case Part::front:
        part_ = Part::records;
        return front() + tar_header("records.jsonl", records_bytes_, call_->state->time);
      case Part::records: {
        auto piece = records_();
        if (piece && piece->empty()) {
          part_ = Part::events;
          const std::string padding = tar_padding(records_bytes_);
          if (padding.empty()) return (*this)();
          return padding;
        }
        return piece;
      }
      case Part::events: {
        auto piece = events_();
        if (!piece) return piece;
        if (piece->empty()) {
          part_ = Part::end;
          return std::string(1024, '\0');
        }
        std::string number = std::to_string(++events_parts_);
        number.insert(0, 6 - std::min<std::size_t>(6, number.size()), '0');
        return file("events-" + number + ".jsonl", *piece);
      }
      case Part::end:
        return std::string{};
    }
    return std::string{};
  }

 private:
  enum class Part : std::uint8_t { front, records, events, end };

  [[nodiscard]] std::string file(const std::string& name, const std::string& bytes) const {
    return tar_header(name, bytes.size(), call_->state->time) + bytes + tar_padding(bytes.size());
  }
  [[nodiscard]] std::string front() const {
    Json manifest{{"format", "rftd-dataset"}, {"version", 1}, {"build", version_text}};
    manifest["dataset"] = dataset_view(*call_->state);
    return file("manifest.json", to_bytes(manifest)) +
           file("topics.json", to_bytes(topics_view(*call_->state)));
  }

  const Call* call_;
  RecordLines records_;
  EventLines events_;
  std::uint64_t records_bytes_ = 0;
  std::uint64_t events_parts_ = 0;
  Part part_ = Part::front;
};

Result<Export> records_export(const Call& call, const std::string& name) {
  auto query = record_query_from(call.request);
  if (!query) return std::unexpected(query.error());
  std::optional<Shape> shape;
  if (const auto wanted = call.request.parameter("shape")) {
    shape = steps::text::shape_from_name(*wanted);
    if (!shape) {
      return fail(ErrorCode::invalid_argument, "one of chat, rft, sft", "'" + std::string(*wanted) + "'",
                  "leave it out for the lines as they were imported", "?shape");
    }
    // A shape is for training; what is invalid is exported as it came, or when it is asked for.
    if (!query->filter.valid) query->filter.valid = true;
  }
  auto numbers = matching(*call.state, *query, call.services->engine.blobs());
  if (!numbers) return std::unexpected(numbers.error());
  return Export{RecordLines(call, std::move(*numbers), shape), "application/x-ndjson", name + ".jsonl"};
}

std::string plain_name(const engine::DatasetState& state) {
  std::string name;
  for (const char c : lower_case(state.name)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    name += plain ? c : '-';
  }
  return name + "-" + std::to_string(state.position);
}
}  // namespace

Result<Export> export_of(const Call& call) {
  const std::string_view what = call.request.parameter("what").value_or("records");
  const std::string name = plain_name(*call.state);
  if (what == "records") return records_export(call, name);
  if (what == "topics")
    return Export{once(to_bytes(topics_view(*call.state))), "application/json", name + "-topics.json"};
  if (what == "events") return Export{EventLines(call), "application/x-ndjson", name + "-events.jsonl"};
  if (what == "archive") {
    auto numbers = engine::matching(*call.state, engine::RecordFilter{});
    return Export{Archive(call, std::move(numbers)), "application/x-tar", name + ".tar"};
  }
  if (what == "grader") {
    const engine::GraderVersion* grader = call.state->grader();
    if (grader == nullptr)
      return fail(ErrorCode::blocked, "a grader to export", "none configured", "configure a grader first",
                  "grader");
    const auto definition = call.services->engine.blobs().read(grader->definition);
    if (!definition) return std::unexpected(definition.error());
    return Export{once(**definition), "application/json", name + "-grader.json"};
  }
  return fail(ErrorCode::invalid_argument, "one of records, topics, grader, events, archive",
              "'" + std::string(what) + "'", {}, "?what");
}

}  // namespace api
