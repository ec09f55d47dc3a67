// Records that a person edits, deletes or has validated again.
#include <catch2/catch.hpp>

#include "tests/support/engine_recount.hpp"
#include "tests/support/event_builders.hpp"

using namespace engine;
using namespace support;

namespace {
Dataset four_records() {
  return given(Facts{dataset_created()} + imported(1, 1, {valid(1), valid(2), invalid(3), valid(4, true)}));
}

EditRecord edit(std::uint64_t record) {
  return {RecordId(record), {schemas::BlobId(8, record), "zstd"}, 77};
}
}  // namespace

TEST_CASE("an edited record keeps its number, its line and its source, and waits for a verdict",
          "[engine][records]") {
  Dataset dataset = four_records();
  const auto edited = wish(dataset, edit(3));
  REQUIRE(edited);
  CHECK(edited->blobs.size() == 1);
  const RecordRow& row = dataset.state.records[2];
  CHECK(row.line == 3);
  CHECK(row.length == 77);
  CHECK(row.is(engine::edited));
  CHECK(dataset.state.blocks[row.block].id == schemas::BlobId(8, 3));
  CHECK(dataset.state.counters.unvalidated == 1);
  CHECK(dataset.state.counters.by_code.at(3) == 0);
  CHECK(dataset.state.pending == 1);
  then(dataset, {records_validated(2, 3, {valid(3)})});
  CHECK(dataset.state.counters.valid == 4);
  CHECK(miscounted(dataset.state) == "");
}

TEST_CASE("an edited record keeps its topic and counts there again once it is valid", "[engine][records]") {
  Dataset dataset = four_records();
  then(dataset, {topics_defined(1, {{1, "openings"}}), topic_assigned_manually({1}, 1), record_edited(1)});
  CHECK(dataset.state.topic_counts.at(1).records == 0);
  then(dataset, {records_validated(2, 1, {valid(9)})});
  CHECK(dataset.state.topic_counts.at(1) == TopicCount{1, 0, 1});
}

TEST_CASE("deleted records are not counted and stay deleted", "[engine][records]") {
  Dataset dataset = four_records();
  REQUIRE(wish(dataset, DeleteRecords{{4, 3, 4}, true}));
  CHECK(dataset.state.counters.records == 2);
  CHECK(dataset.state.counters.multi_turn == 0);
  CHECK(dataset.state.records_changed.because == "records deleted");
  CHECK(wish(dataset, edit(3)).error().code == ErrorCode::gone);
  CHECK(wish(dataset, edit(5)).error().code == ErrorCode::not_found);
  then(dataset, {records_validated(2, 3, {valid(3)})});
  CHECK(dataset.state.counters.records == 2);
}

TEST_CASE("deleting several records has to be confirmed, one has not", "[engine][records]") {
  Dataset dataset = four_records();
  const auto refused = wish(dataset, DeleteRecords{{1, 2}, false});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::needs_confirmation);
  CHECK(refused.error().found == "2 records would be deleted");
  CHECK(wish(dataset, DeleteRecords{{2, 2}, false})->subject == 1);
  CHECK(wish(dataset, DeleteRecords{{}, false})->events.empty());
}

TEST_CASE("a wish that names one unknown record among others changes none", "[engine][records]") {
  Dataset dataset = four_records();
  const auto before = dataset.state.position;
  CHECK_FALSE(wish(dataset, DeleteRecords{{1, 99}, true}));
  CHECK_FALSE(wish(dataset, RevalidateRecords{{1, 99}}));
  CHECK(dataset.state.position == before);
}

TEST_CASE("records of an upload under way cannot be edited or deleted", "[engine][records]") {
  Dataset dataset =
      given({dataset_created(), import_requested(1), run_started(1), records_imported(1, 1, 1)});
  CHECK(wish(dataset, edit(1)).error().code == ErrorCode::not_found);
  CHECK(wish(dataset, DeleteRecords{{1}, true}).error().code == ErrorCode::not_found);
}

TEST_CASE("validating again takes verdicts back, of some records or of all", "[engine][records]") {
  Dataset dataset = four_records();
  CHECK(wish(dataset, RevalidateRecords{{2}})->subject == 1);
  CHECK(dataset.state.counters.unvalidated == 1);
  CHECK(wish(dataset, RevalidateRecords{})->subject == 4);
  CHECK(dataset.state.counters.unvalidated == 4);
  CHECK(miscounted(dataset.state) == "");
}

TEST_CASE("a dataset without records has nothing to validate again", "[engine][records]") {
  Dataset dataset = given({dataset_created()});
  CHECK(wish(dataset, RevalidateRecords{})->events.empty());
}

TEST_CASE("verdicts that are the same as before make nothing stale, one that moved does",
          "[engine][records]") {
  Dataset dataset = four_records();
  then(dataset, {record_edited(1), records_validated(2, 1, {valid(8)})});
  CHECK(dataset.state.records_changed.because == "record edited");
  then(dataset, {records_validated(2, 1, {invalid()})});
  CHECK(dataset.state.records_changed.because == "records validated again");
}
