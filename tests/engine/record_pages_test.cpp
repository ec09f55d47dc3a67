// The records table: what a filter lets through, and that pages are the whole order cut into pieces.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "engine/projections/records.hpp"
#include "tests/support/event_builders.hpp"

using namespace engine;
using namespace support;

namespace {
// 40 records with many ties; topic 1 is an inner one above 2 and 3.
Dataset many_alike() {
  std::mt19937 random(5);
  std::vector<Verdict> verdicts;
  std::vector<Assigned> assigned;
  for (unsigned i = 0; i < 40; ++i) {
    Verdict verdict = i % 7 == 0 ? invalid(static_cast<std::uint8_t>(1 + i % 3)) : valid(random() % 25);
    verdict.tokens = random() % 4;
    verdicts.push_back(verdict);
    assigned.push_back({static_cast<std::uint32_t>(std::array{0, 2, 3, 4}.at(random() % 4)),
                        static_cast<float>(random() % 3) / 4 + 0.25F, 0});
  }
  return given(Facts{dataset_created()} + imported(1, 1, verdicts) +
               topics_defined(1, {{1, "games"}, {2, "chess", 1}, {3, "go", 1}, {4, "poker"}}) +
               completed_run(3, StepName::categorize, {topics_assigned(3, 1, assigned)}) +
               records_deleted({5, 6}) + record_edited(9));
}

double key_of(const RecordRow& row, RecordSort sort) {
  switch (sort) {
    case RecordSort::id:
      return 0;
    case RecordSort::line:
      return row.line;
    case RecordSort::topic:
      return row.topic;
    case RecordSort::confidence:
      return row.confidence;
    case RecordSort::tokens:
      return row.tokens;
    case RecordSort::length:
      return row.length;
    case RecordSort::code:
      return row.code;
    case RecordSort::score:
      return row.score;
  }
  return 0;
}

std::vector<std::uint64_t> all_sorted(const DatasetState& state, const RecordFilter& filter, RecordSort sort,
                                      bool descending) {
  auto numbers = matching(state, filter);
  std::ranges::sort(numbers, [&](std::uint64_t a, std::uint64_t b) {
    const double left = key_of(state.records[a - 1], sort);
    const double right = key_of(state.records[b - 1], sort);
    if (left == right) return descending && sort == RecordSort::id ? a > b : a < b;
    return descending ? left > right : left < right;
  });
  return numbers;
}

std::vector<std::uint64_t> all_pages(const DatasetState& state, const RecordFilter& filter, RecordSort sort,
                                     bool descending, std::size_t limit) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t after = 0;;) {
    const RecordPage page = page_of(state, filter, sort, descending, after, limit);
    REQUIRE(page.total == matching(state, filter).size());
    REQUIRE(page.records.size() <= limit);
    numbers.insert(numbers.end(), page.records.begin(), page.records.end());
    if (!page.more) return numbers;
    REQUIRE(page.records.size() == limit);
    after = page.records.back();
  }
}
}  // namespace

TEST_CASE("all pages together are the whole order, for every sort, direction and page size",
          "[engine][records]") {
  const Dataset dataset = many_alike();
  RecordFilter valid_only;
  valid_only.valid = true;
  for (const RecordFilter& filter : {RecordFilter{}, valid_only}) {
    for (int sort = 0; sort <= static_cast<int>(RecordSort::code); ++sort) {
      const auto by = static_cast<RecordSort>(sort);
      for (const bool descending : {false, true}) {
        for (const std::size_t limit : {1U, 2U, 7U, 38U, 100U}) {
          INFO("sort " << sort << (descending ? " descending" : "") << ", pages of " << limit);
          REQUIRE(all_pages(dataset.state, filter, by, descending, limit) ==
                  all_sorted(dataset.state, filter, by, descending));
        }
      }
    }
  }
}

TEST_CASE("pages of a long list, for which a bound is guessed from some of its rows, miss nothing",
          "[engine][records]") {
  std::mt19937 random(11);
  std::vector<Verdict> verdicts(20'000);
  for (Verdict& verdict : verdicts) {
    verdict = valid(random() % 100);
    verdict.tokens = random() % 50;
  }
  const Dataset dataset = given(Facts{dataset_created()} + imported(1, 1, verdicts));
  RecordFilter none;
  RecordFilter few;
  few.line = 12'345;
  for (const RecordSort by : {RecordSort::id, RecordSort::line, RecordSort::tokens, RecordSort::score}) {
    for (const bool descending : {false, true}) {
      INFO("sort " << static_cast<int>(by) << (descending ? " descending" : ""));
      REQUIRE(all_pages(dataset.state, none, by, descending, 900) ==
              all_sorted(dataset.state, none, by, descending));
      REQUIRE(all_pages(dataset.state, few, by, descending, 10) ==
              all_sorted(dataset.state, few, by, descending));
    }
  }
}

TEST_CASE("a filter lets through what it names", "[engine][records]") {
  const Dataset dataset = many_alike();
  const auto expect = [&](const RecordFilter& filter, auto predicate) {
    std::vector<std::uint64_t> expected;
    for (std::uint64_t number = 1; number <= dataset.state.records.size(); ++number) {
      const RecordRow& row = dataset.state.records[number - 1];
      if (row.visible() && predicate(row)) expected.push_back(number);
    }
    REQUIRE_FALSE(expected.empty());
    CHECK(matching(dataset.state, filter) == expected);
  };
  RecordFilter filter;
  filter.valid = true;
  expect(filter, [](const RecordRow& row) { return row.valid(); });
  filter.valid = false;
  expect(filter, [](const RecordRow& row) { return !row.valid(); });
  filter = {};
  filter.code = 1;
  expect(filter, [](const RecordRow& row) { return row.code == 1; });
  filter = {};
  filter.duplicate = true;
  expect(filter, [](const RecordRow& row) { return row.duplicate_of != 0; });
  filter = {};
  filter.line = 12;
  expect(filter, [](const RecordRow& row) { return row.line == 12; });
  filter = {};
  filter.source = Source::upload;
  expect(filter, [](const RecordRow&) { return true; });
}

TEST_CASE("an inner topic means all below it, topic 0 the valid ones without a topic", "[engine][records]") {
  const Dataset dataset = many_alike();
  const auto count = [&](std::uint32_t topic) {
    RecordFilter filter;
    filter.topic = topic;
    return matching(dataset.state, filter).size();
  };
  CHECK(count(1) == count(2) + count(3));
  CHECK(count(2) > 0);
  CHECK(count(0) == dataset.state.uncategorized());
}

TEST_CASE("a bound on confidence speaks of categorized records only", "[engine][records]") {
  const Dataset dataset = many_alike();
  RecordFilter below;
  below.confidence_lt = 0.7F;
  RecordFilter from;
  from.confidence_gte = 0.7F;
  std::size_t categorized = 0;
  for (const RecordRow& row : dataset.state.records) categorized += row.visible() && row.topic != 0 ? 1U : 0U;
  CHECK(matching(dataset.state, below).size() + matching(dataset.state, from).size() == categorized);
}

TEST_CASE("staged and deleted records are on no page", "[engine][records]") {
  Dataset dataset = many_alike();
  then(dataset, {import_requested(4), run_started(4), records_imported(4, 41, 5)});
  CHECK(page_of(dataset.state, {}, RecordSort::id, false, 0, 100).total == 38);
}

TEST_CASE("sorts have names, an unknown one is refused with those there are", "[engine][records]") {
  CHECK(record_sort_from("confidence") == RecordSort::confidence);
  CHECK(record_sort_from("colour").error().wanted ==
        "sort by id, line, topic, confidence, tokens, length, code or score");
}
