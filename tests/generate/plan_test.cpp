#include "steps/generate/plan.hpp"

#include <catch2/catch.hpp>
#include <numeric>
#include <set>

using namespace steps::generate;
using schemas::ErrorCode;

namespace {

TopicState topic(std::uint32_t id, std::uint64_t records, std::uint64_t recommend = 0) {
  return {id, "topic " + std::to_string(id), "", {}, records, recommend};
}

std::vector<Source> sources(std::uint32_t topic, std::uint64_t first, std::uint64_t count) {
  std::vector<Source> all;
  for (std::uint64_t i = 0; i < count; ++i) all.push_back({first + i, topic, false, false, false});
  return all;
}

std::vector<Source> two_topics() {
  auto all = sources(1, 1, 80);
  for (const Source& source : sources(2, 101, 20)) all.push_back(source);
  return all;
}

std::uint64_t asked_for(const Plan& plan) {
  return std::accumulate(plan.calls.begin(), plan.calls.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const PlannedCall& call) { return sum + call.count; });
}

}  // namespace

TEST_CASE("a plan asks for what coverage recommends", "[generate][plan]") {
  const std::vector<TopicState> topics{topic(1, 80), topic(2, 20, 30)};
  const auto plan = make_plan({}, topics, two_topics());
  REQUIRE(plan);
  REQUIRE(plan->strategy == Strategy::few_shot);
  REQUIRE(plan->planned == 30);
  REQUIRE(asked_for(*plan) == 30);
  REQUIRE(plan->calls.size() == 3);
  REQUIRE(plan->balance_before == 0.25);
  REQUIRE(plan->balance_after == 0.625);
  REQUIRE(plan->warnings.empty());
  for (const PlannedCall& call : plan->calls) {
    REQUIRE(call.topic == 2);
    REQUIRE(call.sources.size() == 4);
    for (const auto source : call.sources) REQUIRE(source > 100);
  }
  const TokenEstimate tokens = estimate_tokens(*plan, 100);
  REQUIRE(tokens.input > 3 * 400);
  REQUIRE(tokens.output >= 30 * 50);
}

TEST_CASE("at most so much of the dataset becomes synthetic", "[generate][plan]") {
  const std::vector<TopicState> topics{topic(1, 80, 50), topic(2, 20, 100)};
  const auto plan = make_plan({}, topics, two_topics());
  // 42 of 142 is 29.6 %; one more would be over 30 %.
  REQUIRE(plan->synthetic_room == 42);
  REQUIRE(plan->planned == 42);
  REQUIRE(plan->topics[0].planned == 14);
  REQUIRE(plan->topics[1].planned == 28);
  REQUIRE(plan->warnings.front() == "limited to 42 of 150: at most 30 % of the dataset may be synthetic");
  auto with_synthetic = two_topics();
  for (std::uint64_t i = 0; i < 43; ++i) with_synthetic.push_back({500 + i, 2, false, false, true});
  const auto full = make_plan({}, topics, with_synthetic);
  REQUIRE(full.error().code == ErrorCode::blocked);
  REQUIRE(full.error().hint.find("synthetic_share_max") != std::string::npos);
  Parameters all;
  all.synthetic_share_max = 1;
  REQUIRE(make_plan(all, topics, with_synthetic)->planned == 150);
}

TEST_CASE("variations come from each record only so often", "[generate][plan]") {
  Parameters parameters;
  parameters.strategy = Strategy::message_variation;
  parameters.topics = {2};
  parameters.count = 100;
  parameters.synthetic_share_max = 0.9;
  const auto plan = make_plan(parameters, std::vector{topic(1, 80), topic(2, 20)}, two_topics());
  REQUIRE(plan->planned == 60);
  REQUIRE(plan->calls.size() == 20);
  REQUIRE(plan->warnings.front().find("limited to 60 of 100: it has 20 records") != std::string::npos);
  std::set<std::uint64_t> used;
  for (const PlannedCall& call : plan->calls) {
    REQUIRE(call.count == 3);
    used.insert(call.sources.front());
  }
  REQUIRE(used.size() == 20);
}

TEST_CASE("chosen records are the only sources", "[generate][plan]") {
  Parameters parameters;
  parameters.strategy = Strategy::scenario_expansion;
  parameters.records = {5, 105};
  const auto plan = make_plan(parameters, std::vector{topic(1, 80), topic(2, 20)}, two_topics());
  REQUIRE(plan->planned == 6);
  for (const PlannedCall& call : plan->calls)
    REQUIRE((call.sources.front() == 5 || call.sources.front() == 105));
}

TEST_CASE("most conversations of several turns are varied, the rest get new prompts", "[generate][plan]") {
  auto all = two_topics();
  for (std::size_t i = 0; i < 51; ++i) all[i].is_multi_turn = true;
  const std::vector<TopicState> topics{topic(1, 80), topic(2, 20, 10)};
  REQUIRE(make_plan({}, topics, all)->strategy == Strategy::message_variation);
  all[0].is_multi_turn = false;
  REQUIRE(make_plan({}, topics, all)->strategy == Strategy::few_shot);
}

TEST_CASE("a plan is a function of its seed", "[generate][plan]") {
  const std::vector<TopicState> topics{topic(1, 80), topic(2, 20, 30)};
  Parameters parameters;
  const auto first = make_plan(parameters, topics, two_topics());
  REQUIRE(first->calls[0].sources == make_plan(parameters, topics, two_topics())->calls[0].sources);
  parameters.seed = 1;
  REQUIRE(first->calls[0].sources != make_plan(parameters, topics, two_topics())->calls[0].sources);
}

TEST_CASE("calls that would read the same differ in their sample", "[generate][plan]") {
  Parameters parameters;
  parameters.strategy = Strategy::topic_description;
  parameters.topics = {2};
  parameters.count = 30;
  const auto plan = make_plan(parameters, std::vector{topic(1, 80), topic(2, 20)}, two_topics());
  REQUIRE(plan->calls.size() == 3);
  REQUIRE(plan->calls[0].sources.empty());
  REQUIRE(plan->calls[0].sample != plan->calls[1].sample);
}

TEST_CASE("what cannot be planned says why and what to do", "[generate][plan]") {
  const std::vector<TopicState> even{topic(1, 80), topic(2, 20)};
  REQUIRE(make_plan({}, {}, two_topics()).error().hint == "define topics first");
  REQUIRE(make_plan({}, even, two_topics()).error().wanted == "a topic that needs more records");
  Parameters parameters;
  parameters.topics = {9};
  REQUIRE(make_plan(parameters, even, two_topics()).error().at == "topics");
  parameters.topics = {};
  parameters.records = {4711};
  REQUIRE(make_plan(parameters, even, two_topics()).error().at == "records");
  parameters.records = {};
  parameters.topics = {2};
  parameters.count = 5;
  parameters.strategy = Strategy::tool_chain;
  REQUIRE(make_plan(parameters, even, two_topics()).error().hint.find("its sources need tools") == 0);
  parameters.strategy = Strategy::few_shot;
  REQUIRE(make_plan(parameters, even, sources(1, 1, 80)).error().hint.find("topic_description") !=
          std::string::npos);
  parameters.temperature = 2.5;
  REQUIRE(make_plan(parameters, even, two_topics()).error().at == "temperature");
  parameters.temperature = 0.7;
  parameters.length_min = 30;
  parameters.length_max = 20;
  REQUIRE(make_plan(parameters, even, two_topics()).error().at == "length_max");
  for (int s = 0; s < 5; ++s)
    REQUIRE(strategy_from_name(strategy_name(static_cast<Strategy>(s))) == static_cast<Strategy>(s));
  REQUIRE_FALSE(strategy_from_name("magic"));
}
