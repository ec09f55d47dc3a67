#include <algorithm>

#include "engine/account.hpp"
#include "engine/apply_parts.hpp"

namespace engine {

namespace {
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

// Whether it names another span than before.
bool set_span(DatasetState& state, std::uint64_t number, const schemas::RecordsValidated& event,
              std::uint32_t i) {
  SpanHash hash{};
  if (event.span_hashes() != nullptr)
    std::copy_n(event.span_hashes()->data() + std::size_t{i} * 16, 16, hash.begin());
  if (hash == SpanHashOf::of(state, number)) return false;
  while (state.spans.size() < number) state.spans.push_back({});
  state.spans.write(number - 1) = hash;
  return true;
}
}  // namespace

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

namespace {
void end_pull(Pull& pull, const schemas::TracesPulled& event) {
  pull.matching = event.matching();
  pull.watermark = event.watermark();
  if (event.skipped() == nullptr) return;
  for (const schemas::SkippedCalls* skipped : *event.skipped())
    pull.skipped.push_back({text_of(skipped->reason()), skipped->calls()});
}

// What was chosen by hand leaves the filter of the dataset as it is, and the watermark never goes back.
void keep_pull(DatasetState& state, const Pull& ended) {
  Pull kept = ended;
  if (state.pull) {
    if (kept.filter.empty()) kept.filter = state.pull->filter;
    kept.watermark = std::max(kept.watermark, state.pull->watermark);
  }
  state.pull = std::move(kept);
}
}  // namespace

void apply_import_received(DatasetState& state, const schemas::ImportReceived& event) {
  Run& run = run_for_writing(state, event.run()->value());
  if (!run.import) throw BrokenLog("an import ended that no event began");
  run.import->received = true;
  run.import->lines = event.lines();
  run.import->blank = event.blank();
  run.import->bytes_read = event.bytes();
  run.done = run.total = event.bytes();
  if (run.import->pull && event.pulled() != nullptr) end_pull(*run.import->pull, *event.pulled());
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
    dataset.same_span.clear();
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
  if (run.import->pull) {
    run.import->pull->position = fact.position;
    run.import->pull->time = fact.time;
    keep_pull(state, *run.import->pull);
  }
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
    const bool was_original = is_original(state, number);
    const Indexed indexed = before.is(staged) ? Indexed{} : indexed_by(dataset, number);
    count_staged_verdict(state, before, -1);
    change_record(state, number, [&](RecordRow& row) { set_verdict(row, event, i); });
    const bool span_changed = set_span(state, number, event, i);
    const RecordRow& row = state.records[number - 1];
    count_staged_verdict(state, row, +1);
    if (row.is(staged)) continue;
    verdicts_moved |= row.code != before.code;
    // An index finds a record by its hash: with another one it stands in the wrong slot.
    disturbed |= (was_original && !row.valid()) || (indexed.content && row.hash != before.hash) ||
                 (indexed.span && span_changed);
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
  const bool was_original = is_original(state, number);
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
    disturbed |= is_original(state, number);
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
    disturbed |= is_original(state, number);
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
