// Coverage against values worked out by hand, and against a slow second opinion.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "engine/projections/coverage.hpp"
#include "tests/support/engine_history.hpp"
#include "tests/support/event_builders.hpp"

using namespace engine;
using namespace support;

namespace {
using Counts = std::vector<std::uint64_t>;

// As many valid records in topics 1, 2, … as `counts` says, then `without` of none.
Dataset spread(const Counts& counts, unsigned without = 0) {
  std::vector<Verdict> verdicts;
  std::vector<Assigned> assigned;
  std::vector<TopicSpec> topics;
  for (std::uint32_t i = 0; i < counts.size(); ++i) {
    topics.push_back({i + 1, "topic " + std::to_string(i + 1)});
    for (std::uint64_t n = 0; n < counts[i]; ++n) assigned.push_back({i + 1});
  }
  for (unsigned i = 0; i < without; ++i) assigned.push_back({0});
  for (unsigned i = 0; i < assigned.size(); ++i) verdicts.push_back(valid(i));
  return given(Facts{dataset_created()} + imported(1, 1, verdicts) + topics_defined(1, topics) +
               completed_run(3, StepName::categorize, {topics_assigned(3, 1, assigned)}));
}

double balance(const Counts& counts) {
  return balance_of(counts);
}

// What the definition says, by throwing records one at a time.
double thrown_evenly(std::uint64_t records, std::size_t topics, int throws) {
  std::mt19937_64 random(99);
  double sum = 0;
  for (int i = 0; i < throws; ++i) {
    Counts counts(topics, 0);
    for (std::uint64_t n = 0; n < records; ++n) ++counts[random() % topics];
    const auto [least, most] = std::ranges::minmax(counts);
    sum += static_cast<double>(least) / static_cast<double>(most);
  }
  return sum / throws;
}
}  // namespace

TEST_CASE("balance is least / most, empty topics included", "[engine][coverage]") {
  CHECK(balance({35, 100, 50}) == 0.35);
  CHECK(balance({10, 10}) == 1);
  CHECK(balance({0, 10}) == 0);
  CHECK(balance({0, 0}) == 0);
  CHECK(balance({}) == 0);
  CHECK(balance({7}) == 1);
}

TEST_CASE("tiers begin at their borders", "[engine][coverage]") {
  const auto [value, tier] = GENERATE(table<double, std::string>({{1, "Excellent"},
                                                                  {0.8, "Excellent"},
                                                                  {0.799, "Good"},
                                                                  {0.6, "Good"},
                                                                  {0.599, "Fair"},
                                                                  {0.4, "Fair"},
                                                                  {0.399, "Poor"},
                                                                  {0.2, "Poor"},
                                                                  {0.199, "Critical"},
                                                                  {0, "Critical"}}));
  CHECK(tier_of(value) == tier);
}

TEST_CASE("bands have 0.6 and 0.3 in the middle one", "[engine][coverage]") {
  CHECK(coverage_of(spread({61, 100}).state).band == "good");
  CHECK(coverage_of(spread({60, 100}).state).band == "attention");
  CHECK(coverage_of(spread({30, 100}).state).band == "attention");
  CHECK(coverage_of(spread({29, 100}).state).band == "poor");
}

TEST_CASE("coverage of a known spread", "[engine][coverage]") {
  const Coverage coverage = coverage_of(spread({60, 30, 10}, 5).state);
  CHECK(coverage.categorized == 100);
  CHECK(coverage.uncategorized == 5);
  CHECK(coverage.balance == Approx(1.0 / 6));
  CHECK(coverage.tier == "Critical");
  // 0.6 ln(1/0.6) + 0.3 ln(1/0.3) + 0.1 ln(1/0.1) = 0.89794572
  CHECK(coverage.entropy == Approx(0.89794572 / std::log(3)));
  CHECK(coverage.effective_topics == Approx(2.4545547));
  // Half of |60 - 33.3| + |30 - 33.3| + |10 - 33.3|, in shares.
  CHECK(coverage.distance == Approx(0.2666667));
}

TEST_CASE("gaps are against even targets: over, ok, under, and how many to add", "[engine][coverage]") {
  const Coverage coverage = coverage_of(spread({60, 30, 10}).state);
  REQUIRE(coverage.topics.size() == 3);
  CHECK(coverage.topics[0].gap == Approx(-26.6667).epsilon(1e-4));
  CHECK(coverage.topics[0].status == "over");
  CHECK(coverage.topics[1].status == "ok");
  CHECK(coverage.topics[2].status == "under");
  CHECK(coverage.topics[2].recommend == 24);  // ceil(23.33 % of 100)
  CHECK(coverage.topics[1].recommend == 0);
}

TEST_CASE("gaps of exactly 5 are ok and of exactly 10 recommend nothing", "[engine][coverage]") {
  Dataset dataset = spread({45, 55});
  CHECK(coverage_of(dataset.state).topics[0].status == "ok");
  CHECK(coverage_of(dataset.state).topics[1].status == "ok");
  CHECK(coverage_of(spread({44, 56}).state).topics[0].status == "under");
  CHECK(coverage_of(spread({44, 56}).state).topics[1].status == "over");
  CHECK(coverage_of(spread({40, 60}).state).topics[0].recommend == 0);
  CHECK(coverage_of(spread({39, 61}).state).topics[0].recommend == 11);
}

TEST_CASE("set targets replace the even ones", "[engine][coverage]") {
  Dataset dataset = spread({60, 40});
  then(dataset, {coverage_targets_set({{1, 20}, {2, 80}})});
  const Coverage coverage = coverage_of(dataset.state);
  CHECK(coverage.topics[0].gap == Approx(-40));
  CHECK(coverage.topics[1].recommend == 40);
  CHECK(coverage.distance == Approx(0.4));
}

TEST_CASE("a single topic is in balance and one without records has nothing to say", "[engine][coverage]") {
  const Coverage single = coverage_of(spread({7}).state);
  CHECK(single.balance == 1);
  CHECK(single.noise_floor == 1);
  CHECK(single.effective_topics == Approx(1));
  const Coverage empty =
      coverage_of(given({dataset_created(), topics_defined(1, {{1, "a"}, {2, "b"}})}).state);
  CHECK(empty.balance == 0);
  CHECK(empty.noise_floor == 0);
  CHECK(empty.topics[0].percent == 0);
  CHECK(empty.topics[0].recommend == 0);
}

TEST_CASE("coverage agrees with a slow second opinion on random spreads", "[engine][coverage]") {
  std::mt19937_64 random(17);
  for (int round = 0; round < 25; ++round) {
    Counts counts(2 + random() % 6);
    for (auto& count : counts) count = random() % 30;
    counts[0] += 1;
    const Coverage coverage = coverage_of(spread(counts, 3).state);
    double total = 0;
    for (const auto count : counts) total += static_cast<double>(count);
    double nats = 0;
    double distance = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const double share = static_cast<double>(counts[i]) / total;
      if (share > 0) nats += share * std::log(1 / share);
      distance += std::abs(share - 1.0 / static_cast<double>(counts.size())) / 2;
      CHECK(coverage.topics[i].percent == Approx(100 * share));
    }
    CHECK(coverage.effective_topics == Approx(std::exp(nats)));
    CHECK(coverage.entropy == Approx(nats / std::log(static_cast<double>(counts.size()))).margin(1e-12));
    CHECK(coverage.distance == Approx(distance).margin(1e-12));
  }
}

TEST_CASE("the noise floor is the balance that even throwing gives", "[engine][coverage]") {
  const auto [records, topics] = GENERATE(table<std::uint64_t, std::size_t>(
      {{10, 2}, {30, 3}, {62, 2}, {100, 7}, {200, 20}, {1008, 7}, {1008, 40}, {3000, 150}, {10000, 12}}));
  INFO(records << " records, " << topics << " topics");
  CHECK(noise_floor_of(records, topics) == Approx(thrown_evenly(records, topics, 3000)).margin(0.02));
}

TEST_CASE("the noise floor is the same number every time", "[engine][coverage]") {
  CHECK(noise_floor_of(1008, 7) == noise_floor_of(1008, 7));
}

namespace {
// By going through the records.
void check_against_records(const DatasetState& state) {
  std::map<std::uint32_t, std::uint64_t> counts;
  for (const std::uint32_t leaf : state.topics->leaves()) counts[leaf] = 0;
  std::uint64_t categorized = 0;
  std::uint64_t uncategorized = 0;
  for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
    const RecordRow& row = state.records[number - 1];
    if (!row.visible() || !row.valid()) continue;
    (row.topic != 0 ? categorized : uncategorized) += 1;
    if (row.topic != 0) ++counts.at(row.topic);
  }
  const Coverage coverage = coverage_of(state);
  REQUIRE(coverage.categorized == categorized);
  REQUIRE(coverage.uncategorized == uncategorized);
  REQUIRE(coverage.topics.size() == counts.size());
  double nats = 0;
  double distance = 0;
  std::uint64_t least = UINT64_MAX;
  std::uint64_t most = 0;
  for (const TopicCoverage& topic : coverage.topics) {
    REQUIRE(topic.records == counts.at(topic.id));
    least = std::min(least, topic.records);
    most = std::max(most, topic.records);
    const double share =
        categorized == 0 ? 0 : static_cast<double>(topic.records) / static_cast<double>(categorized);
    if (share > 0) nats -= share * std::log(share);
    distance += std::abs(topic.target_percent - 100 * share) / 200;
    REQUIRE(topic.gap == Approx(topic.target_percent - 100 * share).margin(1e-9));
    const double wanted = topic.gap > 10 ? std::ceil(topic.gap / 100 * static_cast<double>(categorized)) : 0;
    REQUIRE(static_cast<double>(topic.recommend) == wanted);
  }
  REQUIRE(coverage.distance == Approx(distance).margin(1e-9));
  if (most == 0) return;
  const double balance = counts.size() == 1 ? 1 : static_cast<double>(least) / static_cast<double>(most);
  REQUIRE(coverage.balance == Approx(balance));
  REQUIRE(coverage.effective_topics == Approx(std::exp(nats)));
}
}  // namespace

TEST_CASE("coverage kept event by event is what the records say, whatever happens", "[engine][coverage]") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    RandomHistory history(seed);
    for (int i = 0; i < 200; ++i) {
      history.step();
      INFO("seed " << seed << ", step " << i << ": " << history.last());
      if (i % 5 == 0) check_against_records(history.dataset().state);
    }
  }
}
