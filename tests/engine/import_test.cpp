// An import: staged until it is complete, then all of it counts, or nothing.
#include <catch2/catch.hpp>

#include "tests/support/engine_recount.hpp"
#include "tests/support/event_builders.hpp"

using namespace engine;
using namespace support;

namespace {
BeginImport replacing(bool confirm) {
  BeginImport begin;
  begin.parameters.mode = ImportMode::replace;
  begin.confirm = confirm;
  return begin;
}

ImportBlock block_of(std::uint64_t run, std::size_t records) {
  ImportBlock block;
  block.run = RunId(run);
  block.blob.id = schemas::BlobId(run, 1);
  block.block.lengths.assign(records, 100);
  block.block.first_line = 1;
  return block;
}

// Run 1 has imported two records and run 2 has judged them; the upload goes on.
Facts under_way() {
  return {dataset_created(),
          import_requested(1),
          run_started(1),
          records_imported(1, 1, 2),
          run_requested(2, StepName::validate),
          run_started(2),
          records_validated(2, 1, {valid(1), invalid()})};
}
}  // namespace

TEST_CASE("records of an import under way are neither counted nor shown", "[engine][import]") {
  const Dataset dataset = given(under_way());
  CHECK(dataset.state.counters == Counters{});
  CHECK_FALSE(dataset.state.records[0].visible());
  CHECK(dataset.state.run(RunId(1))->import->validated == 2);
  CHECK(dataset.state.run(RunId(1))->import->invalid == 1);
}

TEST_CASE("a completed import counts", "[engine][import]") {
  const Dataset dataset =
      given(under_way() + import_received(1, 2) + import_completed(1, 2) + run_completed(1));
  CHECK(dataset.state.counters.records == 2);
  CHECK(dataset.state.counters.valid == 1);
  CHECK(dataset.state.counters.invalid == 1);
  CHECK(dataset.state.records_changed.because == "records imported");
}

TEST_CASE("a failed or cancelled import drops what it had staged", "[engine][import]") {
  const NewEvent end = GENERATE(run_failed(1), run_cancelled(1));
  const Dataset dataset = given(under_way() + end);
  CHECK(dataset.state.counters == Counters{});
  CHECK(dataset.state.pending == 0);
  CHECK(dataset.state.records[0].is(deleted));
  CHECK(dataset.state.records[1].is(deleted));
}

TEST_CASE("a verdict for records whose import was dropped changes nothing", "[engine][import]") {
  Dataset dataset = given(under_way() + run_cancelled(1));
  then(dataset, {records_validated(2, 1, {valid(1), valid(2)})});
  CHECK(dataset.state.counters == Counters{});
}

TEST_CASE("replacing removes the records before it and says how many", "[engine][import]") {
  const Dataset dataset = given(Facts{dataset_created()} + imported(1, 1, {valid(1), valid(2)}) +
                                imported(3, 3, {valid(3), valid(1), invalid()}, ImportMode::replace));
  CHECK(dataset.state.counters.records == 3);
  CHECK(dataset.state.counters.duplicates == 0);
  CHECK(dataset.state.records[0].is(deleted));
  CHECK(dataset.state.records_changed.because == "records replaced");
  CHECK(miscounted(dataset.state) == "");
}

TEST_CASE("replacing records needs to be confirmed and names what would be lost", "[engine][import]") {
  Dataset dataset = given(Facts{dataset_created()} + imported(1, 1, {valid(1), invalid()}));
  const auto refused = wish(dataset, replacing(false));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::needs_confirmation);
  CHECK(refused.error().found == "2 records (1 valid, 0 categorized) would be removed");
  CHECK(wish(dataset, replacing(true)));
}

TEST_CASE("replacing nothing needs no confirmation", "[engine][import]") {
  Dataset dataset = given({dataset_created()});
  CHECK(wish(dataset, replacing(false)));
}

TEST_CASE("an import beside one that replaces is refused, two that append are not", "[engine][import]") {
  Dataset appending = given({dataset_created(), import_requested(1), run_started(1)});
  CHECK(wish(appending, replacing(true)).error().code == ErrorCode::conflict);
  CHECK(wish(appending, BeginImport{}));
  Dataset replaced = given({dataset_created(), import_requested(1, ImportMode::replace), run_started(1)});
  CHECK(wish(replaced, BeginImport{}).error().code == ErrorCode::conflict);
}

TEST_CASE("an import begins started, and its blocks take the next record numbers", "[engine][import]") {
  Dataset dataset = given({dataset_created()});
  const auto begun = wish(dataset, BeginImport{});
  REQUIRE(begun);
  CHECK(begun->subject == 1);
  CHECK(names_of(begun->events) == "run_requested run_started");
  REQUIRE(wish(dataset, block_of(1, 3)));
  const auto second_block = wish(dataset, block_of(1, 2));
  REQUIRE(second_block);
  CHECK(second_block->blobs.size() == 1);
  CHECK(dataset.state.blocks[1].first_record == 4);
  CHECK(dataset.state.records.size() == 5);
}

TEST_CASE("the lines of records count the blank ones between them", "[engine][import]") {
  Dataset dataset = given({dataset_created(), import_requested(1), run_started(1)});
  ImportBlock block = block_of(1, 3);
  block.block.first_line = 2;
  block.block.line_gaps = {0, 0, 4};
  block.block.truncated = {1};
  REQUIRE(wish(dataset, block));
  CHECK(dataset.state.records[0].line == 2);
  CHECK(dataset.state.records[1].line == 3);
  CHECK(dataset.state.records[2].line == 8);
  CHECK(dataset.state.records[2].offset == 200);
  CHECK(dataset.state.records[1].is(truncated));
  CHECK_FALSE(dataset.state.records[2].is(truncated));
}

TEST_CASE("no line is lost: the end of an upload is refused unless imported + blank = lines",
          "[engine][import]") {
  Dataset dataset = given(under_way());
  CHECK(wish(dataset, ReceiveImport{RunId(1), 4, 1, 400}).error().wanted == "imported + blank = lines");
  CHECK(wish(dataset, ReceiveImport{RunId(1), 3, 1, 400}));
  CHECK(wish(dataset, block_of(1, 1)).error().code == ErrorCode::internal);
}

TEST_CASE("an import completes when it is received and every record has its verdict", "[engine][import]") {
  Dataset dataset = given(under_way() + records_imported(1, 3, 1));
  CHECK(wish(dataset, CompleteImport{RunId(1)})->events.empty());
  then(dataset, {import_received(1, 3)});
  CHECK(wish(dataset, CompleteImport{RunId(1)})->events.empty());
  then(dataset, {records_validated(2, 3, {valid(3)})});
  const auto completed = wish(dataset, CompleteImport{RunId(1)});
  REQUIRE(completed);
  CHECK(names_of(completed->events) == "import_completed run_completed");
  const auto& told = schemas::view<schemas::ImportCompleted>(completed->events[0].body);
  CHECK(told.imported() == 3);
  CHECK(told.valid() == 2);
  CHECK(told.invalid() == 1);
  CHECK(wish(dataset, CompleteImport{RunId(1)})->events.empty());
}

TEST_CASE("an empty upload completes", "[engine][import]") {
  Dataset dataset = given({dataset_created(), import_requested(1), run_started(1), import_received(1, 0)});
  CHECK(names_of(wish(dataset, CompleteImport{RunId(1)})->events) == "import_completed run_completed");
  CHECK(dataset.state.counters.records == 0);
}

TEST_CASE("a block for an import that was cancelled is refused as cancelled", "[engine][import]") {
  Dataset dataset = given(under_way() + run_cancelled(1));
  CHECK(wish(dataset, block_of(1, 1)).error().code == ErrorCode::cancelled);
  CHECK(wish(dataset, FailImport{RunId(1), "late"})->events.empty());
}

TEST_CASE("an upload that a daemon before this one began is abandoned, a received one is not",
          "[engine][import]") {
  Dataset dataset = given(under_way());
  const Now now{0, this_epoch + 1, 0};
  const auto abandoned = decide(dataset.state, AbandonImport{RunId(1)}, now);
  REQUIRE(abandoned);
  CHECK(names_of(abandoned->events) == "run_failed");
  CHECK(decide(dataset.state, AbandonImport{RunId(1)}, now_of(dataset))->events.empty());
  then(dataset, {import_received(1, 2)});
  CHECK(decide(dataset.state, AbandonImport{RunId(1)}, now)->events.empty());
}

TEST_CASE("limits that change during an import send what it has staged back to validation",
          "[engine][import]") {
  Dataset dataset = given(under_way() + import_received(1, 2));
  ChangeDataset change;
  change.settings = Settings{};
  change.settings->max_tokens = 500;
  REQUIRE(wish(dataset, change));
  CHECK(dataset.state.pending == 2);
  CHECK(wish(dataset, CompleteImport{RunId(1)})->events.empty());
}

TEST_CASE("verdicts given twice count once", "[engine][import]") {
  Dataset dataset =
      given(under_way() + all_records_invalidated() + records_imported(1, 3, 1) + import_received(1, 3));
  then(dataset, {records_validated(2, 1, {valid(1), invalid()})});
  const auto& import = *dataset.state.run(RunId(1))->import;
  CHECK(import.validated == 2);
  CHECK(import.invalid == 1);
  CHECK(wish(dataset, CompleteImport{RunId(1)})->events.empty());
}

TEST_CASE("one block of verdicts counts for each of the imports it speaks of", "[engine][import]") {
  const Dataset dataset =
      given({dataset_created(), import_requested(1), run_started(1), import_requested(2), run_started(2),
             records_imported(1, 1, 2), records_imported(2, 3, 1), run_requested(3, StepName::validate),
             run_started(3), records_validated(3, 1, {valid(1), invalid(), valid(3)})});
  CHECK(dataset.state.run(RunId(1))->import->validated == 2);
  CHECK(dataset.state.run(RunId(1))->import->invalid == 1);
  CHECK(dataset.state.run(RunId(2))->import->validated == 1);
  CHECK(dataset.state.run(RunId(2))->import->invalid == 0);
}

namespace {
BeginImport pulling(std::string filter, std::uint64_t after = 0) {
  BeginImport begin;
  begin.parameters.source = engine::Source::trace;
  begin.parameters.pull = std::make_unique<schemas::PullParametersT>();
  begin.parameters.pull->filter = std::move(filter);
  begin.parameters.pull->after = after;
  return begin;
}

// What a whole pull of no records leaves behind.
void pull(Dataset& dataset, const BeginImport& begin, std::uint64_t watermark) {
  REQUIRE(wish(dataset, begin));
  const RunId run(dataset.state.runs.size());
  ReceiveImport received{run, 0, 0, 0};
  received.pulled.emplace();
  received.pulled->matching = 2;
  received.pulled->watermark = watermark;
  received.pulled->skipped.push_back(std::make_unique<schemas::SkippedCallsT>());
  received.pulled->skipped.back()->reason = "folded";
  received.pulled->skipped.back()->calls = 2;
  REQUIRE(wish(dataset, received));
  REQUIRE(wish(dataset, CompleteImport{run}));
}
}  // namespace

TEST_CASE("a pull that completes moves the watermark, one that fails does not", "[engine][import]") {
  Dataset dataset = given({dataset_created()});
  pull(dataset, pulling(R"({"model":["m"]})"), 40);
  REQUIRE(dataset.state.pull);
  CHECK(dataset.state.pull->watermark == 40);
  CHECK(dataset.state.pull->skipped.front().reason == "folded");
  CHECK(dataset.state.source == engine::Source::trace);
  REQUIRE(wish(dataset, pulling("{}", 40)));
  REQUIRE(wish(dataset, FailImport{RunId(2), "the trace store is gone"}));
  CHECK(dataset.state.pull->watermark == 40);
  CHECK(dataset.state.pull->filter == R"({"model":["m"]})");
}

TEST_CASE("calls chosen by hand leave the filter, and the watermark never goes back", "[engine][import]") {
  Dataset dataset = given({dataset_created()});
  pull(dataset, pulling(R"({"model":["m"]})"), 40);
  CHECK(wish(dataset, pulling("")).error().wanted == "one pull at a time");
  pull(dataset, pulling("", 40), 30);
  CHECK(dataset.state.pull->filter == R"({"model":["m"]})");
  CHECK(dataset.state.pull->watermark == 40);
}

TEST_CASE("a pull of something else than traces is refused", "[engine][import]") {
  BeginImport begin = pulling("{}");
  begin.parameters.source = engine::Source::upload;
  Dataset dataset = given({dataset_created()});
  CHECK_FALSE(wish(dataset, begin));
}
