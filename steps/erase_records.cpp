#include "steps/erase_records.hpp"

#include <algorithm>
#include <set>

#include "engine/erasure.hpp"
#include "steps/embed/packed.hpp"
#include "steps/sample_lines.hpp"

namespace steps {

namespace {
using engine::Quote;
using schemas::EventType;
using schemas::Result;
constexpr std::string_view erased_text = "the record was erased";

class Eraser {
 public:
  Eraser(const engine::BlobReader& blobs, std::vector<std::uint64_t> records)
      : blobs_(blobs), records_(std::move(records)) {}

  Result<void> erase(const std::vector<Quote>& quotes) {
    for (const Quote& quote : quotes) {
      if (quote.type == EventType::calls_recorded) continue;
      if (auto done = erase_one(quote); !done) return done;
    }
    // A kept call does not say which record it was about, so all calls of such a run go.
    for (const Quote& quote : quotes) {
      if (quote.type == EventType::calls_recorded && runs_.contains(quote.run)) replace(quote, {});
    }
    return {};
  }

  engine::EraseRecords command;

 private:
  Result<void> erase_one(const Quote& quote) {
    const auto before = blobs_.read(quote.block);
    if (!before) return std::unexpected(before.error());
    auto after = blanked(quote, *before);
    if (!after) return std::unexpected(after.error());
    if (*after == **before) return {};
    if (quote.type == EventType::samples_answered || quote.type == EventType::samples_graded)
      runs_.insert(quote.run);
    replace(quote, *after);
    return {};
  }

  Result<std::string> blanked(const Quote& quote, const std::shared_ptr<const std::string>& before) const {
    if (quote.type == EventType::vectors_computed) return blank_vectors(quote, before);
    if (quote.type == EventType::samples_answered || quote.type == EventType::samples_graded)
      return blank_lines(quote.type, *before);
    std::string after = *before;
    for (const auto& [offset, length] : quote.bytes) {
      if (std::size_t{offset} + length > after.size()) {
        return schemas::fail(schemas::ErrorCode::corrupt,
                             std::to_string(offset + length) + " bytes in a block",
                             std::to_string(after.size()), "run `rftctl audit --verify --blobs`");
      }
      after.replace(offset, length, length, ' ');
    }
    return after;
  }

  static Result<std::string> blank_vectors(const Quote& quote,
                                           const std::shared_ptr<const std::string>& before) {
    const auto vectors = embed::PackedVectors::open(before);
    if (!vectors) return std::unexpected(vectors.error());
    std::size_t stride = 0;
    for (const embed::Part& part : vectors->parts()) stride += sizeof(float) + part.dims;
    const std::size_t first = before->size() - vectors->rows() * stride;
    std::string after = *before;
    for (const std::uint32_t row : quote.rows) {
      if (row < vectors->rows()) after.replace(first + row * stride, stride, stride, '\0');
    }
    return after;
  }

  // The scores themselves stay: they are in the facts, and say nothing of the text.
  Result<std::string> blank_lines(EventType type, std::string_view before) const {
    std::string after;
    const auto read = for_each_line(before, [&](const text::JsonIndex& json, std::string_view line) {
      const SampleKey key = read_key(json);
      if (!std::ranges::binary_search(records_, key.record)) {
        after += line;
        after += '\n';
      } else if (type == EventType::samples_answered) {
        append_missing(key, "{}", erased_text, after);
      } else {
        const GradeLine graded = read_grade_line(json);
        grade::Graded kept;
        kept.score = graded.score;
        (graded.score ? kept.reason : kept.error) = erased_text;
        append_grade({key, {}, {}, {}, {}}, kept, after);
      }
      return true;
    });
    if (!read) return std::unexpected(read.error());
    return after;
  }

  void replace(const Quote& quote, const std::string& bytes) {
    store::Blob blob = store::make_blob(bytes);
    if (blob.id == quote.block) return;
    command.replaced.push_back({quote.position, quote.block, blob.id});
    command.blobs.push_back(std::move(blob));
  }

  const engine::BlobReader& blobs_;
  std::vector<std::uint64_t> records_;  // ascending
  std::set<std::uint64_t> runs_;        // dry runs that asked about one of them
};
}  // namespace

Result<engine::EraseRecords> prepare_erasure(const store::EventLog& log, const engine::DatasetState& state,
                                             const engine::BlobReader& blobs,
                                             std::vector<std::uint64_t> records) {
  std::ranges::sort(records);
  const auto quotes = engine::quotes_of(log, state, records);
  if (!quotes) return std::unexpected(quotes.error());
  Eraser eraser(blobs, records);
  if (auto done = eraser.erase(*quotes); !done) return std::unexpected(done.error());
  eraser.command.records = std::move(records);
  eraser.command.based_on = state.position;
  return std::move(eraser.command);
}

}  // namespace steps
