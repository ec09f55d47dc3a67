#include <algorithm>

#include "engine/account.hpp"
#include "engine/apply_parts.hpp"

namespace engine {

namespace {
void mark_erased(RecordRow& row) {
  row.set(erased, true);
  row.hash = {};  // would tell whoever has the text that it was here
}
}  // namespace

void apply_records_erased(Dataset& dataset, const schemas::RecordsErased& event, const Fact& fact) {
  DatasetState& state = dataset.state;
  Erasure erasure{fact.position, {}, {}};
  if (event.records() != nullptr) {
    for (const std::uint64_t number : *event.records()) {
      change_record(state, number, [](RecordRow& row) {
        row.set(deleted, true);
        mark_erased(row);
      });
      forget_vector(state, number);
      erasure.records.push_back(number);
    }
  }
  if (event.replaced() != nullptr) {
    for (const schemas::PayloadReplaced* payload : *event.replaced())
      erasure.replaced.push_back({payload->position(), *payload->from(), *payload->to()});
  }
  rebuild_duplicates(dataset);  // by hash, and theirs are gone
  replace_payloads(state, erasure.replaced);
  state.records_changed = {fact.position, "records erased"};
  state.erasures.push_back(std::move(erasure));
}

namespace {
// Calls change(id) of what the event at that position has put there.
template <class Rows, class Change>
void change_at(Rows& rows, Position position, Change change) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].position == position) change(rows.write(i).id);
  }
}

void change_work(std::vector<WorkBlock>& work, Position position, const auto& change) {
  for (WorkBlock& block : work) {
    if (block.position == position) change(block.id);
  }
}
}  // namespace

void replace_payloads(DatasetState& state, const std::vector<ReplacedPayload>& replaced) {
  for (const ReplacedPayload& payload : replaced) {
    const auto change = [&](BlobId& id) {
      if (id == payload.from) id = payload.to;
    };
    change_at(state.blocks, payload.position, change);
    change_at(state.vector_blocks, payload.position, change);
    for (std::size_t i = 0; i < state.dry_runs.size(); ++i) {
      DryRun& dry_run = state.dry_runs.write(i);
      change_work(dry_run.answers, payload.position, change);  // a regrade has those of another run
      change_work(dry_run.grades, payload.position, change);
      change_work(dry_run.calls, payload.position, change);
    }
  }
}

void redact(DatasetState& past, const DatasetState& newest) {
  for (const Erasure& erasure : newest.erasures) {
    if (erasure.position <= past.position) continue;
    replace_payloads(past, erasure.replaced);
    for (const std::uint64_t number : erasure.records) {
      if (number <= past.records.size()) mark_erased(past.records.write(number - 1));
    }
  }
}

}  // namespace engine
