// Coverage: how the valid, categorized records spread over the leaf topics (spec.md §5). Pure; O(topics).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/dataset_state.hpp"

namespace engine {

struct TopicCoverage {
  std::uint32_t id = 0;
  std::string name;
  std::uint64_t records = 0;
  double percent = 0;           // of the categorized
  double target_percent = 0;    // uniform unless set
  double gap = 0;               // target − actual, in points
  std::string_view status;      // under (> 5), over (< −5), ok
  std::uint64_t recommend = 0;  // ceil(gap/100 × total) where the gap is > 10, else 0
};

struct Coverage {
  double balance = 0;      // min/max over leaves, 0..1; 1 for a single topic; 0 without topics or records
  std::string_view tier;   // Excellent ≥ 0.8, Good ≥ 0.6, Fair ≥ 0.4, Poor ≥ 0.2, Critical
  std::string_view band;   // good > 0.6, attention 0.3–0.6, poor < 0.3
  double noise_floor = 0;  // expected balance of even sampling at this size
  double entropy = 0;      // Shannon, divided by log(topics): 0..1
  double effective_topics = 0;  // Hill number of order 1: exp(entropy in nats)
  double distance = 0;          // to the target: total variation, 0..1
  std::uint64_t categorized = 0;
  std::uint64_t uncategorized = 0;
  std::vector<TopicCoverage> topics;  // in the order of the tree
};

Coverage coverage_of(const DatasetState& state);

double balance_of(std::span<const std::uint64_t> counts);
// E[min/max] of `total` records thrown evenly at `topics` topics, by 400 seeded draws (standard error <
// 0.01).
double noise_floor_of(std::uint64_t total, std::size_t topics);
std::string_view tier_of(double balance);

}  // namespace engine
