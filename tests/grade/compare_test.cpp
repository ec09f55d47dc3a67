#include "steps/grade/compare.hpp"
#include "tests/grade/scores.hpp"

using namespace tests;
using namespace steps::grade;

TEST_CASE("two runs are compared on the records that both scored", "[grade][compare]") {
  auto before = scores({0.1, 0.2, 0.3, 0.4, 0.5});
  auto after = scores({0.6, 0.2, 0.2, 0.9, 0.5});
  before.push_back({6, 0, 0.9});
  before.push_back({7, 0, 0.9});
  after.push_back({6, 0, std::nullopt});
  after.push_back({8, 0, 0.9});
  const Comparison c = compare(before, after, 1);
  REQUIRE(c.matched == 5);
  REQUIRE(c.only_before == 2);
  REQUIRE(c.only_after == 1);
  REQUIRE(c.improved == 2);
  REQUIRE(c.worsened == 1);
  REQUIRE(c.unchanged == 2);
  REQUIRE(std::abs(c.mean_difference - 0.18) < 1e-12);
  REQUIRE(c.interval.low < c.mean_difference);
  REQUIRE(c.interval.high > c.mean_difference);
  REQUIRE_FALSE(c.is_significant);
  REQUIRE(c.most_improved.size() == 2);
  REQUIRE(c.most_improved.front().record == 1);
  REQUIRE(c.most_worsened.front().record == 3);
}

TEST_CASE("a shift of all records is significant", "[grade][compare]") {
  const auto before = golden_scores(200, 1);
  std::vector<double> after;
  for (const double value : before) after.push_back(value * 0.8);
  const Comparison c = compare(scores(before), scores(after), 1);
  REQUIRE(c.is_significant);
  REQUIRE(c.interval.high < 0);
  REQUIRE(c.most_worsened.size() == 5);
  REQUIRE(c.most_improved.empty());
}

TEST_CASE("several answers to a record count as their mean", "[grade][compare]") {
  const std::vector<Score> before{{1, 0, 0.0}, {1, 0, 1.0}};
  const std::vector<Score> after{{1, 0, 0.5}};
  const Comparison c = compare(before, after, 1);
  REQUIRE(c.matched == 1);
  REQUIRE(c.unchanged == 1);
}

TEST_CASE("runs that share nothing have no difference", "[grade][compare]") {
  const Comparison c = compare(scores({0.5}), {}, 1);
  REQUIRE(c.matched == 0);
  REQUIRE(c.only_before == 1);
  REQUIRE_FALSE(c.is_significant);
}
