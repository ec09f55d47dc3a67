// The hierarchy of topics, who belongs where, and what a person decides about it.
#include <catch2/catch.hpp>

#include "tests/support/engine_recount.hpp"
#include "tests/support/event_builders.hpp"

using namespace engine;
using namespace support;

namespace {
struct Wished {
  std::string name;
  std::int32_t parent = -1;
  std::uint32_t id = 0;
};

DefineTopics topics(const std::vector<Wished>& wished) {
  DefineTopics define;
  for (const Wished& one : wished) {
    define.topics.emplace_back();
    define.topics.back().name = one.name;
    define.topics.back().id = one.id;
    define.parents.push_back(one.parent);
  }
  return define;
}

Dataset three_records() {
  return given(Facts{dataset_created()} + imported(1, 1, {valid(1), valid(2), invalid()}));
}

// Records 1 and 2 belong to topic 1 (by a run) and 2 (by hand).
Dataset categorized() {
  Dataset dataset = three_records();
  then(dataset, {topics_defined(1, {{1, "openings"}, {2, "endings"}}), run_requested(3, StepName::categorize),
                 run_started(3), topics_assigned(3, 1, {{1, 0.5F}, {1}, {1}}),
                 topic_assigned_manually({2}, 2), run_completed(3)});
  return dataset;
}

ErrorCode refusal(Dataset dataset, const Command& command) {
  const auto decision = wish(dataset, command);
  return decision ? ErrorCode::internal : decision.error().code;
}
}  // namespace

TEST_CASE("defined topics get new ids and count no records yet", "[engine][topics]") {
  Dataset dataset = three_records();
  REQUIRE(wish(dataset, topics({{"openings"}, {"closed", 0}, {"open", 0}, {"endings"}})));
  CHECK(dataset.state.topics->version == 1);
  CHECK(dataset.state.topics->leaves() == std::vector<std::uint32_t>{2, 3, 4});
  CHECK(dataset.state.topics->find(2)->parent == 1);
  CHECK(dataset.state.topic_counts.size() == 3);
  CHECK(dataset.state.topics_changed.because == "topics edited");
}

TEST_CASE("topics that a person defines end a run that was about to find some", "[engine][topics]") {
  Dataset dataset = three_records();
  then(dataset, {run_requested(3, StepName::topics), run_started(3)});
  REQUIRE(wish(dataset, topics({{"openings"}, {"endings"}})));
  CHECK(dataset.state.run(RunId(3))->state == RunState::cancelled);
  CHECK(dataset.state.run(RunId(3))->error == "topics were defined by hand");
  CHECK(dataset.state.topics->version == 1);
  Dataset by_one = three_records();
  then(by_one, {run_requested(3, StepName::topics)});
  AddTopic first;
  first.topic.name = "openings";
  REQUIRE(wish(by_one, first));
  CHECK(by_one.state.run(RunId(3))->ended());
  CHECK(by_one.state.topics->topics.size() == 1);
}

TEST_CASE("ids are stable across edits, and one that was removed is never given again", "[engine][topics]") {
  Dataset dataset = three_records();
  REQUIRE(wish(dataset, topics({{"openings"}, {"endings"}})));
  REQUIRE(wish(dataset, topics({{"first moves", -1, 1}})));
  CHECK(dataset.state.topics->find(1)->name == "first moves");
  REQUIRE(wish(dataset, topics({{"first moves", -1, 1}, {"endings"}})));
  CHECK(dataset.state.topics->find(2) == nullptr);
  CHECK(dataset.state.topics->find(3)->name == "endings");
}

TEST_CASE("an id that is not known asks for a new one", "[engine][topics]") {
  Dataset dataset = three_records();
  REQUIRE(wish(dataset, topics({{"openings", -1, 77}})));
  CHECK(dataset.state.topics->find(1) != nullptr);
}

TEST_CASE("hierarchies that make no sense are refused", "[engine][topics]") {
  const Dataset dataset = three_records();
  const auto wished = GENERATE(values<std::vector<Wished>>({
      {},
      {{""}},
      {{std::string(81, 'x')}},
      {{"twins"}, {"twins"}},
      {{"a", -1, 5}, {"b", -1, 5}},
      {{"own parent", 0}},
      {{"a", 1}, {"b", 0}},
      {{"no such parent", 7}},
      {{"1"}, {"2", 0}, {"3", 1}, {"4", 2}, {"5", 3}, {"6", 4}},
  }));
  CHECK(refusal(dataset, topics(wished)) == ErrorCode::invalid_argument);
}

TEST_CASE("five levels and equal names under different parents are accepted", "[engine][topics]") {
  Dataset dataset = three_records();
  CHECK(wish(dataset, topics({{"1"}, {"2", 0}, {"3", 1}, {"4", 2}, {"5", 3}, {"2", 1}})));
}

TEST_CASE("a log holds parents before their children", "[engine][topics]") {
  CHECK(refusal(three_records(), topics({{"child", 1}, {"parent"}})) == ErrorCode::invalid_argument);
}

TEST_CASE("counts follow assignments, of valid records only", "[engine][topics]") {
  const Dataset dataset = categorized();
  CHECK(dataset.state.counters.categorized == 2);
  CHECK(dataset.state.counters.low_confidence == 1);
  CHECK(dataset.state.topic_counts.at(1) == TopicCount{1, 1, 0});
  CHECK(dataset.state.topic_counts.at(2) == TopicCount{1, 0, 1});
  CHECK(dataset.state.uncategorized() == 0);
}

TEST_CASE("removing a leaf makes its records uncategorized", "[engine][topics]") {
  Dataset dataset = categorized();
  REQUIRE(wish(dataset, topics({{"endings", -1, 2}})));
  CHECK(dataset.state.records[0].topic == 0);
  CHECK(dataset.state.uncategorized() == 1);
  CHECK(dataset.state.records[1].topic == 2);
  CHECK(miscounted(dataset.state) == "");
}

TEST_CASE("a leaf that gets children is no longer one, and loses its records", "[engine][topics]") {
  Dataset dataset = categorized();
  REQUIRE(wish(dataset, topics({{"openings", -1, 1}, {"closed", 0}, {"endings", -1, 2}})));
  CHECK(dataset.state.records[0].topic == 0);
  CHECK_FALSE(dataset.state.topic_counts.contains(1));
}

TEST_CASE("renaming a topic keeps its records and what it learns from", "[engine][topics]") {
  Dataset dataset = categorized();
  REQUIRE(wish(dataset, topics({{"first moves", -1, 1}, {"endings", -1, 2}})));
  CHECK(dataset.state.topic_counts.at(1).records == 1);
  CHECK(dataset.state.topics->find(1)->members == std::vector<std::uint64_t>{1});
}

TEST_CASE("clearing assignments on definition clears all", "[engine][topics]") {
  Dataset dataset = categorized();
  DefineTopics define = topics({{"openings", -1, 1}, {"endings", -1, 2}});
  define.clear_assignments = true;
  REQUIRE(wish(dataset, define));
  CHECK(dataset.state.counters.categorized == 0);
}

TEST_CASE("a run does not overwrite what a person assigned, unless asked to", "[engine][topics]") {
  Dataset dataset = categorized();
  then(dataset, {categorize_requested(4, false), run_started(4), topics_assigned(4, 2, {{1}})});
  CHECK(dataset.state.records[1].topic == 2);
  then(dataset,
       {run_completed(4), categorize_requested(5, true), run_started(5), topics_assigned(5, 2, {{1}})});
  CHECK(dataset.state.records[1].topic == 1);
  CHECK(miscounted(dataset.state) == "");
}

TEST_CASE("clearing assignments keeps those made by hand when told so", "[engine][topics]") {
  Dataset dataset = categorized();
  then(dataset, {assignments_cleared(true)});
  CHECK(dataset.state.records[0].topic == 0);
  CHECK(dataset.state.records[1].topic == 2);
  then(dataset, {assignments_cleared(false)});
  CHECK(dataset.state.counters.categorized == 0);
}

TEST_CASE("a record is assigned to a leaf, never to an inner or unknown topic", "[engine][topics]") {
  Dataset dataset = three_records();
  REQUIRE(wish(dataset, topics({{"openings"}, {"closed", 0}})));
  CHECK(wish(dataset, AssignTopic{{1}, 1}).error().found == "a topic that has topics below it");
  CHECK(refusal(dataset, AssignTopic{{1}, 9}) == ErrorCode::invalid_argument);
  CHECK(refusal(dataset, AssignTopic{{99}, 2}) == ErrorCode::not_found);
  REQUIRE(wish(dataset, AssignTopic{{2, 1, 2}, 2}));
  CHECK(dataset.state.topic_counts.at(2) == TopicCount{2, 0, 2});
  CHECK(dataset.state.records[0].confidence == 1);
}

TEST_CASE("an assignment by hand can be taken away", "[engine][topics]") {
  Dataset dataset = categorized();
  REQUIRE(wish(dataset, AssignTopic{{2}, 0}));
  CHECK(dataset.state.records[1].topic == 0);
  CHECK(dataset.state.topic_counts.at(2) == TopicCount{});
}

TEST_CASE("targets are shares of all leaf topics that add up to 100", "[engine][topics]") {
  Dataset dataset = categorized();
  CHECK(refusal(dataset, SetTargets{{{1, 60}, {2, 30}}}) == ErrorCode::invalid_argument);
  CHECK(refusal(dataset, SetTargets{{{1, 100}}}) == ErrorCode::invalid_argument);
  CHECK(refusal(dataset, SetTargets{{{1, 120}, {2, -20}}}) == ErrorCode::invalid_argument);
  CHECK(refusal(dataset, SetTargets{{{1, 50}, {9, 50}}}) == ErrorCode::invalid_argument);
  REQUIRE(wish(dataset, SetTargets{{{1, 70}, {2, 30}}}));
  CHECK(dataset.state.targets == std::map<std::uint32_t, double>{{1, 70}, {2, 30}});
  REQUIRE(wish(dataset, SetTargets{}));
  CHECK(dataset.state.targets.empty());
}

TEST_CASE("the target of a topic goes with the topic", "[engine][topics]") {
  Dataset dataset = categorized();
  REQUIRE(wish(dataset, SetTargets{{{1, 70}, {2, 30}}}));
  REQUIRE(wish(dataset, topics({{"endings", -1, 2}})));
  CHECK(dataset.state.targets == std::map<std::uint32_t, double>{{2, 30}});
}
