#include <algorithm>

#include "engine/account.hpp"
#include "engine/apply_parts.hpp"

namespace engine {

namespace {
// Gives a valid, visible record its place among its equals. False when the order among them is disturbed
// (an equal record after it was kept), and all have to be looked at again.
bool place_among_duplicates(Dataset& dataset, std::uint64_t number) {
  const auto& records = dataset.state.records;
  const auto kept = dataset.duplicates.find(records, records[number - 1].hash);
  const bool kept_counts = kept != 0 && records[kept - 1].visible() && records[kept - 1].valid();
  std::uint32_t duplicate_of = 0;
  if (kept_counts && kept < number) {
    duplicate_of = kept;
  } else if (kept_counts && kept > number) {
    return false;
  } else if (kept != number) {
    dataset.duplicates.keep(records, static_cast<std::uint32_t>(number));
  }
  if (records[number - 1].duplicate_of != duplicate_of) {
    change_record(dataset.state, number, [&](RecordRow& row) { row.duplicate_of = duplicate_of; });
  }
  return true;
}

// Others may be duplicates of this record, so that its leaving makes one of them the first of its kind.
bool is_original(const Dataset& dataset, const RecordRow& row) {
  return row.visible() && row.valid() && row.duplicate_of == 0 && dataset.state.counters.duplicates > 0;
}

// An import under way counts the verdicts that its records have, each with `sign`.
void count_staged_verdict(DatasetState& state, const RecordRow& row, int sign) {
  if (!row.is(staged) || row.is(unvalidated)) return;
  ImportProgress& import = *run_for_writing(state, state.blocks[row.block].run).import;
  const auto one = static_cast<std::uint64_t>(static_cast<std::int64_t>(sign));
  import.validated += one;
  if (row.code != 0) import.invalid += one;
}

void set_verdict(RecordRow& row, const schemas::RecordsValidated& event, std::uint32_t i) {
  const auto* hashes = event.hashes();
  row.code = event.codes()->Get(i);
  constexpr unsigned verdict_flags = has_tools | has_output | multi_turn | tokens_exact;
  const unsigned flags = event.flags() == nullptr ? 0U : event.flags()->Get(i);
  row.flags = static_cast<std::uint16_t>((row.flags & ~verdict_flags) | (flags & verdict_flags));
  row.set(unvalidated, false);
  row.tokens = event.tokens() == nullptr ? 0 : event.tokens()->Get(i);
  if (hashes != nullptr) std::copy_n(hashes->data() + std::size_t{i} * 16, 16, row.hash.begin());
  row.duplicate_of = 0;
}
}  // namespace

void rebuild_duplicates(Dataset& dataset) {
  dataset.duplicates.clear();
  const auto& records = dataset.state.records;
  for (std::uint64_t number = 1; number <= records.size(); ++number) {
    const RecordRow& row = records[number - 1];
    if (row.visible() && row.valid()) place_among_duplicates(dataset, number);
  }
}

void apply_records_imported(DatasetState& state, const schemas::RecordsImported& event, const Fact& fact) {
  const auto count = event.lengths()->size();
  const std::uint64_t first = event.first_record()->value();
  if (first != state.records.size() + 1)
    throw BrokenLog("records were imported out of turn at position " + std::to_string(fact.position));
  state.blocks.push_back(
      Block{*event.block(), first, count, event.source(), event.run()->value(), fact.position});
  std::uint64_t line = event.first_line();
  std::uint32_t offset = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i > 0) ++line;
    if (event.line_gaps() != nullptr) line += event.line_gaps()->Get(i);
    RecordRow row;
    row.block = static_cast<std::uint32_t>(state.blocks.size() - 1);
    row.offset = offset;
    row.length = event.lengths()->Get(i);
    row.line = static_cast<std::uint32_t>(std::min<std::uint64_t>(line, UINT32_MAX));
    row.flags = staged | unvalidated;
    offset += row.length;
    state.records.push_back(row);
    account(state, row, +1);
  }
  if (event.truncated() != nullptr) {
    for (const auto i : *event.truncated()) state.records.write(first - 1 + i).set(truncated, true);
  }
  Run& run = run_for_writing(state, event.run()->value());
  if (run.import) {
    run.import->imported += count;
    run.import->bytes_read = event.bytes_read();
    run.done = event.bytes_read();
    run.total = std::max(run.import->bytes_expected, event.bytes_read());
  }
}

void apply_import_received(DatasetState& state, const schemas::ImportReceived& event) {
  Run& run = run_for_writing(state, event.run()->value());
  if (!run.import) throw BrokenLog("an import ended that no event began");
  run.import->received = true;
  run.import->lines = event.lines();
  run.import->blank = event.blank();
  run.import->bytes_read = event.bytes();
  run.done = run.total = event.bytes();
}

void apply_import_completed(Dataset& dataset, const schemas::ImportCompleted& event, const Fact& fact) {
  DatasetState& state = dataset.state;
  Run& run = run_for_writing(state, event.run()->value());
  if (!run.import) throw BrokenLog("an import ended that no event began");
  if (run.import->mode == schemas::ImportMode::replace) {
    for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
      if (state.records[number - 1].visible()) {
        change_record(state, number, [](RecordRow& row) { row.set(deleted, true); });
      }
    }
    dataset.duplicates.clear();
  }
  const std::uint64_t duplicates_before = state.counters.duplicates;
  bool disturbed = false;
  for_each_imported(state, run.id, [&](std::uint64_t number) {
    if (!state.records[number - 1].is(staged)) return;
    change_record(state, number, [](RecordRow& row) { row.set(staged, false); });
    const RecordRow& row = state.records[number - 1];
    if (row.visible() && row.valid()) disturbed |= !place_among_duplicates(dataset, number);
  });
  if (disturbed) rebuild_duplicates(dataset);
  run.import->duplicates = state.counters.duplicates - duplicates_before;
  run.import->replaced = event.replaced();
  run.import->validated = event.imported();
  run.import->invalid = event.invalid();
  if (run.import->source != Source::synthetic) state.source = run.import->source;
  state.records_changed = {fact.position, run.import->mode == schemas::ImportMode::replace
                                              ? "records replaced"
                                              : "records imported"};
}

void apply_records_validated(Dataset& dataset, const schemas::RecordsValidated& event, const Fact& fact) {
  DatasetState& state = dataset.state;
  const std::uint64_t first = event.first_record()->value();
  bool disturbed = false;
  bool verdicts_moved = false;
  for (std::uint32_t i = 0; i < event.codes()->size(); ++i) {
    const std::uint64_t number = first + i;
    if (state.records[number - 1].is(deleted)) continue;
    const RecordRow before = state.records[number - 1];
    const bool was_original = is_original(dataset, before);
    // The index finds a record by its content: with another one it stands in the wrong slot.
    const bool indexed = !before.is(staged) && dataset.duplicates.find(state.records, before.hash) == number;
    count_staged_verdict(state, before, -1);
    change_record(state, number, [&](RecordRow& row) { set_verdict(row, event, i); });
    const RecordRow& row = state.records[number - 1];
    count_staged_verdict(state, row, +1);
    if (row.is(staged)) continue;
    verdicts_moved |= row.code != before.code;
    disturbed |= (was_original && !row.valid()) || (indexed && row.hash != before.hash);
    if (row.valid()) disturbed |= !place_among_duplicates(dataset, number);
  }
  if (disturbed) rebuild_duplicates(dataset);
  if (verdicts_moved) state.records_changed = {fact.position, "records validated again"};
  Run& run = run_for_writing(state, event.run()->value());
  get_on(run);
  run.done += event.codes()->size();
  run.total = std::max(run.total, run.done);
}

void apply_record_edited(Dataset& dataset, const schemas::RecordEdited& event, const Fact& fact) {
  DatasetState& state = dataset.state;
  const std::uint64_t number = event.record()->value();
  const RecordRow& before = state.records[number - 1];
  const bool was_original = is_original(dataset, before);
  const Source source = state.blocks[before.block].source;
  const std::uint64_t run = state.blocks[before.block].run;
  account(state, before, -1);
  // The block keeps the run of the import but speaks of no record range, so that no import walks it.
  state.blocks.push_back(Block{*event.block(), number, 0, source, run, fact.position});
  RecordRow& row = state.records.write(number - 1);
  row.block = static_cast<std::uint32_t>(state.blocks.size() - 1);
  row.offset = 0;
  row.length = event.length();
  row.set(unvalidated, true);
  row.set(edited, true);
  row.set(truncated, false);
  row.duplicate_of = 0;
  row.score = -1;  // it was that of another text
  account(state, row, +1);
  if (was_original) rebuild_duplicates(dataset);
  forget_vector(state, number);
  state.records_changed = {fact.position, "record edited"};
}

void apply_records_deleted(Dataset& dataset, const schemas::RecordsDeleted& event, const Fact& fact) {
  DatasetState& state = dataset.state;
  bool disturbed = false;
  for (const std::uint64_t number : *event.records()) {
    disturbed |= is_original(dataset, state.records[number - 1]);
    change_record(state, number, [](RecordRow& row) { row.set(deleted, true); });
  }
  if (disturbed) rebuild_duplicates(dataset);
  state.records_changed = {fact.position, "records deleted"};
}

void apply_records_invalidated(Dataset& dataset, const schemas::RecordsInvalidated& event, const Fact& fact) {
  DatasetState& state = dataset.state;
  state.invalidated_at = fact.position;
  const auto invalidate = [&](std::uint64_t number) {
    if (state.records[number - 1].is(deleted)) return;
    count_staged_verdict(state, state.records[number - 1], -1);
    change_record(state, number, [](RecordRow& row) { row.set(unvalidated, true); });
  };
  if (event.all()) {
    // All are validated again in order, which places them among their duplicates anew.
    for (std::uint64_t number = 1; number <= state.records.size(); ++number) invalidate(number);
    return;
  }
  bool disturbed = false;
  for (const std::uint64_t number : *event.records()) {
    disturbed |= is_original(dataset, state.records[number - 1]);
    invalidate(number);
  }
  if (disturbed) rebuild_duplicates(dataset);
}

void drop_staged(DatasetState& state, std::uint64_t run) {
  for_each_imported(state, run, [&](std::uint64_t number) {
    if (!state.records[number - 1].is(staged)) return;
    change_record(state, number, [](RecordRow& row) {
      row.set(staged, false);
      row.set(deleted, true);
    });
  });
}

}  // namespace engine
