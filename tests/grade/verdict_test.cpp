#include "steps/grade/diagnosis.hpp"
#include "tests/grade/scores.hpp"

using namespace tests;
using namespace steps::grade;

namespace {

Statistics with(double mean, double above_zero, double std, std::uint64_t scored = 100,
                std::uint64_t unscored = 0) {
  Statistics s;
  s.scored = scored;
  s.unscored = unscored;
  s.mean = mean;
  s.above_zero = above_zero;
  s.std = std;
  return s;
}

bool has(const std::vector<Advice>& all, const std::string& code) {
  return std::ranges::any_of(all, [&](const Advice& advice) { return advice.code == code; });
}

}  // namespace

TEST_CASE("every border of the verdict is CAUTION", "[grade][verdict]") {
  REQUIRE(judge(with(0.45, 0.9, 0.3)).verdict == Verdict::go);
  struct Row {
    double mean, above_zero, std;
    Verdict verdict;
  };
  const Row rows[] = {
      {0.2, 0.9, 0.3, Verdict::caution},  {0.2001, 0.9, 0.3, Verdict::go},
      {0.1, 0.9, 0.3, Verdict::caution},  {0.0999, 0.9, 0.3, Verdict::no_go},
      {0.5, 0.7, 0.3, Verdict::caution},  {0.5, 0.701, 0.3, Verdict::go},
      {0.5, 0.5, 0.3, Verdict::caution},  {0.5, 0.499, 0.3, Verdict::no_go},
      {0.5, 0.9, 0.10, Verdict::caution}, {0.5, 0.9, 0.1001, Verdict::go},
      {0.5, 0.9, 0.05, Verdict::caution}, {0.5, 0.9, 0.0499, Verdict::no_go},
      {0.15, 0.4, 0.3, Verdict::no_go},   {0.15, 0.6, 0.07, Verdict::caution},
  };
  for (const Row& row : rows) {
    INFO(row.mean << " " << row.above_zero << " " << row.std);
    const Judgement judgement = judge(with(row.mean, row.above_zero, row.std));
    REQUIRE(judgement.verdict == row.verdict);
    REQUIRE(judgement.cause.empty() == (row.verdict == Verdict::go));
  }
}

TEST_CASE("rounding of sums moves nobody across a border", "[grade][verdict]") {
  // 0.2 three times has the mean 0.20000000000000004 when it is added up plainly.
  REQUIRE(judge(statistics(scores({0.2, 0.2, 0.2}))).mean == Verdict::caution);
  std::vector<double> values(10, 0.0);
  for (int i = 0; i < 7; ++i) values[static_cast<std::size_t>(i)] = 0.9;
  REQUIRE(judge(statistics(scores(values))).above_zero == Verdict::caution);
}

TEST_CASE("more than a tenth without a score is NO-GO and says so", "[grade][verdict]") {
  REQUIRE(judge(with(0.5, 0.9, 0.3, 90, 10)).verdict == Verdict::go);
  const Judgement judgement = judge(with(0.5, 0.9, 0.3, 89, 11));
  REQUIRE(judgement.verdict == Verdict::no_go);
  REQUIRE(judgement.mean == Verdict::go);
  REQUIRE(judgement.cause == "11.0 % of the records have no score, more than 10.0 %");
  REQUIRE(judge(with(0, 0, 0, 0, 5)).cause == "no record has a score");
}

TEST_CASE("the cause names the metric that decided", "[grade][verdict]") {
  REQUIRE(judge(with(0.08, 0.9, 0.3)).cause == "the mean score is 0.080, less than 0.100");
  REQUIRE(judge(with(0.5, 0.62, 0.3)).cause == "62.0 % score above zero, not more than 70.0 %");
  REQUIRE(judge(with(0.5, 0.9, 0.02)).cause.starts_with("the standard deviation is 0.020"));
}

TEST_CASE("two peaks are told from one", "[grade][advice]") {
  std::vector<double> two;
  std::vector<double> uniform;
  std::vector<double> bell;
  for (int i = 0; i < 400; ++i) {
    const double u = i / 400.0;
    two.push_back(i % 2 == 0 ? 0.1 + 0.1 * u : 0.8 + 0.1 * u);
    uniform.push_back(u);
    bell.push_back((golden_scores(1, static_cast<std::uint64_t>(i)).front() +
                    golden_scores(1, static_cast<std::uint64_t>(i) + 7000).front() +
                    golden_scores(1, static_cast<std::uint64_t>(i) + 15000).front()) /
                   3);
  }
  REQUIRE(two_peaks(scores(two)) > 0.95);
  REQUIRE(std::abs(two_peaks(scores(uniform)) - 0.75) < 0.02);
  REQUIRE(two_peaks(scores(bell)) < 0.75);
  REQUIRE(two_peaks(scores({0.5, 0.5})) == 0);
  REQUIRE(has(advice(scores(two), {}), "bimodal"));
  REQUIRE_FALSE(has(advice(scores(uniform), {}), "bimodal"));
}

TEST_CASE("advice stands beside the verdict", "[grade][advice]") {
  REQUIRE(has(advice(scores(std::vector<double>(120, 0.9)), {}), "too_easy"));
  REQUIRE(has(advice(scores(std::vector<double>(120, 0.9)), {}), "one_value"));
  REQUIRE(has(advice(scores({0.5, 0.2}), {}), "small_sample"));
  auto mixed = scores(golden_scores(100, 5), 1);
  for (std::uint64_t i = 0; i < 6; ++i) mixed.push_back({1000 + i, 2, 0.05});
  const auto told = advice(mixed, {{2, "refunds"}});
  const auto hard = std::ranges::find(told, "topic_too_hard", &Advice::code);
  REQUIRE(hard != told.end());
  REQUIRE(hard->topic == 2);
  REQUIRE(hard->message.find("refunds: mean 0.05 over 6 scores") == 0);
  REQUIRE(advice(scores(golden_scores(200, 77)), {}).empty());
  std::vector<Score> same;
  for (std::uint64_t i = 0; i < 200; ++i) same.push_back({i / 2, 0, static_cast<double>(i / 2 % 10) / 10});
  REQUIRE(has(advice(same, {}), "no_gradient"));
}

TEST_CASE("the diagnosis tells a failing grader from empty answers", "[grade][diagnosis]") {
  auto some = scores(golden_scores(100, 5));
  std::vector<Evidence> evidence(100, {.is_empty = false, .has_reference = true, .error = ""});
  for (std::size_t i = 0; i < 20; ++i) {
    some[i].score.reset();
    evidence[i].error = "TypeError: x";
  }
  const Diagnosis grader = diagnose(some, evidence, {});
  REQUIRE(grader.fix_first == FixFirst::grader);
  REQUIRE(grader.summary.find("TypeError: x") != std::string::npos);
  for (std::size_t i = 0; i < 20; ++i) evidence[i].is_empty = true;
  REQUIRE(diagnose(some, evidence, {}).fix_first == FixFirst::data);
}

TEST_CASE("the diagnosis finds hard topics and blunt graders", "[grade][diagnosis]") {
  auto topics = scores(std::vector<double>(60, 0.02), 1);
  for (std::uint64_t i = 0; i < 60; ++i)
    topics.push_back({100 + i, 2, 0.7 + 0.004 * static_cast<double>(i % 50)});
  for (std::size_t i = 0; i < 60; ++i) topics[i].score = 0.001 * static_cast<double>(i);
  const Diagnosis data = diagnose(topics, {}, {{1, "refunds"}});
  REQUIRE(data.fix_first == FixFirst::data);
  REQUIRE(data.summary.find("refunds") != std::string::npos);
  REQUIRE(diagnose(scores(std::vector<double>(50, 0.0)), {}, {}).findings.front().code == "all_zero");
  REQUIRE(diagnose(scores(golden_scores(200, 77)), {}, {}).fix_first == FixFirst::nothing);
}

TEST_CASE("the diagnosis shows the highest, the lowest and the nearest to the mean", "[grade][diagnosis]") {
  const auto some = scores({0.5, 0.0, 1.0, 0.1, 0.9, 0.4, 0.6, 0.2, 0.8, 0.3, 0.7});
  const Diagnosis diagnosis = diagnose(some, {}, {});
  REQUIRE(diagnosis.highest == std::vector<std::size_t>{2, 4, 8, 10, 6});
  REQUIRE(diagnosis.lowest == std::vector<std::size_t>{1, 3, 7, 9, 5});
  REQUIRE(diagnosis.nearest_to_mean.front() == 0);
  REQUIRE(diagnosis.nearest_to_mean.size() == 5);
}
