#include "steps/generate/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "steps/topics/rng.hpp"

namespace steps::generate {

using schemas::ErrorCode;
using schemas::fail;

namespace {

constexpr std::array<std::string_view, 5> names{"message_variation", "few_shot", "topic_description",
                                                "scenario_expansion", "tool_chain"};
constexpr std::size_t examples_per_call = 4;

// Of what prompts.cpp writes around the sources.
constexpr std::uint64_t instruction_tokens = 350;
constexpr std::uint64_t tokens_per_record = 60;

bool varies_one_source(Strategy strategy) {
  return strategy == Strategy::message_variation || strategy == Strategy::scenario_expansion;
}

template <class Number>
schemas::Result<void> in_range(const char* name, Number value, Number low, Number high) {
  if (value >= low && value <= high) return {};
  return fail(ErrorCode::invalid_argument, fmt::format("{} to {}", low, high), fmt::format("{}", value), {},
              name);
}

using Pools = std::map<std::uint32_t, std::vector<std::uint64_t>>;  // records that may be sources, by topic

Strategy chosen_strategy(const Parameters& parameters, std::span<const Source> sources) {
  if (parameters.strategy) return *parameters.strategy;
  const auto multi = std::ranges::count_if(sources, &Source::is_multi_turn);
  return 2 * static_cast<std::size_t>(multi) > sources.size() ? Strategy::message_variation
                                                              : Strategy::few_shot;
}

// In a seeded order, so that the first are a fair sample.
Pools pools_of(const Parameters& parameters, Strategy strategy, std::span<const Source> sources) {
  Pools pools;
  for (const Source& source : sources) {
    const bool wanted = parameters.records.empty() ||
                        std::ranges::find(parameters.records, source.record) != parameters.records.end();
    const bool fits = !source.is_synthetic && (strategy != Strategy::tool_chain || source.has_tools);
    if (wanted && fits) pools[source.topic].push_back(source.record);
  }
  for (auto& [topic, records] : pools) {
    std::sort(records.begin(), records.end());
    topics::Rng rng(parameters.seed ^ (topic * 0x9e3779b97f4a7c15U));
    for (std::size_t i = records.size(); i > 1; --i) std::swap(records[i - 1], records[rng.below(i)]);
  }
  return pools;
}

schemas::Result<void> check_choice(const Parameters& parameters, std::span<const TopicState> topics,
                                   std::span<const Source> sources) {
  for (const std::uint32_t topic : parameters.topics) {
    if (std::ranges::find(topics, topic, &TopicState::topic) == topics.end())
      return fail(ErrorCode::invalid_argument, "a leaf topic", fmt::format("{}", topic), {}, "topics");
  }
  for (const std::uint64_t record : parameters.records) {
    const auto found = std::ranges::find(sources, record, &Source::record);
    if (found == sources.end())
      return fail(ErrorCode::invalid_argument, "a valid record", fmt::format("{}", record), {}, "records");
    if (found->is_synthetic) {
      return fail(ErrorCode::invalid_argument, "a record that was not generated itself",
                  fmt::format("{}", record), "choose the record it was made from", "records");
    }
  }
  return {};
}

std::uint64_t wanted_of(const Parameters& parameters, const TopicState& topic, const Pools& pools) {
  if (!parameters.records.empty()) {
    const auto pool = pools.find(topic.topic);
    if (pool == pools.end()) return 0;
    return parameters.count.value_or(static_cast<std::uint32_t>(pool->second.size()) *
                                     parameters.variations_per_record);
  }
  const bool chosen = std::ranges::find(parameters.topics, topic.topic) != parameters.topics.end();
  if (!parameters.topics.empty() && !chosen) return 0;
  return parameters.count ? (parameters.topics.empty() && topic.recommend == 0 ? 0 : *parameters.count)
                          : topic.recommend;
}

// (synthetic + room) / (all + room) = share.
std::uint64_t room_for(double share, std::span<const Source> sources) {
  if (share >= 1) return UINT64_MAX;
  const auto synthetic = static_cast<double>(std::ranges::count_if(sources, &Source::is_synthetic));
  const double room = (share * static_cast<double>(sources.size()) - synthetic) / (1 - share);
  return room <= 0 ? 0 : static_cast<std::uint64_t>(std::floor(room + 1e-9));
}

// Takes away so that the sum fits, each topic in proportion, by largest remainders.
void fit(std::vector<TopicPlan>& topics, std::uint64_t room) {
  std::uint64_t total = 0;
  for (const TopicPlan& topic : topics) total += topic.planned;
  if (total <= room) return;
  std::vector<std::pair<std::uint64_t, TopicPlan*>> remainders;
  std::uint64_t given = 0;
  for (TopicPlan& topic : topics) {
    const std::uint64_t exact = topic.planned * room;
    topic.planned = exact / total;
    given += topic.planned;
    remainders.emplace_back(exact % total, &topic);
  }
  std::ranges::sort(remainders, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second->topic < b.second->topic;
  });
  for (std::size_t i = 0; given < room && i < remainders.size(); ++i, ++given)
    ++remainders[i].second->planned;
}

double balance(std::span<const TopicState> topics, const std::vector<TopicPlan>* added) {
  std::vector<std::uint64_t> counts;
  for (const TopicState& topic : topics) {
    std::uint64_t count = topic.records;
    if (added != nullptr) {
      for (const TopicPlan& plan : *added) count += plan.topic == topic.topic ? plan.planned : 0;
    }
    counts.push_back(count);
  }
  if (counts.empty()) return 0;
  const auto [low, high] = std::ranges::minmax_element(counts);
  return *high == 0 ? 0 : static_cast<double>(*low) / static_cast<double>(*high);
}

void add_calls(Plan& plan, const Parameters& parameters, const TopicPlan& topic,
               const std::vector<std::uint64_t>& pool) {
  std::uint64_t left = topic.planned;
  for (std::uint32_t turn = 0; left > 0; ++turn) {
    PlannedCall call{plan.strategy, topic.topic, {}, 0, turn};
    if (varies_one_source(plan.strategy)) {
      call.sources = {pool[turn % pool.size()]};
      call.count = std::min(parameters.variations_per_record, parameters.records_per_call);
      call.sample = static_cast<std::uint32_t>(turn / pool.size());
    } else {
      call.count = parameters.records_per_call;
      for (std::size_t i = 0;
           i < std::min(examples_per_call, pool.size()) && plan.strategy != Strategy::topic_description; ++i)
        call.sources.push_back(pool[(turn * examples_per_call + i) % pool.size()]);
    }
    call.count = static_cast<std::uint32_t>(std::min<std::uint64_t>(call.count, left));
    left -= call.count;
    plan.calls.push_back(std::move(call));
  }
}

schemas::Result<void> limit_to_sources(Plan& plan, const Parameters& parameters, const Pools& pools) {
  if (plan.strategy == Strategy::topic_description) return {};
  for (TopicPlan& topic : plan.topics) {
    const auto pool = pools.find(topic.topic);
    const std::uint64_t sources = pool == pools.end() ? 0 : pool->second.size();
    const std::uint64_t most = varies_one_source(plan.strategy) ? sources * parameters.variations_per_record
                               : sources == 0                   ? 0
                                                                : topic.planned;
    if (topic.planned <= most) continue;
    plan.warnings.push_back(fmt::format("topic {}: limited to {} of {}: it has {} records to start from{}",
                                        topic.topic, most, topic.planned, sources,
                                        plan.strategy == Strategy::tool_chain ? " with tools" : ""));
    topic.planned = most;
  }
  const bool any = std::ranges::any_of(plan.topics, [](const TopicPlan& topic) { return topic.planned > 0; });
  if (any) return {};
  return fail(ErrorCode::blocked, fmt::format("records to start from for {}", strategy_name(plan.strategy)),
              "none",
              plan.strategy == Strategy::tool_chain ? "its sources need tools; choose another strategy"
                                                    : "choose strategy topic_description, which needs none");
}

}  // namespace

std::string_view strategy_name(Strategy strategy) {
  return names[static_cast<std::size_t>(strategy)];
}

std::optional<Strategy> strategy_from_name(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Strategy>(found - names.begin());
}

schemas::Result<void> check_parameters(const Parameters& p) {
  for (const auto& checked :
       {in_range("temperature", p.temperature, 0.0, 2.0),
        in_range("records_per_call", p.records_per_call, 1U, 50U), in_range("retries", p.retries, 0U, 10U),
        in_range("length_min", p.length_min, 1U, 1'000'000U),
        in_range("length_max", p.length_max, p.length_min, 1'000'000U),
        in_range("synthetic_share_max", p.synthetic_share_max, 0.0, 1.0),
        in_range("variations_per_record", p.variations_per_record, 1U, 20U),
        in_range("count", p.count.value_or(1), 1U, 1'000'000U)}) {
    if (!checked) return checked;
  }
  return {};
}

schemas::Result<Plan> make_plan(const Parameters& parameters, std::span<const TopicState> topics,
                                std::span<const Source> sources) {
  if (auto checked = check_parameters(parameters); !checked) return std::unexpected(checked.error());
  if (topics.empty())
    return fail(ErrorCode::blocked, "topics to generate for", "none", "define topics first");
  if (auto checked = check_choice(parameters, topics, sources); !checked)
    return std::unexpected(checked.error());
  Plan plan;
  plan.strategy = chosen_strategy(parameters, sources);
  plan.balance_before = balance(topics, nullptr);
  plan.synthetic_room = room_for(parameters.synthetic_share_max, sources);
  const Pools pools = pools_of(parameters, plan.strategy, sources);
  std::uint64_t wanted = 0;
  for (const TopicState& topic : topics) {
    const std::uint64_t count = wanted_of(parameters, topic, pools);
    if (count > 0) plan.topics.push_back({topic.topic, topic.records, count, count});
    wanted += count;
  }
  if (wanted == 0) {
    return fail(ErrorCode::blocked, "a topic that needs more records",
                "none that coverage recommends more for", "name topics or records, and a count");
  }
  if (auto limited = limit_to_sources(plan, parameters, pools); !limited)
    return std::unexpected(limited.error());
  std::uint64_t possible = 0;
  for (const TopicPlan& topic : plan.topics) possible += topic.planned;
  if (plan.synthetic_room == 0) {
    return fail(ErrorCode::blocked,
                fmt::format("at most {:.0f} % synthetic records", 100 * parameters.synthetic_share_max),
                "that many already", "raise synthetic_share_max, or add records of your own");
  }
  if (possible > plan.synthetic_room) {
    plan.warnings.push_back(
        fmt::format("limited to {} of {}: at most {:.0f} % of the dataset may be synthetic",
                    plan.synthetic_room, possible, 100 * parameters.synthetic_share_max));
    fit(plan.topics, plan.synthetic_room);
  }
  for (const TopicPlan& topic : plan.topics) {
    plan.planned += topic.planned;
    const auto pool = pools.find(topic.topic);
    add_calls(plan, parameters, topic, pool == pools.end() ? std::vector<std::uint64_t>{} : pool->second);
  }
  plan.balance_after = balance(topics, &plan.topics);
  return plan;
}

TokenEstimate estimate_tokens(const Plan& plan, std::uint64_t mean_source_tokens) {
  TokenEstimate estimate;
  for (const PlannedCall& call : plan.calls) {
    estimate.input += instruction_tokens + call.sources.size() * mean_source_tokens;
    estimate.output += 10 + call.count * std::max(tokens_per_record, mean_source_tokens / 2);
  }
  return estimate;
}

}  // namespace steps::generate
