#include "steps/vectors.hpp"

#include <xxhash.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "steps/embed/packed.hpp"
#include "steps/text/normalize.hpp"

namespace steps {

namespace {
using engine::TextHash;
using schemas::ErrorCode;
using schemas::Result;

constexpr std::size_t text_bytes_max = 16'384;
constexpr std::size_t block_texts = 2048;       // embedded between two events
constexpr std::size_t block_texts_asked = 256;  // lost when a call fails for good

// Rows of blocks that the log names, each block read once.
class Kept {
 public:
  explicit Kept(const engine::StepInput& input) : input_(input) {}

  // Puts the vector at `place` into row `row` of `vectors`, which gets its shape from the first one.
  Result<void> read(const engine::VectorPlace& place, std::size_t row, std::size_t rows, Vectors& vectors) {
    auto block = open(place.block);
    if (!block) return std::unexpected(block.error());
    const std::size_t dims = embed::dims_of((*block)->parts());
    if (vectors.rows.values.empty()) {
      vectors.rows = topics::Matrix(rows, dims);
      vectors.parts.assign((*block)->parts().begin(), (*block)->parts().end());
    }
    if (dims != vectors.rows.cols || place.row >= (*block)->rows()) {
      return schemas::fail(ErrorCode::corrupt, "vectors of " + std::to_string(vectors.rows.cols) + " numbers",
                           std::to_string(dims), "embed the records again: generate topics anew");
    }
    (*block)->unpack(place.row, vectors.rows.row(row));
    return {};
  }

  // Of the vectors that `embedder` has made; 0: none.
  Result<std::size_t> dims_of(std::string_view embedder) {
    for (std::uint32_t block = 1; block <= input_.state.vector_blocks.size(); ++block) {
      if (input_.state.vector_blocks[block - 1].embedder != embedder) continue;
      auto found = open(block);
      if (!found) return std::unexpected(found.error());
      return embed::dims_of((*found)->parts());
    }
    return std::size_t{0};
  }

 private:
  Result<const embed::PackedVectors*> open(std::uint32_t block) {
    auto found = open_.find(block);
    if (found == open_.end()) {
      auto bytes = input_.blobs.read(input_.state.vector_blocks[block - 1].id);
      if (!bytes) return std::unexpected(bytes.error());
      auto packed = embed::PackedVectors::open(std::move(*bytes));
      if (!packed) return std::unexpected(packed.error());
      found = open_.emplace(block, std::move(*packed)).first;
    }
    return &found->second;
  }

  const engine::StepInput& input_;
  std::map<std::uint32_t, embed::PackedVectors> open_;
};

TextHash hash_of(std::string_view text) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(text.data(), text.size()));
  TextHash hash{};
  std::copy_n(std::begin(canonical.digest), hash.size(), hash.begin());
  return hash;
}

// What a model elsewhere answers now must be comparable with what it has answered before.
Result<void> check_dims(const engine::StepInput& input, const embed::Embedder& embedder) {
  const auto before = Kept(input).dims_of(embedder.name());
  if (!before) return std::unexpected(before.error());
  const std::size_t now = embed::dims_of(embedder.parts());
  if (*before == 0 || now == 0 || *before == now) return {};
  return schemas::fail(
      ErrorCode::corrupt,
      "vectors of " + std::to_string(*before) + " numbers from " + embedder.name() + ", as it gave before",
      "vectors of " + std::to_string(now),
      "another model answers under this name: give it a name of its own in [[models]], or "
      "set the old one up again");
}

// The event and the blob; and the rows as they will be read.
Result<Vectors> keep(const engine::StepInput& input, const embed::Embedder& embedder,
                     std::span<const embed::Part> parts, std::span<const float> values,
                     schemas::VectorsComputedT event, engine::StepBlock& block) {
  const auto packed = std::make_shared<const std::string>(embed::pack(parts, values));
  store::Blob blob = store::make_blob(*packed);
  event.run = schemas::RunId(input.run.id);
  event.block = blob.id;
  event.embedder = embedder.name();
  block.events.push_back(schemas::encode(event));
  block.blobs.push_back(std::move(blob));
  const auto kept = embed::PackedVectors::open(packed);
  if (!kept) return std::unexpected(kept.error());
  Vectors vectors{topics::Matrix(kept->rows(), embed::dims_of(parts)), {parts.begin(), parts.end()}};
  for (std::size_t row = 0; row < kept->rows(); ++row) kept->unpack(row, vectors.rows.row(row));
  return vectors;
}

// For each of `records` where a record of the same content, deleted or not, has its vector; null where none.
std::vector<const engine::VectorPlace*> same_content(const engine::DatasetState& state,
                                                     const std::string& embedder,
                                                     std::span<const std::uint64_t> records) {
  std::map<std::array<std::uint8_t, 16>, const engine::VectorPlace*> places;
  for (const std::uint64_t number : records) places.emplace(state.records[number - 1].hash, nullptr);
  for (std::uint64_t number = 1; number <= state.vectors.size(); ++number) {
    if (state.vectors[number - 1].block == 0) continue;
    const auto wanted = places.find(state.records[number - 1].hash);
    if (wanted != places.end() && wanted->second == nullptr) wanted->second = state.vector(number, embedder);
  }
  std::vector<const engine::VectorPlace*> found;
  for (const std::uint64_t number : records) found.push_back(places.at(state.records[number - 1].hash));
  return found;
}

// What is known of a model elsewhere, and its answers for the rest.
Result<Vectors> known_and_asked(const engine::StepInput& input, const embed::Embedder& embedder,
                                std::span<const engine::VectorPlace* const> places,
                                std::span<const std::string> texts) {
  Vectors vectors;
  Kept kept(input);
  std::vector<std::size_t> unknown;
  std::vector<std::string> asked;
  for (std::size_t row = 0; row < texts.size(); ++row) {
    if (places[row] == nullptr) {
      unknown.push_back(row);
      asked.push_back(texts[row]);
    } else if (auto read = kept.read(*places[row], row, texts.size(), vectors); !read) {
      return std::unexpected(read.error());
    }
  }
  if (asked.empty()) return vectors;
  const auto answered = embedder.embed(asked, input.stop);
  if (!answered) return std::unexpected(answered.error());
  if (auto good = check_dims(input, embedder); !good) return std::unexpected(good.error());
  if (vectors.rows.values.empty())
    vectors = {topics::Matrix(texts.size(), answered->size() / asked.size()), embedder.parts()};
  for (std::size_t i = 0; i < unknown.size(); ++i)
    std::copy_n(answered->data() + i * vectors.rows.cols, vectors.rows.cols,
                vectors.rows.row(unknown[i]).data());
  return vectors;
}
}  // namespace

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
    const std::uint64_t original = state.first_of_content(number);
    if (asked.insert(original).second) missing.push_back(original);
  }
  return missing;
}

Result<Vectors> compute_vectors(const engine::StepInput& input, const embed::Embedder& embedder,
                                std::span<const std::uint64_t> records, std::span<const std::string> texts,
                                engine::StepBlock& block) {
  if (records.empty()) return Vectors{};
  schemas::VectorsComputedT event;
  event.records.assign(records.begin(), records.end());
  if (embedder.is_local()) {
    const auto rows = embedder.embed(texts, input.stop);
    if (!rows) return std::unexpected(rows.error());
    return keep(input, embedder, embedder.parts(), *rows, std::move(event), block);
  }
  const auto vectors =
      known_and_asked(input, embedder, same_content(input.state, embedder.name(), records), texts);
  if (!vectors) return std::unexpected(vectors.error());
  return keep(input, embedder, vectors->parts, vectors->rows.values, std::move(event), block);
}

Result<void> compute_next_vectors(const engine::StepInput& input, const embed::Embedder& embedder,
                                  std::span<const std::uint64_t> missing, std::size_t& done,
                                  engine::StepBlock& block) {
  const std::size_t count = embedder.is_local() ? block_texts : block_texts_asked;
  const auto records = missing.subspan(done, std::min(count, missing.size() - done));
  const auto texts = texts_of(input, records);
  if (!texts) return std::unexpected(texts.error());
  if (auto good = compute_vectors(input, embedder, records, *texts, block); !good)
    return std::unexpected(good.error());
  done += records.size();
  return {};
}

Result<Vectors> read_vectors(const engine::StepInput& input, const embed::Embedder& embedder,
                             std::span<const std::uint64_t> records) {
  const std::string name = embedder.name();
  Vectors vectors;
  vectors.rows.rows = records.size();
  Kept kept(input);
  for (std::size_t row = 0; row < records.size(); ++row) {
    const engine::VectorPlace* place = input.state.vector(records[row], name);
    if (place == nullptr) {
      return schemas::fail(ErrorCode::internal, "a vector of every record",
                           "none of " + to_text(schemas::RecordId(records[row])));
    }
    if (auto read = kept.read(*place, row, records.size(), vectors); !read)
      return std::unexpected(read.error());
  }
  return vectors;
}

Result<bool> asks_for_texts(const engine::StepInput& input, const embed::Embedder& embedder,
                            std::span<const std::string> texts, engine::StepBlock& block) {
  if (embedder.is_local()) return false;
  std::vector<std::string> missing;
  std::set<TextHash> asked;
  schemas::VectorsComputedT event;
  for (const std::string& text : texts) {
    const TextHash hash = hash_of(text);
    if (input.state.text_vector(hash, embedder.name()) != nullptr || !asked.insert(hash).second) continue;
    missing.push_back(text);
    event.text_hashes.insert(event.text_hashes.end(), hash.begin(), hash.end());
  }
  if (missing.empty()) return false;
  const auto rows = embedder.embed(missing, input.stop);
  if (!rows) return std::unexpected(rows.error());
  if (auto good = check_dims(input, embedder); !good) return std::unexpected(good.error());
  const auto kept = keep(input, embedder, embedder.parts(), *rows, std::move(event), block);
  if (!kept) return std::unexpected(kept.error());
  return true;
}

Result<topics::Matrix> read_texts(const engine::StepInput& input, const embed::Embedder& embedder,
                                  std::span<const std::string> texts) {
  if (embedder.is_local()) {
    auto values = embedder.embed(texts, input.stop);
    if (!values) return std::unexpected(values.error());
    topics::Matrix rows;
    rows.rows = texts.size();
    rows.cols = embed::dims_of(embedder.parts());
    rows.values = std::move(*values);
    return rows;
  }
  Vectors vectors;
  Kept kept(input);
  for (std::size_t row = 0; row < texts.size(); ++row) {
    const engine::VectorPlace* place = input.state.text_vector(hash_of(texts[row]), embedder.name());
    if (place == nullptr)
      return schemas::fail(ErrorCode::internal, "a vector of every topic's texts", "'" + texts[row] + "'");
    if (auto read = kept.read(*place, row, texts.size(), vectors); !read)
      return std::unexpected(read.error());
  }
  return std::move(vectors.rows);
}

}  // namespace steps
