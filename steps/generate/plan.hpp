// What to generate: which topics, by which strategy, from which records, in which calls; decided before a
// model is asked, so that a person can look at it first. Pure functions of their arguments; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"

namespace steps::generate {

enum class Strategy : std::uint8_t {
  message_variation,   // a record's context stays, its last user message is said another way
  few_shot,            // new prompts after the example of some records
  topic_description,   // new prompts from the topic's name, description and keywords alone
  scenario_expansion,  // a record's situation, told on with other circumstances
  tool_chain,          // new prompts that take several calls of a record's tools
};
[[nodiscard]] std::string_view strategy_name(Strategy strategy);
[[nodiscard]] std::optional<Strategy> strategy_from_name(std::string_view name);

struct Parameters {
  std::optional<Strategy>
      strategy;              // none: message_variation when most records are multi-turn, else few_shot
  double temperature = 0.7;  // 0..2
  std::uint32_t records_per_call = 10;  // 1..50
  std::uint32_t retries = 3;            // 0..10, of a call whose answer cannot be read
  std::uint32_t length_min = 20;        // characters of the last user message
  std::uint32_t length_max = 2000;
  double synthetic_share_max = 0.30;  // of the whole dataset afterwards, what is there already included; 0..1
  std::uint32_t variations_per_record = 3;  // 1..20, of message_variation and scenario_expansion
  std::optional<std::uint32_t> count;       // per chosen topic; none: what coverage recommends
  std::vector<std::uint32_t> topics;        // leaves; empty: those that coverage recommends more for
  std::vector<std::uint64_t> records;       // when given, only these are sources, whatever their topic
  std::uint64_t seed = 0;
};
// invalid_argument, `at` the parameter's name, for what is out of range.
[[nodiscard]] schemas::Result<void> check_parameters(const Parameters& parameters);

struct TopicState {
  std::uint32_t topic = 0;
  std::string name;
  std::string description;
  std::vector<std::string> keywords;
  std::uint64_t records = 0;    // valid ones in it, synthetic included
  std::uint64_t recommend = 0;  // as coverage says
};

struct Source {  // a valid record that may serve as an example
  std::uint64_t record = 0;
  std::uint32_t topic = 0;  // 0: none
  bool is_multi_turn = false;
  bool has_tools = false;
  bool is_synthetic = false;  // never a source, but counts for the share
};

struct PlannedCall {
  Strategy strategy = Strategy::few_shot;
  std::uint32_t topic = 0;
  std::vector<std::uint64_t> sources;  // records to show; empty for topic_description
  std::uint32_t count = 0;             // records to ask for
  std::uint32_t sample = 0;            // ChatRequest::sample: calls that would read the same differ in it
};

struct TopicPlan {
  std::uint32_t topic = 0;
  std::uint64_t records = 0;  // now
  std::uint64_t wanted = 0;   // asked for or recommended
  std::uint64_t planned = 0;  // after the limits
};

struct Plan {
  Strategy strategy = Strategy::few_shot;
  std::vector<PlannedCall> calls;
  std::vector<TopicPlan> topics;
  std::uint64_t planned = 0;          // records
  double balance_before = 0;          // min / max over leaf topics
  double balance_after = 0;           // if all that is planned is made and accepted
  std::uint64_t synthetic_room = 0;   // records the share still leaves
  std::vector<std::string> warnings;  // "limited to 12 of 40: at most 30 % may be synthetic" ...
};
// invalid_argument for topics or records that are not there; blocked, with what to do, when nothing can be
// planned (no topics, no gap, the share is used up, a strategy without sources or tools).
[[nodiscard]] schemas::Result<Plan> make_plan(const Parameters& parameters,
                                              std::span<const TopicState> topics,
                                              std::span<const Source> sources);

// Expected tokens of the whole plan. input: of the prompts as build() writes them, given the mean size of a
// source.
struct TokenEstimate {
  std::uint64_t input = 0;
  std::uint64_t output = 0;
};
[[nodiscard]] TokenEstimate estimate_tokens(const Plan& plan, std::uint64_t mean_source_tokens);

}  // namespace steps::generate
