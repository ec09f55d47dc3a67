#include <cmath>
#include <numeric>
#include <set>

#include "steps/grade/draw_sample.hpp"
#include "tests/grade/golden_statistics.hpp"
#include "tests/grade/scores.hpp"

using namespace tests;
using namespace steps::grade;

TEST_CASE("statistics are numpy's to 1e-12", "[grade][statistics]") {
  for (const GoldenStatistics& golden : golden_statistics) {
    const Statistics s = statistics(scores(golden_scores(golden.n, golden.seed)));
    INFO("n = " << golden.n);
    const double ours[] = {s.mean, s.std, s.median, s.min, s.max, s.p10, s.p25, s.p75, s.p90};
    const double theirs[] = {golden.mean, golden.std, golden.median, golden.min, golden.max,
                             golden.p10,  golden.p25, golden.p75,    golden.p90};
    for (int i = 0; i < 9; ++i) REQUIRE(std::abs(ours[i] - theirs[i]) <= 1e-12);
  }
}

TEST_CASE("records without a score are counted and left out", "[grade][statistics]") {
  auto some = scores({0, 0.5, 1, 1});
  some.push_back({5, 0, std::nullopt});
  const Statistics s = statistics(some);
  REQUIRE(s.scored == 4);
  REQUIRE(s.unscored == 1);
  REQUIRE(s.mean == 0.625);
  REQUIRE(s.above_zero_count == 3);
  REQUIRE(s.above_zero == 0.75);
  REQUIRE(s.equal_one == 0.5);
}

TEST_CASE("no scores give zeros and no verdict but NO-GO", "[grade][statistics]") {
  const Statistics s = statistics({});
  REQUIRE(s.mean == 0);
  REQUIRE(judge(s).verdict == Verdict::no_go);
  REQUIRE(intervals({}, 1).mean.high == 0);
  REQUIRE(by_topic({}, 1).empty());
  REQUIRE_FALSE(signal({}));
}

TEST_CASE("the histogram holds every score once, borders in the bin above", "[grade][statistics]") {
  const Histogram bins = histogram(scores({0, 0.049, 0.05, 0.15, 0.3, 0.35, 0.6, 0.7, 0.95, 1}));
  REQUIRE(bins[0] == 2);
  REQUIRE(bins[1] == 1);
  REQUIRE(bins[3] == 1);
  REQUIRE(bins[6] == 1);
  REQUIRE(bins[7] == 1);
  REQUIRE(bins[12] == 1);
  REQUIRE(bins[14] == 1);
  REQUIRE(bins[19] == 2);
  const auto many = scores(golden_scores(1319, 4));
  const Histogram all = histogram(many);
  REQUIRE(std::accumulate(all.begin(), all.end(), std::uint64_t{0}) == many.size());
}

TEST_CASE("bootstrap intervals are seeded and about as wide as theory says", "[grade][statistics]") {
  const auto some = scores(golden_scores(400, 8));
  const Statistics s = statistics(some);
  const Intervals first = intervals(some, 5);
  REQUIRE(first.mean.low == intervals(some, 5).mean.low);
  REQUIRE(first.mean.low != intervals(some, 6).mean.low);
  REQUIRE(first.mean.low < s.mean);
  REQUIRE(first.mean.high > s.mean);
  const double half = 1.96 * s.std / 20;
  REQUIRE(std::abs((first.mean.high - first.mean.low) / 2 - half) < 0.15 * half);
  REQUIRE(first.std.low < s.std);
  REQUIRE(first.std.high > s.std);
  REQUIRE(first.above_zero.high <= 1);
}

TEST_CASE("answers to one prompt are drawn together", "[grade][statistics]") {
  std::vector<Score> one_each;
  std::vector<Score> eight_each;
  for (std::uint64_t record = 0; record < 40; ++record) {
    const double score = static_cast<double>(record % 5) / 4;
    one_each.push_back({record, 0, score});
    for (int k = 0; k < 8; ++k) eight_each.push_back({record, 0, score});
  }
  // Eight copies of an answer tell nothing new, so the interval is no narrower.
  const Interval one = intervals(one_each, 3).mean;
  const Interval eight = intervals(eight_each, 3).mean;
  REQUIRE(std::abs((one.high - one.low) - (eight.high - eight.low)) < 1e-9);
}

TEST_CASE("topics have statistics of their own", "[grade][statistics]") {
  auto all = scores({0, 0.2}, 7);
  for (const Score& score : scores({1, 1, 1}, 9)) all.push_back(score);
  const auto topics = by_topic(all, 1);
  REQUIRE(topics.size() == 2);
  REQUIRE(topics[0].topic == 7);
  REQUIRE(topics[0].statistics.mean == 0.1);
  REQUIRE(topics[1].statistics.mean == 1);
  REQUIRE(topics[1].mean.low == 1);
}

TEST_CASE("the signal line tells what several answers a prompt say", "[grade][statistics]") {
  std::vector<Score> all;
  const auto prompt = [&](std::uint64_t record, const std::vector<double>& values) {
    for (const double value : values) all.push_back({record, 0, value});
  };
  prompt(1, {0, 0, 1, 1});          // learnable
  prompt(2, {0, 0, 0, 0});          // too hard
  prompt(3, {1, 1, 1, 1});          // too easy
  prompt(4, {0.6, 0.7, 0.8, 0.9});  // differs, always passes
  prompt(5, {1});                   // one answer says nothing
  const auto line = signal(all);
  REQUIRE(line);
  REQUIRE(line->prompts == 4);
  REQUIRE(line->k == 4);
  REQUIRE(line->zero_variance == 0.5);
  REQUIRE(line->learnable == 0.25);
  REQUIRE(std::abs(line->within_std - (0.5 + std::sqrt(0.0125)) / 4) < 1e-12);
  // 1 - C(2,k)/C(4,k) for the first prompt: 1/2, 5/6, 1, 1.
  const double expected[] = {2.5 / 4, (5.0 / 6 + 2) / 4, 0.75, 0.75};
  for (std::size_t k = 0; k < 4; ++k) REQUIRE(std::abs(line->pass_at[k] - expected[k]) < 1e-12);
}

TEST_CASE("a sample has its share of every topic", "[grade][sample]") {
  std::vector<Candidate> all;
  for (std::uint64_t record = 1; record <= 1000; ++record)
    all.push_back({record, record <= 700 ? 1U : record <= 990 ? 2U : 3U});
  const auto drawn = draw_sample(all, 100, 7);
  REQUIRE(drawn.size() == 100);
  REQUIRE(std::set(drawn.begin(), drawn.end()).size() == 100);
  const auto of_topic = [&](std::uint32_t topic) {
    return std::ranges::count_if(drawn, [&](auto record) { return all[record - 1].topic == topic; });
  };
  REQUIRE(of_topic(1) == 70);
  REQUIRE(of_topic(2) == 29);
  REQUIRE(of_topic(3) == 1);
  REQUIRE(drawn == draw_sample(all, 100, 7));
  REQUIRE(drawn != draw_sample(all, 100, 8));
}

TEST_CASE("a sample over the dataset is the dataset", "[grade][sample]") {
  const std::vector<Candidate> three{{9, 1}, {4, 0}, {7, 1}};
  REQUIRE(draw_sample(three, 300, 1) == std::vector<std::uint64_t>{4, 7, 9});
  REQUIRE(draw_sample({}, 300, 1).empty());
}

TEST_CASE("many small topics share a sample of any size", "[grade][sample]") {
  std::vector<Candidate> all;
  for (std::uint64_t record = 1; record <= 500; ++record)
    all.push_back({record, static_cast<std::uint32_t>(record <= 300 ? 0 : record)});
  for (const std::size_t size : {0U, 1U, 5U, 200U, 201U, 202U, 350U, 499U})
    REQUIRE(draw_sample(all, size, 3).size() == size);
}
