#include "engine/account.hpp"

namespace engine {

namespace {
void add(std::uint64_t& counter, int sign) {
  counter += static_cast<std::uint64_t>(static_cast<std::int64_t>(sign));
}

void account_topic(DatasetState& state, const RecordRow& row, int sign) {
  const bool low = row.confidence < low_confidence && row.method != AssignmentMethod::manual;
  add(state.counters.categorized, sign);
  TopicCount& count = state.topic_counts[row.topic];
  add(count.records, sign);
  if (low) {
    add(state.counters.low_confidence, sign);
    add(count.low_confidence, sign);
  }
  if (row.method == AssignmentMethod::manual) add(count.manual, sign);
}
}  // namespace

void account(DatasetState& state, const RecordRow& row, int sign) {
  if (row.is(unvalidated) && !row.is(deleted)) add(state.pending, sign);
  if (!row.visible()) return;
  Counters& counters = state.counters;
  add(counters.records, sign);
  add(counters.by_source.at(static_cast<std::size_t>(state.blocks[row.block].source)), sign);
  if (row.is(unvalidated)) {
    add(counters.unvalidated, sign);
    return;
  }
  add(counters.by_code.at(row.code), sign);
  if (row.code != 0) {
    add(counters.invalid, sign);
    return;
  }
  add(counters.valid, sign);
  if (row.duplicate_of != 0) add(counters.duplicates, sign);
  if (row.is(multi_turn)) add(counters.multi_turn, sign);
  if (row.topic != 0) account_topic(state, row, sign);
}

}  // namespace engine
