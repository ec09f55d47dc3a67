#include "steps/vectors.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "steps/embed/packed.hpp"
#include "steps/text/normalize.hpp"

namespace steps {

namespace {
constexpr std::size_t text_bytes_max = 16'384;
}

schemas::Result<std::vector<std::string>> texts_of(const engine::StepInput& input,
                                                   std::span<const std::uint64_t> records) {
  std::vector<std::string> texts;
  texts.reserve(records.size());
  text::Scratch scratch;
  const auto read =
      engine::read_records(input.state, records, input.blobs, [&](std::uint64_t, std::string_view line) {
        texts.push_back(text::last_user_message(line, scratch).substr(0, text_bytes_max));
      });
  if (!read) return std::unexpected(read.error());
  return texts;
}

std::vector<std::uint64_t> without_vector(const engine::DatasetState& state,
                                          std::span<const std::uint64_t> records,
                                          const std::string& embedder) {
  std::vector<std::uint64_t> missing;
  std::set<std::uint64_t> asked;
  for (const std::uint64_t number : records) {
    if (state.vector(number, embedder) != nullptr) continue;
    const std::uint64_t original = state.records[number - 1].duplicate_of;
    if (asked.insert(original != 0 ? original : number).second)
      missing.push_back(original != 0 ? original : number);
  }
  return missing;
}

schemas::Result<std::vector<float>> compute_vectors(const engine::StepInput& input,
                                                    const embed::Embedder& embedder,
                                                    std::span<const std::uint64_t> records,
                                                    std::span<const std::string> texts,
                                                    engine::StepBlock& block) {
  if (records.empty()) return std::vector<float>{};
  auto rows = embedder.embed(texts, [&](double) { return !input.stop.stop_requested(); });
  if (!rows) return std::unexpected(rows.error());
  const auto packed = std::make_shared<const std::string>(embed::pack(embedder.parts(), *rows));
  store::Blob blob = store::make_blob(*packed);
  schemas::VectorsComputedT event;
  event.run = schemas::RunId(input.run.id);
  event.block = blob.id;
  event.embedder = embedder.name();
  event.records.assign(records.begin(), records.end());
  block.events.push_back(schemas::encode(event));
  block.blobs.push_back(std::move(blob));
  const auto kept = embed::PackedVectors::open(packed);
  if (!kept) return std::unexpected(kept.error());
  const std::size_t dims = embed::dims_of(kept->parts());
  for (std::size_t row = 0; row < kept->rows(); ++row)
    kept->unpack(row, std::span(*rows).subspan(row * dims, dims));
  return rows;
}

schemas::Result<void> compute_next_vectors(const engine::StepInput& input, const embed::Embedder& embedder,
                                           std::span<const std::uint64_t> missing, std::size_t count,
                                           std::size_t& done, engine::StepBlock& block) {
  const auto records = missing.subspan(done, std::min(count, missing.size() - done));
  const auto texts = texts_of(input, records);
  if (!texts) return std::unexpected(texts.error());
  if (auto good = compute_vectors(input, embedder, records, *texts, block); !good)
    return std::unexpected(good.error());
  done += records.size();
  return {};
}

schemas::Result<topics::Matrix> read_vectors(const engine::StepInput& input, const embed::Embedder& embedder,
                                             std::span<const std::uint64_t> records) {
  const std::string name = embedder.name();
  topics::Matrix rows;
  rows.rows = records.size();
  std::map<std::uint32_t, embed::PackedVectors> open;
  for (std::size_t row = 0; row < records.size(); ++row) {
    const engine::VectorPlace* place = input.state.vector(records[row], name);
    if (place == nullptr) {
      return schemas::fail(schemas::ErrorCode::internal, "a vector of every record",
                           "none of " + to_text(schemas::RecordId(records[row])));
    }
    auto found = open.find(place->block);
    if (found == open.end()) {
      auto bytes = input.blobs.read(input.state.vector_blocks[place->block - 1].id);
      if (!bytes) return std::unexpected(bytes.error());
      auto packed = embed::PackedVectors::open(std::move(*bytes));
      if (!packed) return std::unexpected(packed.error());
      found = open.emplace(place->block, std::move(*packed)).first;
    }
    const std::size_t dims = embed::dims_of(found->second.parts());
    if (rows.values.empty()) rows = topics::Matrix(records.size(), dims);
    if (dims != rows.cols || place->row >= found->second.rows()) {
      return schemas::fail(schemas::ErrorCode::corrupt,
                           "vectors of " + std::to_string(rows.cols) + " numbers", std::to_string(dims),
                           "embed the records again: generate topics anew");
    }
    found->second.unpack(place->row, rows.row(row));
  }
  return rows;
}

}  // namespace steps
