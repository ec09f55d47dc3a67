#include "engine/projections/coverage.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace engine {

namespace {
constexpr int draws = 400;

// splitmix64 (Steele, Lea, Flood 2014): the same numbers everywhere, unlike the library's distributions.
class Random {
 public:
  double uniform() {  // in (0, 1)
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    z ^= z >> 31U;
    return (static_cast<double>(z >> 11U) + 0.5) * 0x1.0p-53;
  }
  double normal() { return std::sqrt(-2 * std::log(uniform())) * std::cos(2 * std::numbers::pi * uniform()); }

  // Binomial(n, p): one by one while that is cheap, by its normal limit where that is exact enough.
  std::uint64_t binomial(std::uint64_t n, double p) {
    if (p >= 1) return n;
    const double mean = static_cast<double>(n) * p;
    const double deviation = std::sqrt(mean * (1 - p));
    if (mean > 30 && mean + 30 < static_cast<double>(n)) {
      const double drawn = std::round(mean + deviation * normal());
      return static_cast<std::uint64_t>(std::clamp(drawn, 0.0, static_cast<double>(n)));
    }
    if (n > 2000) return poisson(mean, n);
    std::uint64_t hits = 0;
    for (std::uint64_t i = 0; i < n; ++i) hits += uniform() < p ? 1 : 0;
    return hits;
  }

 private:
  std::uint64_t poisson(double mean, std::uint64_t n) {
    std::uint64_t hits = 0;
    for (double product = uniform(), floor = std::exp(-mean); product > floor && hits < n;
         product *= uniform())
      ++hits;
    return hits;
  }
  std::uint64_t state_ = 42;
};

double entropy_nats(std::span<const std::uint64_t> counts, double total) {
  double entropy = 0;
  for (const std::uint64_t count : counts) {
    const double share = static_cast<double>(count) / total;
    if (share > 0) entropy -= share * std::log(share);
  }
  return entropy;
}

TopicCoverage row_of(const DatasetState& state, std::uint32_t id, std::uint64_t records, double total) {
  TopicCoverage row;
  row.id = id;
  row.name = state.topics->find(id)->name;
  row.records = records;
  row.percent = total > 0 ? 100 * static_cast<double>(records) / total : 0;
  const auto target = state.targets.find(id);
  row.target_percent =
      target != state.targets.end() ? target->second : 100.0 / static_cast<double>(state.topic_counts.size());
  row.gap = row.target_percent - row.percent;
  row.status = row.gap > 5 ? "under" : row.gap < -5 ? "over" : "ok";
  if (row.gap > 10) row.recommend = static_cast<std::uint64_t>(std::ceil(row.gap / 100 * total));
  return row;
}
}  // namespace

double balance_of(std::span<const std::uint64_t> counts) {
  if (counts.empty()) return 0;
  const auto [least, most] = std::ranges::minmax(counts);
  if (counts.size() == 1) return most > 0 ? 1 : 0;
  return most == 0 ? 0 : static_cast<double>(least) / static_cast<double>(most);
}

double noise_floor_of(std::uint64_t total, std::size_t topics) {
  if (topics == 0 || total == 0) return 0;
  if (topics == 1) return 1;
  Random random;
  std::vector<std::uint64_t> counts(topics);
  double sum = 0;
  for (int draw = 0; draw < draws; ++draw) {
    std::uint64_t left = total;
    for (std::size_t i = 0; i < topics; ++i) {
      counts[i] = random.binomial(left, 1.0 / static_cast<double>(topics - i));
      left -= counts[i];
    }
    sum += balance_of(counts);
  }
  return sum / draws;
}

std::string_view tier_of(double balance) {
  if (balance >= 0.8) return "Excellent";
  if (balance >= 0.6) return "Good";
  if (balance >= 0.4) return "Fair";
  return balance >= 0.2 ? "Poor" : "Critical";
}

Coverage coverage_of(const DatasetState& state) {
  Coverage coverage;
  std::vector<std::uint64_t> counts;
  for (const auto& [topic, count] : state.topic_counts) counts.push_back(count.records);
  coverage.balance = balance_of(counts);
  coverage.tier = tier_of(coverage.balance);
  coverage.band = coverage.balance > 0.6 ? "good" : coverage.balance >= 0.3 ? "attention" : "poor";
  coverage.categorized = state.counters.categorized;
  coverage.uncategorized = state.uncategorized();
  coverage.noise_floor = noise_floor_of(coverage.categorized, counts.size());
  const double total = static_cast<double>(coverage.categorized);
  if (total > 0) {
    const double nats = entropy_nats(counts, total);
    coverage.effective_topics = std::exp(nats);
    coverage.entropy = counts.size() > 1 ? nats / std::log(static_cast<double>(counts.size())) : 1;
  }
  for (const Topic& topic : state.topics->topics) {
    const auto count = state.topic_counts.find(topic.id);
    if (count == state.topic_counts.end()) continue;  // an inner topic
    coverage.topics.push_back(row_of(state, topic.id, count->second.records, total));
    coverage.distance += std::abs(coverage.topics.back().gap) / 200;
  }
  return coverage;
}

}  // namespace engine
