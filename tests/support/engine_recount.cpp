#include "tests/support/engine_recount.hpp"

#include <sstream>

namespace support {

using namespace engine;

namespace {
class Differences {
 public:
  void compare(const std::string& what, std::uint64_t kept, std::uint64_t counted) {
    if (kept != counted) out_ << what << " is kept as " << kept << " but counts " << counted << '\n';
  }
  [[nodiscard]] std::string text() const { return out_.str(); }

 private:
  std::ostringstream out_;
};

void count_row(const DatasetState& state, std::uint64_t number, Counters& counters,
               std::map<std::uint32_t, TopicCount>& topics) {
  const RecordRow& row = state.records[number - 1];
  ++counters.records;
  ++counters.by_source.at(static_cast<std::size_t>(state.blocks[row.block].source));
  if (row.is(unvalidated)) {
    ++counters.unvalidated;
    return;
  }
  ++counters.by_code.at(row.code);
  if (row.code != 0) {
    ++counters.invalid;
    return;
  }
  ++counters.valid;
  if (duplicate_of(state, number) != 0) ++counters.duplicates;
  if (row.is(multi_turn)) ++counters.multi_turn;
  if (row.topic == 0) return;
  const bool by_hand = row.method == AssignmentMethod::manual;
  const bool low = !by_hand && row.confidence < 0.7F;
  ++counters.categorized;
  ++topics[row.topic].records;
  counters.low_confidence += low ? 1 : 0;
  topics[row.topic].low_confidence += low ? 1 : 0;
  topics[row.topic].manual += by_hand ? 1 : 0;
}

void compare_counters(Differences& differences, const Counters& kept, const Counters& counted) {
  differences.compare("records", kept.records, counted.records);
  differences.compare("valid", kept.valid, counted.valid);
  differences.compare("invalid", kept.invalid, counted.invalid);
  differences.compare("unvalidated", kept.unvalidated, counted.unvalidated);
  differences.compare("duplicates", kept.duplicates, counted.duplicates);
  differences.compare("categorized", kept.categorized, counted.categorized);
  differences.compare("low_confidence", kept.low_confidence, counted.low_confidence);
  differences.compare("multi_turn", kept.multi_turn, counted.multi_turn);
  for (std::size_t i = 0; i < code_count; ++i)
    differences.compare("code " + std::to_string(i), kept.by_code.at(i), counted.by_code.at(i));
  for (std::size_t i = 0; i < 3; ++i)
    differences.compare("source " + std::to_string(i), kept.by_source.at(i), counted.by_source.at(i));
  differences.compare("valid + invalid + unvalidated", kept.valid + kept.invalid + kept.unvalidated,
                      kept.records);
}

// An import under way knows how many of its records wait for a verdict, and how many got a bad one.
void compare_import(Differences& differences, const DatasetState& state, const Run& run) {
  if (!run.import || run.ended()) return;
  std::uint64_t imported = 0;
  std::uint64_t validated = 0;
  std::uint64_t invalid = 0;
  for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
    const RecordRow& row = state.records[number - 1];
    if (!row.is(staged) || state.blocks[row.block].run != run.id) continue;
    ++imported;
    if (row.is(unvalidated)) continue;
    ++validated;
    invalid += row.code != 0 ? 1 : 0;
  }
  if (run.import->received && imported == 0) return;  // between its two last facts nothing is staged any more
  const std::string of = " of run " + std::to_string(run.id);
  differences.compare("imported" + of, run.import->imported, imported);
  differences.compare("validated" + of, run.import->validated, validated);
  differences.compare("invalid" + of, run.import->invalid, invalid);
}
}  // namespace

std::uint32_t duplicate_of(const DatasetState& state, std::uint64_t record) {
  for (std::uint64_t earlier = 1; earlier < record; ++earlier) {
    const RecordRow& row = state.records[earlier - 1];
    const SpanHash& span = SpanHashOf::of(state, record);
    const bool same_span = span != SpanHash{} && SpanHashOf::of(state, earlier) == span;
    if (row.visible() && row.valid() && (same_span || row.hash == state.records[record - 1].hash))
      return static_cast<std::uint32_t>(earlier);
  }
  return 0;
}

std::string miscounted(const DatasetState& state) {
  Differences differences;
  Counters counters;
  std::map<std::uint32_t, TopicCount> topics;
  std::uint64_t pending = 0;
  for (const std::uint32_t leaf : state.topics->leaves()) topics[leaf];
  for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
    const RecordRow& row = state.records[number - 1];
    if (row.is(unvalidated) && !row.is(deleted)) ++pending;
    if (!row.visible()) continue;
    count_row(state, number, counters, topics);
    if (row.valid())
      differences.compare("r" + std::to_string(number) + ".duplicate_of", row.duplicate_of,
                          duplicate_of(state, number));
  }
  compare_counters(differences, state.counters, counters);
  differences.compare("pending", state.pending, pending);
  differences.compare("topics counted", state.topic_counts.size(), topics.size());
  for (const auto& [id, kept] : state.topic_counts) {
    const std::string of = " of topic " + std::to_string(id);
    differences.compare("records" + of, kept.records, topics[id].records);
    differences.compare("low_confidence" + of, kept.low_confidence, topics[id].low_confidence);
    differences.compare("manual" + of, kept.manual, topics[id].manual);
  }
  for (const Run& run : state.runs) compare_import(differences, state, run);
  return differences.text();
}

std::string misplaced_duplicates(const Dataset& dataset) {
  Dataset rebuilt{dataset.state, {}, {}};
  rebuild_duplicates(rebuilt);
  Differences differences;
  const auto counts = [&](std::uint32_t number) {
    return number != 0 && dataset.state.records[number - 1].visible() &&
           dataset.state.records[number - 1].valid();
  };
  for (std::uint64_t number = 1; number <= dataset.state.records.size(); ++number) {
    const RecordRow& row = dataset.state.records[number - 1];
    if (!row.visible() || !row.valid()) continue;
    const auto kept = dataset.duplicates.find(dataset.state, row.hash);
    const auto fresh = rebuilt.duplicates.find(rebuilt.state, row.hash);
    differences.compare("the original of r" + std::to_string(number), counts(kept) ? kept : 0, fresh);
    if (const SpanHash& span = SpanHashOf::of(dataset.state, number); span != SpanHash{}) {
      const auto kept_span = dataset.same_span.find(dataset.state, span);
      differences.compare("the first of the span of r" + std::to_string(number),
                          counts(kept_span) ? kept_span : 0, rebuilt.same_span.find(rebuilt.state, span));
    }
    differences.compare("r" + std::to_string(number) + ".duplicate_of", row.duplicate_of,
                        rebuilt.state.records[number - 1].duplicate_of);
  }
  return differences.text();
}

}  // namespace support
