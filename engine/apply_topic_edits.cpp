// Edits of the hierarchy: what a person changes about one topic.
#include <algorithm>
#include <set>

#include "engine/account.hpp"
#include "engine/apply_parts.hpp"

namespace engine {

namespace {
// The next version of the tree, to be changed in place.
TopicTree& next_tree(DatasetState& state, const Fact& fact) {
  auto tree = std::make_shared<TopicTree>(*state.topics);
  ++tree->version;
  TopicTree& changed = *tree;
  state.topics = std::move(tree);
  state.topics_changed = {fact.position, "topics edited"};
  return changed;
}

Topic& topic_for_writing(TopicTree& tree, std::uint32_t id) {
  const auto found = std::ranges::find(tree.topics, id, &Topic::id);
  if (found == tree.topics.end()) throw BrokenLog("an edit of a topic that does not exist");
  return *found;
}

// Parents before children again, siblings in the order they had.
void order(TopicTree& tree) {
  std::vector<Topic> sorted;
  std::set<std::uint32_t> placed{0};
  while (sorted.size() < tree.topics.size()) {
    const std::size_t before = sorted.size();
    for (const Topic& topic : tree.topics) {
      if (!placed.contains(topic.id) && placed.contains(topic.parent)) {
        placed.insert(topic.id);
        sorted.push_back(topic);
      }
    }
    if (sorted.size() == before) throw BrokenLog("topics whose parents lead round in a circle");
  }
  tree.topics = std::move(sorted);
}

std::set<std::uint32_t> with_all_below(const TopicTree& tree, std::uint32_t root) {
  std::set<std::uint32_t> ids{root};
  for (const Topic& topic : tree.topics) {  // parents come first
    if (ids.contains(topic.parent)) ids.insert(topic.id);
  }
  return ids;
}

void hand_over(const Topic& from, Topic& to) {
  for (const std::uint64_t record : from.members) {
    if (std::ranges::find(to.members, record) == to.members.end()) to.members.push_back(record);
  }
  std::ranges::sort(to.members);
  for (const std::string& keyword : from.keywords) {
    if (to.keywords.size() < 10 && std::ranges::find(to.keywords, keyword) == to.keywords.end())
      to.keywords.push_back(keyword);
  }
}
}  // namespace

void apply_topic_changed(DatasetState& state, const schemas::TopicChanged& event, const Fact& fact) {
  TopicTree& tree = next_tree(state, fact);
  Topic& topic = topic_for_writing(tree, event.topic()->value());
  if (event.name() != nullptr) {
    topic.name = event.name()->str();
    topic.labels_by = schemas::LabelSource::person;
  }
  if (event.description() != nullptr) topic.description = event.description()->str();
  if (event.sets_keywords()) {
    topic.keywords.clear();
    if (event.keywords() != nullptr) {
      for (const auto* keyword : *event.keywords()) topic.keywords.push_back(keyword->str());
    }
  }
  if (!event.moved()) return;
  topic.parent = event.parent();
  order(tree);
  settle_leaves(state);
}

void apply_topic_added(DatasetState& state, const schemas::TopicAdded& event, const Fact& fact) {
  TopicTree& tree = next_tree(state, fact);
  tree.topics.push_back(topic_from(*event.topic()));
  state.topics_ever = std::max(state.topics_ever, tree.topics.back().id);
  settle_leaves(state);
}

void apply_topic_removed(DatasetState& state, const schemas::TopicRemoved& event, const Fact& fact) {
  TopicTree& tree = next_tree(state, fact);
  const std::set<std::uint32_t> gone = with_all_below(tree, event.topic()->value());
  if (event.reassign_to() != 0) {
    for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
      if (!gone.contains(state.records[number - 1].topic)) continue;
      change_record(state, number, [&](RecordRow& row) {
        row.topic = event.reassign_to();
        if (row.runner_up == row.topic) row.runner_up = 0;
      });
    }
    Topic& heir = topic_for_writing(tree, event.reassign_to());
    for (const Topic& topic : tree.topics) {
      if (event.merged() && gone.contains(topic.id)) hand_over(topic, heir);
    }
    state.assignments_changed = {fact.position, event.merged() ? "topics merged" : "topic deleted"};
  }
  std::erase_if(tree.topics, [&](const Topic& topic) { return gone.contains(topic.id); });
  settle_leaves(state);
}

void apply_topic_split(DatasetState& state, const schemas::TopicSplit& event, const Fact& fact) {
  TopicTree& tree = next_tree(state, fact);
  topic_for_writing(tree, event.topic()->value()).members.clear();
  for (const schemas::Topic* part : *event.parts()) {
    tree.topics.push_back(topic_from(*part));
    state.topics_ever = std::max(state.topics_ever, tree.topics.back().id);
  }
  settle_leaves(state);
  state.assignments_changed = {fact.position, "topic split"};
}

}  // namespace engine
