// What the scores of a dry run say: statistics, histogram, intervals, by topic, the signal line and the
// verdict. Pure functions; any thread. Definitions are numpy's: population standard deviation (ddof = 0),
// percentiles by linear interpolation between order statistics (Hyndman and Fan's type 7).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace steps::grade {

// One graded answer. A prompt asked k times has k of them with the same `record`.
struct Score {
  std::uint64_t record = 0;
  std::uint32_t topic = 0;      // 0: none
  std::optional<double> score;  // 0..1; none: void
};

// All 0 when nothing was scored. Shares are 0..1.
struct Statistics {
  std::uint64_t scored = 0;
  std::uint64_t unscored = 0;  // counted, and left out of everything else
  double mean = 0;
  double std = 0;
  double median = 0;
  double min = 0;
  double max = 0;
  double p10 = 0;
  double p25 = 0;
  double p75 = 0;
  double p90 = 0;
  std::uint64_t above_zero_count = 0;
  double above_zero = 0;
  double equal_one = 0;
};
[[nodiscard]] Statistics statistics(std::span<const Score> scores);

// 20 bins of 0.05: [0, 0.05), ... [0.95, 1]. Adds up to `scored`.
using Histogram = std::array<std::uint64_t, 20>;
[[nodiscard]] Histogram histogram(std::span<const Score> scores);

struct Interval {
  double low = 0;
  double high = 0;
};
// 95 % percentile bootstrap (Efron 1979): 2,000 draws of whole prompts, so k answers to one prompt stay
// together. A pure function of scores and seed.
struct Intervals {
  Interval mean;
  Interval above_zero;
  Interval std;
};
[[nodiscard]] Intervals intervals(std::span<const Score> scores, std::uint64_t seed);

struct TopicStatistics {
  std::uint32_t topic = 0;
  Statistics statistics;
  Interval mean;  // bootstrap as above
};
[[nodiscard]] std::vector<TopicStatistics> by_topic(std::span<const Score> scores,
                                                    std::uint64_t seed);  // topic order

enum class Verdict : std::uint8_t { go, caution, no_go };
[[nodiscard]] std::string_view verdict_name(Verdict verdict);  // "GO", "CAUTION", "NO-GO"

// Borders as the verdict table has them; a value within 1e-9 of one is on it, and on a border is CAUTION.
inline constexpr double mean_go = 0.2, mean_no_go = 0.1;
inline constexpr double above_zero_go = 0.7, above_zero_no_go = 0.5;
inline constexpr double std_go = 0.10, std_no_go = 0.05;
inline constexpr double unscored_no_go = 0.10;  // a larger share without a score is NO-GO by itself

struct Judgement {
  Verdict verdict = Verdict::no_go;  // the worst of the four
  Verdict mean = Verdict::no_go;
  Verdict above_zero = Verdict::no_go;
  Verdict std = Verdict::no_go;
  Verdict scored = Verdict::no_go;  // go or no_go
  std::string cause;                // what decided, in a sentence; empty for GO
};
[[nodiscard]] Judgement judge(const Statistics& statistics);

// What k >= 2 answers a prompt say of the gradient that training would see. A prompt counts with two scores
// or more.
struct Signal {
  std::uint64_t prompts = 0;
  std::uint32_t k = 0;       // most scores that a prompt has
  double within_std = 0;     // mean over prompts of the population std of its scores
  double zero_variance = 0;  // share of prompts whose scores are all equal: no gradient
  double learnable = 0;      // share of prompts that pass sometimes and fail sometimes
  std::vector<double>
      pass_at;  // [i]: pass@(i+1), unbiased estimator 1 - C(n-c, k)/C(n, k) (Chen et al. 2021)
};
// Pass: score >= pass_threshold. nullopt when no prompt has two scores.
[[nodiscard]] std::optional<Signal> signal(std::span<const Score> scores, double pass_threshold = 0.5);

}  // namespace steps::grade
