// Of records with the same content, the earliest valid one is the original, the others its duplicates.
#include <catch2/catch.hpp>

#include "tests/support/engine_recount.hpp"
#include "tests/support/event_builders.hpp"

using namespace engine;
using namespace support;

namespace {
Facts three_alike() {
  return Facts{dataset_created()} + imported(1, 1, {valid(5), valid(5), valid(5)});
}

std::vector<std::uint32_t> duplicates_of(const Dataset& dataset) {
  std::vector<std::uint32_t> originals;
  for (const RecordRow& row : dataset.state.records) originals.push_back(row.duplicate_of);
  return originals;
}
using Originals = std::vector<std::uint32_t>;
}  // namespace

TEST_CASE("later equal records are duplicates of the earliest", "[engine][duplicates]") {
  const Dataset dataset = given(three_alike());
  CHECK(duplicates_of(dataset) == Originals{0, 1, 1});
  CHECK(dataset.state.counters.duplicates == 2);
  CHECK(dataset.state.counters.valid == 3);
}

TEST_CASE("invalid records are nobody's duplicates", "[engine][duplicates]") {
  const Dataset dataset = given(Facts{dataset_created()} + imported(1, 1, {invalid(), invalid(), valid(1)}));
  CHECK(dataset.state.counters.duplicates == 0);
}

TEST_CASE("deleting the original makes the next one the original", "[engine][duplicates]") {
  const Dataset dataset = given(three_alike() + records_deleted({1}));
  CHECK(duplicates_of(dataset) == Originals{0, 0, 2});
  CHECK(dataset.state.counters.duplicates == 1);
}

TEST_CASE("editing the original makes the next one the original", "[engine][duplicates]") {
  const Dataset dataset = given(three_alike() + record_edited(1));
  CHECK(duplicates_of(dataset) == Originals{0, 0, 2});
}

TEST_CASE("an original that turns invalid makes the next one the original", "[engine][duplicates]") {
  Dataset dataset = given(three_alike() + records_invalidated({1}));
  CHECK(duplicates_of(dataset) == Originals{0, 0, 2});
  then(dataset, {records_validated(2, 1, {invalid()})});
  CHECK(duplicates_of(dataset) == Originals{0, 0, 2});
  CHECK(dataset.state.counters.invalid == 1);
}

TEST_CASE("an original that turns valid again takes its place back", "[engine][duplicates]") {
  const Dataset dataset =
      given(three_alike() + records_invalidated({1}) + records_validated(2, 1, {valid(5)}));
  CHECK(duplicates_of(dataset) == Originals{0, 1, 1});
  CHECK(dataset.state.counters.duplicates == 2);
}

TEST_CASE("deleting a duplicate leaves the others as they are", "[engine][duplicates]") {
  const Dataset dataset = given(three_alike() + records_deleted({2}));
  CHECK(dataset.state.records[2].duplicate_of == 1);
  CHECK(dataset.state.counters.duplicates == 1);
}

TEST_CASE("an import that ends after a later one still has the originals", "[engine][duplicates]") {
  const Dataset dataset =
      given({dataset_created(), import_requested(1), run_started(1), import_requested(2), run_started(2),
             records_imported(1, 1, 1), records_imported(2, 2, 1), run_requested(3, StepName::validate),
             run_started(3), records_validated(3, 1, {valid(5), valid(5)}), import_received(1, 1),
             import_received(2, 1), import_completed(2, 1), run_completed(2), import_completed(1, 1)});
  CHECK(duplicates_of(dataset) == Originals{0, 1});
  CHECK(dataset.state.counters.duplicates == 1);
  CHECK(misplaced_duplicates(dataset) == "");
}

TEST_CASE("a record edited into another's content is found under the new content only",
          "[engine][duplicates]") {
  Facts facts = Facts{dataset_created()} + imported(1, 1, {valid(1), valid(2), valid(3)});
  // The third gets the first one's content. More contents then make the index grow, which moves its slots.
  facts = facts + record_edited(3) + records_validated(2, 3, {valid(1)});
  std::vector<Verdict> many;
  for (unsigned content = 10; content < 60; ++content) many.push_back(valid(content));
  const Dataset dataset = given(facts + imported(3, 4, many) + imported(5, 54, {valid(1), valid(3)}));
  CHECK(dataset.state.records[2].duplicate_of == 1);
  CHECK(dataset.state.records[53].duplicate_of == 1);
  CHECK(dataset.state.records[54].duplicate_of == 0);
  CHECK(misplaced_duplicates(dataset) == "");
}

TEST_CASE("an import tells how many duplicates it has brought", "[engine][duplicates]") {
  const Dataset dataset = given(Facts{dataset_created()} + imported(1, 1, {valid(5)}) +
                                imported(3, 2, {valid(5), valid(6), valid(6)}));
  CHECK(dataset.state.run(RunId(3))->import->duplicates == 2);
}

TEST_CASE("another text of the same trace span is a duplicate", "[engine][duplicates]") {
  Dataset dataset = given(Facts{dataset_created()} +
                          imported(1, 1, {valid_of_span(1, 7), valid_of_span(2, 8), valid_of_span(3, 7)}));
  CHECK(duplicates_of(dataset) == Originals{0, 0, 1});
  CHECK(dataset.state.first_of_content(3) == 3);
  then(dataset, {records_deleted({1})});
  CHECK(duplicates_of(dataset) == Originals{0, 0, 0});
}

TEST_CASE("of two reasons to be a duplicate the earliest record counts", "[engine][duplicates]") {
  Dataset dataset = given(Facts{dataset_created()} +
                          imported(1, 1, {valid(1), valid_of_span(2, 7), valid_of_span(1, 7), valid(5)}));
  CHECK(duplicates_of(dataset) == Originals{0, 0, 1, 0});
  then(dataset, {records_deleted({1})});
  CHECK(duplicates_of(dataset) == Originals{0, 0, 2, 0});
}

TEST_CASE("a duplicate of one record may be the first of its span", "[engine][duplicates]") {
  Dataset dataset =
      given(Facts{dataset_created()} + imported(1, 1, {valid(1), valid_of_span(1, 7), valid_of_span(2, 7)}));
  CHECK(duplicates_of(dataset) == Originals{0, 1, 2});
  then(dataset, {records_deleted({2})});
  CHECK(duplicates_of(dataset) == Originals{0, 1, 0});
  CHECK(misplaced_duplicates(dataset) == "");
}
