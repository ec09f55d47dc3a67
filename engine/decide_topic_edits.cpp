// Edits of single topics; DefineTopics (decide_topics.cpp) takes whole hierarchies.
#include <algorithm>
#include <set>

#include "engine/decide_parts.hpp"

namespace engine {

namespace {
std::string text_of_topic(std::uint32_t id) {
  return "'" + to_text(TopicId(id)) + "'";
}

Result<const Topic*> find_topic(const DatasetState& state, std::uint32_t id, std::string at) {
  if (const Topic* topic = state.topics->find(id); topic != nullptr) return topic;
  return schemas::fail(ErrorCode::not_found, "a topic of this dataset", text_of_topic(id),
                       "GET …/topics lists them", std::move(at));
}

bool is_below(const TopicTree& tree, std::uint32_t id, std::uint32_t root) {
  for (const Topic* topic = tree.find(id); topic != nullptr; topic = tree.find(topic->parent)) {
    if (topic->id == root) return true;
  }
  return false;
}

int levels_above(const TopicTree& tree, std::uint32_t id) {
  int levels = 0;
  for (const Topic* topic = tree.find(id); topic != nullptr; topic = tree.find(topic->parent)) ++levels;
  return levels;
}

int levels_below(const TopicTree& tree, std::uint32_t id) {
  int levels = 0;
  for (const Topic& topic : tree.topics) {
    if (is_below(tree, topic.id, id))
      levels = std::max(levels, levels_above(tree, topic.id) - levels_above(tree, id));
  }
  return levels;
}

Result<void> check_place(const DatasetState& state, const std::string& name, std::uint32_t parent,
                         std::uint32_t self) {
  if (auto good = check_name(name); !good) {
    good.error().at = "/name";
    return good;
  }
  for (const Topic& topic : state.topics->topics) {
    if (topic.parent == parent && topic.id != self && topic.name == name) {
      return schemas::fail(ErrorCode::conflict, "names that differ among siblings", "'" + name + "' twice",
                           "choose another name, or merge the two", "/name");
    }
  }
  return {};
}

Result<void> check_parent(const DatasetState& state, std::uint32_t parent, int levels_of_topic) {
  if (parent != 0) {
    if (auto known = find_topic(state, parent, "/parent"); !known) return std::unexpected(known.error());
  }
  if (levels_above(*state.topics, parent) + levels_of_topic > topic_depth_max) {
    return schemas::fail(ErrorCode::invalid_argument, "a hierarchy of at most 5 levels",
                         std::to_string(levels_above(*state.topics, parent) + levels_of_topic), {},
                         "/parent");
  }
  return {};
}

std::uint64_t records_below(const DatasetState& state, std::uint32_t root) {
  std::uint64_t records = 0;
  for (const auto& [leaf, count] : state.topic_counts) {
    if (is_below(*state.topics, leaf, root)) records += count.records;
  }
  return records;
}

Result<void> check_heir(const DatasetState& state, std::uint32_t heir, std::uint32_t gone, std::string at) {
  if (auto known = find_topic(state, heir, at); !known) return std::unexpected(known.error());
  if (!state.topics->is_leaf(heir) || is_below(*state.topics, heir, gone)) {
    return schemas::fail(ErrorCode::invalid_argument, "a leaf topic outside of what is removed",
                         text_of_topic(heir), "records belong to leaf topics", std::move(at));
  }
  return {};
}
}  // namespace

Result<Decision> decide_on(const DatasetState& state, const ChangeTopic& command, const Now& /*now*/) {
  const auto topic = find_topic(state, command.topic, {});
  if (!topic) return std::unexpected(topic.error());
  const std::uint32_t parent = command.parent.value_or((*topic)->parent);
  const bool moved = parent != (*topic)->parent;
  if (moved && is_below(*state.topics, parent, command.topic)) {
    return schemas::fail(ErrorCode::invalid_argument, "a parent outside of the topic that is moved",
                         text_of_topic(parent), "a topic cannot stand below itself", "/parent");
  }
  if (auto good = check_parent(state, parent, 1 + levels_below(*state.topics, command.topic)); !good)
    return std::unexpected(good.error());
  const std::string name = command.name.value_or((*topic)->name);
  if (auto good = check_place(state, name, parent, command.topic); !good)
    return std::unexpected(good.error());
  schemas::TopicChangedT event;
  event.topic = TopicId(command.topic);
  event.moved = moved;
  event.parent = parent;
  const bool renamed = name != (*topic)->name;
  const bool described = command.description && *command.description != (*topic)->description;
  event.sets_keywords = command.keywords && *command.keywords != (*topic)->keywords;
  if (renamed) event.name = name;
  if (described) event.description = *command.description;
  if (event.sets_keywords) event.keywords = *command.keywords;
  if (!renamed && !described && !moved && !event.sets_keywords) return Decision{{}, {}, {}, command.topic};
  return Decision{{schemas::encode(event)}, {}, {}, command.topic};
}

Result<Decision> decide_on(const DatasetState& state, const AddTopic& command, const Now& /*now*/) {
  if (state.topics->topics.size() >= topics_max) {
    return schemas::fail(ErrorCode::invalid_argument, "at most 2000 topics", "another one");
  }
  if (auto good = check_parent(state, command.topic.parent, 1); !good) return std::unexpected(good.error());
  if (auto good = check_place(state, command.topic.name, command.topic.parent, 0); !good)
    return std::unexpected(good.error());
  schemas::TopicAddedT event;
  event.topic = std::make_unique<schemas::TopicT>();
  event.topic->id = TopicId(state.topics_ever + 1);
  event.topic->parent = command.topic.parent;
  event.topic->name = command.topic.name;
  event.topic->description = command.topic.description;
  event.topic->keywords = command.topic.keywords;
  Decision decision{{}, {}, {}, state.topics_ever + 1};
  if (state.topics->topics.empty()) cancel_topic_runs(state, decision.events);
  decision.events.push_back(schemas::encode(event));
  return decision;
}

Result<Decision> decide_on(const DatasetState& state, const RemoveTopic& command, const Now& /*now*/) {
  const auto topic = find_topic(state, command.topic, {});
  if (!topic) return std::unexpected(topic.error());
  const std::uint64_t records = records_below(state, command.topic);
  if (command.reassign_to != 0) {
    if (auto good = check_heir(state, command.reassign_to, command.topic, "/reassign_to"); !good)
      return std::unexpected(good.error());
  } else if (records > 0 && !command.confirm) {
    return schemas::fail(
        ErrorCode::needs_confirmation, "confirm: true, or reassign_to",
        std::to_string(records) + " records of '" + (*topic)->name + "' would be without a topic",
        "name the topic that they go to in reassign_to, or repeat with confirm: true");
  }
  schemas::TopicRemovedT event;
  event.topic = TopicId(command.topic);
  event.reassign_to = command.reassign_to;
  return Decision{{schemas::encode(event)}, {}, {}, records};
}

Result<Decision> decide_on(const DatasetState& state, const MergeTopics& command, const Now& /*now*/) {
  if (command.from.empty()) {
    return schemas::fail(ErrorCode::invalid_argument, "at least one topic to merge", "none", {}, "/from");
  }
  Decision decision;
  decision.subject = command.into;
  std::set<std::uint32_t> seen;
  for (const std::uint32_t from : command.from) {
    if (auto known = find_topic(state, from, "/from"); !known) return std::unexpected(known.error());
    if (auto good = check_heir(state, command.into, from, "/into"); !good)
      return std::unexpected(good.error());
    // What stands below another one of them goes with it.
    const bool goes_along = std::ranges::any_of(command.from, [&](std::uint32_t other) {
      return other != from && is_below(*state.topics, from, other);
    });
    if (goes_along || !seen.insert(from).second) continue;
    schemas::TopicRemovedT event;
    event.topic = TopicId(from);
    event.reassign_to = command.into;
    event.merged = true;
    decision.events.push_back(schemas::encode(event));
  }
  return decision;
}

}  // namespace engine
