// One topic at a time: rename, describe, move, add, delete, merge, split, and the vectors that stay.
#include <catch2/catch.hpp>

#include "tests/support/event_builders.hpp"

using namespace engine;
using namespace support;

namespace {
// Records 1..4 in leaf 2, 5 and 6 in leaf 3 (both below 1), 7 in leaf 4, 8 in none.
Dataset chess() {
  std::vector<Verdict> verdicts;
  for (unsigned i = 0; i < 8; ++i) verdicts.push_back(valid(i));
  return given(Facts{dataset_created()} + imported(1, 1, verdicts) +
               topics_defined(1, {{1, "play"}, {2, "openings", 1}, {3, "endgames", 1}, {4, "rules"}}) +
               completed_run(3, StepName::categorize,
                             {topics_assigned(3, 1, {{2}, {2, 0.5F, 3}, {2}, {2}, {3}, {3}, {4}, {0}})}));
}

std::uint64_t records_of(const Dataset& dataset, std::uint32_t topic) {
  const auto found = dataset.state.topic_counts.find(topic);
  return found == dataset.state.topic_counts.end() ? 0 : found->second.records;
}

schemas::ErrorCode refusal(Dataset& dataset, const Command& command) {
  const auto decision = wish(dataset, command);
  REQUIRE_FALSE(decision);
  return decision.error().code;
}
}  // namespace

TEST_CASE("a topic is renamed and described, and its records stay", "[engine][topics]") {
  Dataset dataset = chess();
  REQUIRE(
      wish(dataset, ChangeTopic{2, "first moves", "How a game begins.", std::vector<std::string>{"e4"}, {}}));
  const Topic& topic = *dataset.state.topics->find(2);
  CHECK(topic.name == "first moves");
  CHECK(topic.description == "How a game begins.");
  CHECK(topic.keywords == std::vector<std::string>{"e4"});
  CHECK(topic.labels_by == schemas::LabelSource::person);
  CHECK(records_of(dataset, 2) == 4);
  CHECK(dataset.state.topics->version == 2);
  CHECK(dataset.state.topics_changed.because == "topics edited");
  CHECK_FALSE(dataset.state.categorize_due);
  const auto again = wish(dataset, ChangeTopic{2, "first moves", {}, {}, {}});
  REQUIRE(again);
  CHECK(again->events.empty());
}

TEST_CASE("names differ among siblings, but not in the whole tree", "[engine][topics]") {
  Dataset dataset = chess();
  CHECK(refusal(dataset, ChangeTopic{2, "endgames", {}, {}, {}}) == ErrorCode::conflict);
  CHECK(wish(dataset, ChangeTopic{4, "endgames", {}, {}, {}}));
  CHECK(refusal(dataset, ChangeTopic{3, {}, {}, {}, 0U}) == ErrorCode::conflict);
  CHECK(refusal(dataset, ChangeTopic{9, "x", {}, {}, {}}) == ErrorCode::not_found);
  CHECK(refusal(dataset, ChangeTopic{2, "", {}, {}, {}}) == ErrorCode::invalid_argument);
}

TEST_CASE("a topic moves with what is below it, and never below itself", "[engine][topics]") {
  Dataset dataset = chess();
  CHECK(refusal(dataset, ChangeTopic{1, {}, {}, {}, 2U}) == ErrorCode::invalid_argument);
  CHECK(refusal(dataset, ChangeTopic{1, {}, {}, {}, 1U}) == ErrorCode::invalid_argument);
  REQUIRE(wish(dataset, ChangeTopic{3, {}, {}, {}, 0U}));
  CHECK(dataset.state.topics->find(3)->parent == 0);
  CHECK(records_of(dataset, 3) == 2);
  // Below a leaf: that one's records have no leaf any more.
  REQUIRE(wish(dataset, ChangeTopic{3, {}, {}, {}, 4U}));
  CHECK(records_of(dataset, 4) == 0);
  CHECK(dataset.state.uncategorized() == 2);
}

TEST_CASE("a hierarchy of more than five levels is refused", "[engine][topics]") {
  Dataset dataset = chess();
  std::uint32_t parent = 2;
  for (int level = 3; level <= 5; ++level) {
    Topic topic;
    topic.name = "deeper";
    topic.parent = parent;
    const auto added = wish(dataset, AddTopic{topic});
    REQUIRE(added);
    parent = static_cast<std::uint32_t>(added->subject);
  }
  Topic sixth;
  sixth.name = "too deep";
  sixth.parent = parent;
  CHECK(refusal(dataset, AddTopic{sixth}) == ErrorCode::invalid_argument);
  CHECK(refusal(dataset, ChangeTopic{1, {}, {}, {}, 4U}) == ErrorCode::invalid_argument);
}

TEST_CASE("a deleted topic gives its records to another one, or to none when that is confirmed",
          "[engine][topics]") {
  Dataset dataset = chess();
  CHECK(refusal(dataset, RemoveTopic{2, 0, false}) == ErrorCode::needs_confirmation);
  CHECK(refusal(dataset, RemoveTopic{2, 1, false}) == ErrorCode::invalid_argument);
  CHECK(refusal(dataset, RemoveTopic{2, 2, false}) == ErrorCode::invalid_argument);
  REQUIRE(wish(dataset, RemoveTopic{2, 3, false}));
  CHECK(records_of(dataset, 3) == 6);
  CHECK(dataset.state.records[1].confidence == 0.5F);
  CHECK(dataset.state.records[1].runner_up == 0);
  REQUIRE(wish(dataset, RemoveTopic{1, 0, true}));
  CHECK(dataset.state.topics->topics.size() == 1);
  CHECK(dataset.state.uncategorized() == 7);
}

TEST_CASE("merged topics become one that has learnt from all of them", "[engine][topics]") {
  Dataset dataset = chess();
  CHECK(refusal(dataset, MergeTopics{{1}, 2}) == ErrorCode::invalid_argument);
  CHECK(refusal(dataset, MergeTopics{{}, 2}) == ErrorCode::invalid_argument);
  CHECK(refusal(dataset, MergeTopics{{3, 9}, 2}) == ErrorCode::not_found);
  REQUIRE(wish(dataset, MergeTopics{{3, 2, 3}, 4}));
  CHECK(records_of(dataset, 4) == 7);
  CHECK(dataset.state.topics->find(2) == nullptr);
  // Its parent has become a leaf without records.
  CHECK(dataset.state.topic_counts.contains(1));
  CHECK(dataset.state.assignments_changed.because == "topics merged");
}

TEST_CASE("a topic that is split becomes the parent of its parts", "[engine][topics]") {
  Dataset dataset = chess();
  then(dataset, {topic_split(2, 4, {{5, "open games", 2}, {6, "closed games", 2}})});
  CHECK_FALSE(dataset.state.topic_counts.contains(2));
  CHECK(dataset.state.topic_counts.contains(5));
  CHECK(dataset.state.uncategorized() == 5);
  CHECK(dataset.state.topics_ever == 6);
}

TEST_CASE("targets and runners-up of topics that are gone go with them", "[engine][topics]") {
  Dataset dataset = chess();
  then(dataset, {coverage_targets_set({{2, 50}, {3, 30}, {4, 20}}), topic_removed(3)});
  CHECK_FALSE(dataset.state.targets.contains(3));
  CHECK(dataset.state.records[1].runner_up == 0);
}

TEST_CASE("a vector is found for a record and for those that repeat it, until the record is edited",
          "[engine][vectors]") {
  Dataset dataset =
      given(Facts{dataset_created()} + imported(1, 1, {valid(1), valid(2), valid(1)}) +
            run_requested(3, StepName::topics) + run_started(3) + vectors_computed(3, {1, 2}, "a"));
  REQUIRE(dataset.state.vector(1, "a") != nullptr);
  CHECK(dataset.state.vector(2, "a")->row == 1);
  CHECK(dataset.state.vector(3, "a") == dataset.state.vector(1, "a"));
  CHECK(dataset.state.vector(1, "b") == nullptr);
  then(dataset, {record_edited(1)});
  CHECK(dataset.state.vector(1, "a") == nullptr);
  CHECK(dataset.state.vector(2, "a") != nullptr);
}
