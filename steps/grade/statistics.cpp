#include "steps/grade/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "steps/grade/numbers.hpp"
#include "steps/topics/rng.hpp"

namespace steps::grade {

namespace {

constexpr std::size_t draws_max = 2000;
constexpr std::size_t draws_min = 200;
// Prompts times draws: keeps the intervals of a million prompts to a second.
constexpr std::size_t picks_max = 40'000'000;
constexpr double border = 1e-9;

// Of one prompt: how many scores, their sum about the mean of all, its square sum, how many above zero.
struct Prompt {
  double count = 0;
  double sum = 0;
  double squares = 0;
  double above = 0;
};

std::vector<Prompt> prompts_of(std::span<const Score> scores, double center) {
  std::unordered_map<std::uint64_t, std::size_t> index;
  std::vector<Prompt> prompts;
  for (const Score& score : scores) {
    if (!score.score) continue;
    const auto [found, is_new] = index.try_emplace(score.record, prompts.size());
    if (is_new) prompts.emplace_back();
    Prompt& prompt = prompts[found->second];
    const double offset = *score.score - center;
    prompt.count += 1;
    prompt.sum += offset;
    prompt.squares += offset * offset;
    prompt.above += *score.score > 0 ? 1 : 0;
  }
  return prompts;
}

Interval middle(std::vector<double>& drawn) {
  std::sort(drawn.begin(), drawn.end());
  return {percentile(drawn, 2.5), percentile(drawn, 97.5)};
}

struct Drawn {
  std::vector<double> mean, above_zero, std;
};

Drawn draw(const std::vector<Prompt>& prompts, double center, std::uint64_t seed) {
  Drawn drawn;
  topics::Rng rng(seed);
  const std::size_t draws = std::clamp(picks_max / prompts.size(), draws_min, draws_max);
  for (std::size_t i = 0; i < draws; ++i) {
    Prompt all;
    for (std::size_t pick = 0; pick < prompts.size(); ++pick) {
      const Prompt& prompt = prompts[rng.below(prompts.size())];
      all.count += prompt.count;
      all.sum += prompt.sum;
      all.squares += prompt.squares;
      all.above += prompt.above;
    }
    const double offset = all.sum / all.count;
    drawn.mean.push_back(center + offset);
    drawn.above_zero.push_back(all.above / all.count);
    drawn.std.push_back(std::sqrt(std::max(0.0, all.squares / all.count - offset * offset)));
  }
  return drawn;
}

Verdict place(double value, double go, double no_go) {
  if (value > go + border) return Verdict::go;
  return value < no_go - border ? Verdict::no_go : Verdict::caution;
}

std::string percent(double share) {
  std::string text = std::to_string(std::round(share * 1000) / 10);
  return text.substr(0, text.find('.') + 2) + " %";
}

std::string decimals(double value) {
  const std::string text = std::to_string(value);
  return text.substr(0, text.find('.') + 4);
}

std::string cause_of(const Judgement& judgement, const Statistics& s) {
  if (s.scored == 0) return "no record has a score";
  if (judgement.scored == Verdict::no_go) {
    const double share = static_cast<double>(s.unscored) / static_cast<double>(s.scored + s.unscored);
    return percent(share) + " of the records have no score, more than " + percent(unscored_no_go);
  }
  if (judgement.verdict == Verdict::go) return {};
  const bool no_go = judgement.verdict == Verdict::no_go;
  const std::string than = no_go ? ", less than " : ", not more than ";
  if (judgement.mean == judgement.verdict)
    return "the mean score is " + decimals(s.mean) + than + decimals(no_go ? mean_no_go : mean_go);
  if (judgement.above_zero == judgement.verdict)
    return percent(s.above_zero) + " score above zero" + than +
           percent(no_go ? above_zero_no_go : above_zero_go);
  return "the standard deviation is " + decimals(s.std) + than + decimals(no_go ? std_no_go : std_go) +
         ": the scores hardly differ";
}

}  // namespace

Statistics statistics(std::span<const Score> scores) {
  Statistics s;
  const std::vector<double> values = sorted_values(scores);
  s.scored = values.size();
  s.unscored = scores.size() - values.size();
  if (values.empty()) return s;
  const auto count = static_cast<double>(values.size());
  s.mean = mean(values);
  s.std = population_std(values, s.mean);
  s.median = percentile(values, 50);
  s.min = values.front();
  s.max = values.back();
  s.p10 = percentile(values, 10);
  s.p25 = percentile(values, 25);
  s.p75 = percentile(values, 75);
  s.p90 = percentile(values, 90);
  s.above_zero_count =
      static_cast<std::uint64_t>(values.end() - std::upper_bound(values.begin(), values.end(), 0.0));
  s.above_zero = static_cast<double>(s.above_zero_count) / count;
  s.equal_one =
      static_cast<double>(values.end() - std::lower_bound(values.begin(), values.end(), 1.0)) / count;
  return s;
}

Histogram histogram(std::span<const Score> scores) {
  Histogram bins{};
  for (const Score& score : scores) {
    if (!score.score) continue;
    // 0.15 / 0.05 is a hair below 3; what is that near to a border is on it.
    const auto bin = static_cast<std::ptrdiff_t>(std::floor(*score.score * 20 + border));
    ++bins[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(bin, 0, 19))];
  }
  return bins;
}

Intervals intervals(std::span<const Score> scores, std::uint64_t seed) {
  const std::vector<double> values = sorted_values(scores);
  if (values.empty()) return {};
  const double center = mean(values);
  Drawn drawn = draw(prompts_of(scores, center), center, seed);
  return {middle(drawn.mean), middle(drawn.above_zero), middle(drawn.std)};
}

std::vector<TopicStatistics> by_topic(std::span<const Score> scores, std::uint64_t seed) {
  std::map<std::uint32_t, std::vector<Score>> of_topic;
  for (const Score& score : scores) of_topic[score.topic].push_back(score);
  std::vector<TopicStatistics> topics;
  for (const auto& [topic, own] : of_topic)
    topics.push_back({topic, statistics(own), intervals(own, seed + topic).mean});
  return topics;
}

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::go:
      return "GO";
    case Verdict::caution:
      return "CAUTION";
    case Verdict::no_go:
      return "NO-GO";
  }
  return "NO-GO";
}

Judgement judge(const Statistics& s) {
  Judgement judgement;
  if (s.scored > 0) {
    const auto all = static_cast<double>(s.scored + s.unscored);
    judgement.mean = place(s.mean, mean_go, mean_no_go);
    judgement.above_zero = place(s.above_zero, above_zero_go, above_zero_no_go);
    judgement.std = place(s.std, std_go, std_no_go);
    judgement.scored =
        static_cast<double>(s.unscored) / all > unscored_no_go + border ? Verdict::no_go : Verdict::go;
    judgement.verdict = std::max({judgement.mean, judgement.above_zero, judgement.std, judgement.scored});
  }
  judgement.cause = cause_of(judgement, s);
  return judgement;
}

std::optional<Signal> signal(std::span<const Score> scores, double pass_threshold) {
  std::map<std::uint64_t, std::vector<double>> of_prompt;
  for (const Score& score : scores) {
    if (score.score) of_prompt[score.record].push_back(*score.score);
  }
  std::erase_if(of_prompt, [](const auto& prompt) { return prompt.second.size() < 2; });
  if (of_prompt.empty()) return std::nullopt;
  Signal signal;
  signal.prompts = of_prompt.size();
  for (const auto& [record, own] : of_prompt)
    signal.k = std::max(signal.k, static_cast<std::uint32_t>(own.size()));
  signal.pass_at.assign(signal.k, 0.0);
  // Prompts that have fewer answers than k say nothing of pass@k.
  std::vector<std::uint64_t> counted(signal.k, 0);
  const auto prompts = static_cast<double>(signal.prompts);
  for (const auto& [record, own] : of_prompt) {
    const auto [low, high] = std::minmax_element(own.begin(), own.end());
    const std::size_t n = own.size();
    const auto passed =
        static_cast<std::size_t>(std::ranges::count_if(own, [&](double s) { return s >= pass_threshold; }));
    signal.within_std += population_std(own, mean(own)) / prompts;
    signal.zero_variance += (*low == *high ? 1 : 0) / prompts;
    signal.learnable += (passed > 0 && passed < n ? 1 : 0) / prompts;
    double none = 1;  // C(n - passed, k) / C(n, k), one factor more for each k
    for (std::size_t k = 1; k <= n; ++k) {
      const double left = static_cast<double>(n - k + 1);
      none *= std::max(0.0, left - static_cast<double>(passed)) / left;
      signal.pass_at[k - 1] += 1 - none;
      ++counted[k - 1];
    }
  }
  for (std::size_t k = 0; k < signal.k; ++k)
    signal.pass_at[k] /= static_cast<double>(std::max<std::uint64_t>(counted[k], 1));
  return signal;
}

}  // namespace steps::grade
