#include "engine/snapshot.hpp"

#include <openssl/evp.h>

#include <array>

#include "engine/snapshot_rows.hpp"

namespace engine {

namespace {
using namespace snapshot_parts;

template <class A>
void state(A& a, auto& s) {
  all(a, s.id, s.position, s.time, s.created_time, s.source, s.settings_changed, s.invalidated_at,
      s.deleted_at, s.purged, s.forked_from, s.forked_at, s.archived_from, s.archived_at,
      s.settings.max_tokens, s.settings.min_user_characters, s.settings.categorize_imports, s.pending,
      s.topics_ever, s.categorize_due, s.coverage_due);
  text(a, s.name);
  text(a, s.objective);
  text(a, s.settings.encoding);
  text(a, s.settings.embedder);
  text(a, s.settings.label_model);
  counters(a, s.counters);
  if constexpr (A::reading) {
    auto topics = std::make_shared<TopicTree>();
    tree(a, *topics);
    s.topics = std::move(topics);
  } else {
    tree(a, *s.topics);
  }
  map(a, s.topic_counts, [&](auto& count) { all(a, count.records, count.low_confidence, count.manual); });
  all(a, s.calibration.run, s.calibration.temperature, s.calibration.samples, s.calibration.error_before,
      s.calibration.error_after);
  map(a, s.targets, [&](auto& percent) { describe(a, percent); });
  optional(a, s.coverage,
           [&](auto& c) { all(a, c.balance, c.noise_floor, c.entropy, c.effective_topics, c.position); });
  map(a, s.skipped, [&](auto& reason) { text(a, reason); });
  optional(a, s.pull, [&](auto& one) { pull(a, one); });
  change(a, s.records_changed);
  change(a, s.topics_changed);
  change(a, s.assignments_changed);
  change(a, s.grader_changed);
  rows(a, s.runs, [&](auto& one) { run(a, one); });
  rows(a, s.graders, [&](auto& one) { grader(a, one); });
  rows(a, s.dry_runs, [&](auto& one) { dry_run(a, one); });
  rows(a, s.generations, [&](auto& one) { generation(a, one); });
  rows(a, s.blocks, [&](auto& block) {
    blob_id(a, block.id);
    all(a, block.first_record, block.count, block.source, block.run, block.position);
  });
  rows(a, s.records, [&](auto& row) { a.bytes(&row, sizeof row); });
  rows(a, s.spans, [&](auto& hash) { a.bytes(hash.data(), hash.size()); });
  rows(a, s.vector_blocks, [&](auto& block) {
    blob_id(a, block.id);
    text(a, block.embedder);
    describe(a, block.position);
  });
  rows(a, s.vectors, [&](auto& place) { all(a, place.block, place.row); });
  map(a, s.text_vectors,
      [&](auto& places) { list(a, places, [&](auto& place) { all(a, place.block, place.row); }); });
  list(a, s.erasures, [&](auto& one) { erasure(a, one); });
}
}  // namespace

std::string serialize(const DatasetState& value) {
  Writer writer;
  writer.out.reserve(4096 + value.records.size() * sizeof(RecordRow));
  describe(writer, snapshot_layout);
  state(writer, value);
  return std::move(writer.out);
}

schemas::Result<DatasetState> deserialize(std::string_view bytes) {
  Reader reader{bytes};
  std::uint32_t layout = 0;
  describe(reader, layout);
  DatasetState value;
  if (layout == snapshot_layout) state(reader, value);
  if (layout != snapshot_layout || !reader.good || !reader.in.empty()) {
    return schemas::fail(
        schemas::ErrorCode::corrupt, "a snapshot of layout " + std::to_string(snapshot_layout),
        layout == snapshot_layout ? "bytes cut short or left over" : "layout " + std::to_string(layout),
        "the log is folded instead");
  }
  return value;
}

std::string digest_of(const DatasetState& value) {
  const std::string bytes = serialize(value);
  std::array<std::uint8_t, 32> digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  return text;
}

}  // namespace engine
