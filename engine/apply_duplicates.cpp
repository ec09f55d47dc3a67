// Which records repeat an earlier one: the same messages and tools, or the same span of a trace.
#include "engine/account.hpp"
#include "engine/apply_parts.hpp"

namespace engine {

namespace {
bool counts(const DatasetState& state, std::uint32_t number) {
  return number != 0 && state.records[number - 1].visible() && state.records[number - 1].valid();
}
}  // namespace

bool place_among_duplicates(Dataset& dataset, std::uint64_t number) {
  const DatasetState& state = dataset.state;
  const auto own = static_cast<std::uint32_t>(number);
  const SpanHash& span = SpanHashOf::of(state, number);
  const std::uint32_t same_content = dataset.duplicates.find(state, state.records[number - 1].hash);
  const std::uint32_t same_span = span == SpanHash{} ? own : dataset.same_span.find(state, span);
  std::uint32_t duplicate_of = 0;
  for (const std::uint32_t kept : {same_content, same_span}) {
    if (!counts(state, kept) || kept == own) continue;
    if (kept > own) return false;
    if (duplicate_of == 0 || kept < duplicate_of) duplicate_of = kept;
  }
  if (same_content != own && !counts(state, same_content)) dataset.duplicates.keep(state, own);
  if (same_span != own && !counts(state, same_span)) dataset.same_span.keep(state, own);
  if (state.records[number - 1].duplicate_of != duplicate_of) {
    change_record(dataset.state, number, [&](RecordRow& row) { row.duplicate_of = duplicate_of; });
  }
  return true;
}

bool is_original(const DatasetState& state, std::uint64_t number) {
  const RecordRow& row = state.records[number - 1];
  if (!row.visible() || !row.valid() || state.counters.duplicates == 0) return false;
  return row.duplicate_of == 0 || SpanHashOf::of(state, number) != SpanHash{};
}

Indexed indexed_by(const Dataset& dataset, std::uint64_t number) {
  const DatasetState& state = dataset.state;
  const SpanHash& span = SpanHashOf::of(state, number);
  return {dataset.duplicates.find(state, state.records[number - 1].hash) == number,
          span != SpanHash{} && dataset.same_span.find(state, span) == number};
}

void rebuild_duplicates(Dataset& dataset) {
  dataset.duplicates.clear();
  dataset.same_span.clear();
  const auto& records = dataset.state.records;
  for (std::uint64_t number = 1; number <= records.size(); ++number) {
    const RecordRow& row = records[number - 1];
    if (row.visible() && row.valid()) place_among_duplicates(dataset, number);
  }
}

}  // namespace engine
