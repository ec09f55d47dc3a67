#include "engine/snapshot.hpp"

#include <openssl/evp.h>

#include <cstring>
#include <type_traits>

namespace engine {

namespace {
// One description of each struct serves both directions: `a(x)` writes x, or reads it.
struct Writer {
  static constexpr bool reading = false;
  std::string out;

  void bytes(const void* data, std::size_t size) { out.append(static_cast<const char*>(data), size); }
};

struct Reader {
  static constexpr bool reading = true;
  std::string_view in;
  bool good = true;

  void bytes(void* data, std::size_t size) {
    if (size > in.size()) {
      good = false;
      in = {};
      std::memset(data, 0, size);
      return;
    }
    std::memcpy(data, in.data(), size);
    in.remove_prefix(size);
  }
};

template <class A, class T>
void describe(A& a, T& value)
  requires(std::is_arithmetic_v<std::remove_const_t<T>> || std::is_enum_v<std::remove_const_t<T>>)
{
  a.bytes(&value, sizeof value);
}

template <class A>
void describe(A& a, TextHash& value) {
  a.bytes(value.data(), value.size());
}

template <class A>
void describe(A& a, const TextHash& value) {
  a.bytes(value.data(), value.size());
}

template <class A>
std::uint64_t count(A& a, std::uint64_t size) {
  a.bytes(&size, sizeof size);
  // A count can never be more than what is left, at a byte each: damaged bytes must not ask for gigabytes.
  if constexpr (A::reading) {
    if (size > a.in.size()) a.good = false;
    return a.good ? size : 0;
  }
  return size;
}

template <class A, class T>
void text(A& a, T& value) {
  const std::uint64_t size = count(a, value.size());
  if constexpr (A::reading) value.resize(size);
  a.bytes(value.data(), size);
}

template <class A, class T>
void list(A& a, T& values, auto each) {
  const std::uint64_t size = count(a, values.size());
  if constexpr (A::reading) values.resize(size);
  for (auto& value : values) each(value);
}

template <class A, class T>
void optional(A& a, T& value, auto each) {
  std::uint8_t present = value ? 1 : 0;
  describe(a, present);
  if constexpr (A::reading) {
    if (present != 0) value.emplace();
  }
  if (value) each(*value);
}

template <class A, class T>
void map(A& a, T& values, auto each) {
  std::uint64_t size = count(a, values.size());
  if constexpr (A::reading) {
    for (; size > 0; --size) {
      typename T::key_type key{};
      describe(a, key);
      each(values[key]);
    }
  } else {
    for (auto& [key, value] : values) {
      describe(a, key);
      each(value);
    }
  }
}

// A CowVector of values that are described one by one.
template <class A, class T>
void rows(A& a, T& values, auto each) {
  const std::uint64_t size = count(a, values.size());
  for (std::uint64_t i = 0; i < size; ++i) {
    if constexpr (A::reading) {
      std::remove_cvref_t<decltype(values[0])> value{};
      each(value);
      values.push_back(std::move(value));
      if (!a.good) return;
    } else {
      each(values[i]);
    }
  }
}

template <class A>
void blob_id(A& a, auto& id) {
  std::uint64_t high = id.high();
  std::uint64_t low = id.low();
  describe(a, high);
  describe(a, low);
  if constexpr (A::reading) id = BlobId(high, low);
}

template <class A>
void all(A& a, auto&... values) {
  (describe(a, values), ...);
}

template <class A>
void import_progress(A& a, auto& import) {
  all(a, import.mode, import.source, import.bytes_expected, import.bytes_read, import.imported,
      import.validated, import.invalid, import.duplicates, import.lines, import.blank, import.replaced,
      import.generation, import.received, import.categorize);
  text(a, import.name);
}

template <class A>
void work_blocks(A& a, auto& blocks) {
  list(a, blocks, [&](auto& block) {
    blob_id(a, block.id);
    all(a, block.first, block.count, block.position);
  });
}

template <class A>
void spending(A& a, auto& spent) {
  all(a, spent.input_tokens, spent.output_tokens, spent.cost_usd);
}

template <class A>
void run(A& a, auto& run) {
  all(a, run.id, run.step, run.state, run.attempt, run.forgiven, run.epoch, run.seed, run.requested_at,
      run.started_at, run.ended_at, run.requested_time, run.started_time, run.ended_time, run.retry_time,
      run.done, run.total);
  text(a, run.because);
  text(a, run.stage);
  text(a, run.error);
  optional(a, run.import, [&](auto& import) { import_progress(a, import); });
  optional(a, run.topics, [&](auto& topics) {
    all(a, topics.method, topics.max_topics, topics.depth, topics.min_topics, topics.granularity,
        topics.split, topics.clear_assignments);
    text(a, topics.template_name);
    text(a, topics.embedder);
    text(a, topics.label_model);
  });
  optional(a, run.categorize, [&](auto& categorize) {
    all(a, categorize.scope, categorize.overwrite_manual);
    text(a, categorize.embedder);
    text(a, categorize.model);
  });
  optional(a, run.dry_run, [&](auto& p) {
    all(a, p.sample_size, p.answers, p.k, p.temperature, p.max_tokens, p.grader_version, p.regrade_of,
        p.duplicates);
    text(a, p.model);
    list(a, p.records, [&](auto& record) { describe(a, record); });
  });
  optional(a, run.generate, [&](auto& p) {
    all(a, p.strategy, p.has_strategy, p.temperature, p.records_per_call, p.retries, p.length_min,
        p.length_max, p.synthetic_share_max, p.variations_per_record, p.count);
    text(a, p.model);
    list(a, p.topics, [&](auto& topic) { describe(a, topic); });
    list(a, p.records, [&](auto& record) { describe(a, record); });
  });
  work_blocks(a, run.calls);
  spending(a, run.spent);
}

template <class A>
void grader(A& a, auto& grader) {
  all(a, grader.version, grader.restores, grader.position, grader.time);
  blob_id(a, grader.definition);
  text(a, grader.kind);
  text(a, grader.title);
  text(a, grader.reason);
  list(a, grader.models, [&](auto& model) { text(a, model); });
}

template <class A>
void dry_run(A& a, auto& d) {
  all(a, d.run, d.grader_version, d.regrade_of, d.k, d.sampled_at, d.records, d.candidates, d.without_answer,
      d.answered, d.missing, d.graded, d.unscored, d.score_sum);
  blob_id(a, d.sample);
  work_blocks(a, d.answers);
  work_blocks(a, d.grades);
  work_blocks(a, d.calls);
  spending(a, d.spent);
  optional(a, d.measured, [&](auto& m) {
    all(a, m.verdict, m.mean, m.std, m.above_zero, m.scored, m.unscored, m.position);
    text(a, m.cause);
  });
}

template <class A>
void generation(A& a, auto& g) {
  all(a, g.run, g.planned, g.balance_before, g.balance_after, g.calls_done, g.calls_failed, g.generated,
      g.reviewed_at, g.accepted, g.dropped, g.import_run, g.first_record);
  list(a, g.plan, [&](auto& call) {
    all(a, call.strategy, call.topic, call.count, call.sample);
    list(a, call.sources, [&](auto& record) { describe(a, record); });
  });
  work_blocks(a, g.blocks);
  work_blocks(a, g.calls);
  list(a, g.rejected, [&](auto& count) { describe(a, count); });
  spending(a, g.spent);
}

template <class A>
void topic(A& a, auto& topic) {
  all(a, topic.id, topic.parent, topic.labels_by);
  text(a, topic.name);
  text(a, topic.description);
  list(a, topic.keywords, [&](auto& keyword) { text(a, keyword); });
  list(a, topic.exemplars, [&](auto& record) { describe(a, record); });
  list(a, topic.members, [&](auto& record) { describe(a, record); });
}

template <class A>
void tree(A& a, auto& tree) {
  all(a, tree.version, tree.method, tree.outliers);
  text(a, tree.template_name);
  text(a, tree.embedder);
  text(a, tree.language);
  text(a, tree.label_model);
  text(a, tree.label_problem);
  list(a, tree.topics, [&](auto& one) { topic(a, one); });
}

template <class A>
void counters(A& a, auto& counters) {
  all(a, counters.records, counters.valid, counters.invalid, counters.unvalidated, counters.duplicates,
      counters.categorized, counters.low_confidence, counters.multi_turn);
  for (auto& code : counters.by_code) describe(a, code);
  for (auto& source : counters.by_source) describe(a, source);
}

template <class A>
void change(A& a, auto& change) {
  describe(a, change.position);
  text(a, change.because);
}

template <class A>
void state(A& a, auto& s) {
  all(a, s.id, s.position, s.time, s.created_time, s.source, s.settings_changed, s.invalidated_at,
      s.deleted_at, s.purged, s.forked_from, s.forked_at, s.settings.max_tokens,
      s.settings.min_user_characters, s.settings.categorize_imports, s.pending, s.topics_ever,
      s.categorize_due, s.coverage_due);
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
  rows(a, s.vector_blocks, [&](auto& block) {
    blob_id(a, block.id);
    text(a, block.embedder);
  });
  rows(a, s.vectors, [&](auto& place) { all(a, place.block, place.row); });
  map(a, s.text_vectors,
      [&](auto& places) { list(a, places, [&](auto& place) { all(a, place.block, place.row); }); });
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
