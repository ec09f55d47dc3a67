#include <algorithm>
#include <cmath>
#include <set>

#include "engine/decide_parts.hpp"

namespace engine {

namespace {
std::string at_topic(std::size_t i, std::string_view field) {
  return "/topics/" + std::to_string(i) + "/" + std::string(field);
}

Result<int> depth_of(const DefineTopics& command, std::size_t i) {
  if (command.parents[i] >= static_cast<std::int32_t>(i)) {
    return schemas::fail(ErrorCode::invalid_argument, "parents before their children, without cycles",
                         "'" + command.topics[i].name + "' before its parent", {}, at_topic(i, "children"));
  }
  int depth = 1;
  for (std::int32_t parent = command.parents[i]; parent >= 0;
       parent = command.parents[static_cast<std::size_t>(parent)]) {
    if (++depth > topic_depth_max) {
      return schemas::fail(ErrorCode::invalid_argument, "a hierarchy of at most 5 levels",
                           "'" + command.topics[i].name + "' deeper than that", {}, at_topic(i, "children"));
    }
  }
  return depth;
}

Result<void> check_topics(const DefineTopics& command) {
  if (command.topics.empty() || command.topics.size() > topics_max) {
    return schemas::fail(ErrorCode::invalid_argument, "1 to 2000 topics",
                         std::to_string(command.topics.size()), {}, "/topics");
  }
  std::set<std::pair<std::int32_t, std::string>> names;
  std::set<std::uint32_t> ids;
  for (std::size_t i = 0; i < command.topics.size(); ++i) {
    const Topic& topic = command.topics[i];
    if (auto good = check_name(topic.name); !good) {
      good.error().at = at_topic(i, "name");
      return good;
    }
    if (auto depth = depth_of(command, i); !depth) return std::unexpected(depth.error());
    if (!names.emplace(command.parents[i], topic.name).second) {
      return schemas::fail(ErrorCode::invalid_argument, "names that differ among siblings",
                           "'" + topic.name + "' twice", {}, at_topic(i, "name"));
    }
    if (topic.id != 0 && !ids.insert(topic.id).second) {
      return schemas::fail(ErrorCode::invalid_argument, "ids that differ",
                           "'" + to_text(TopicId(topic.id)) + "' twice", "leave the id out for a new topic",
                           at_topic(i, "id"));
    }
  }
  return {};
}

// Known ids stay what they are; the others get new ones.
std::vector<std::uint32_t> ids_for(const DatasetState& state, const DefineTopics& command) {
  std::vector<std::uint32_t> ids;
  std::uint32_t next = state.topics_ever + 1;
  for (const Topic& topic : command.topics)
    ids.push_back(state.topics->find(topic.id) != nullptr ? topic.id : next++);
  return ids;
}
}  // namespace

void cancel_topic_runs(const DatasetState& state, std::vector<NewEvent>& events) {
  for (const Run& run : state.runs) {
    if (run.step != StepName::topics || run.ended()) continue;
    schemas::RunCancelledT event;
    event.run = RunId(run.id);
    event.reason = "topics were defined by hand";
    events.push_back(schemas::encode(event));
  }
}

Result<Decision> decide_on(const DatasetState& state, const DefineTopics& command, const Now& /*now*/) {
  if (auto good = check_topics(command); !good) return std::unexpected(good.error());
  const auto ids = ids_for(state, command);
  schemas::TopicsDefinedT event;
  event.version = state.topics->version + 1;
  event.method = command.method;
  event.clear_assignments = command.clear_assignments;
  event.template_name = command.template_name;
  for (std::size_t i = 0; i < command.topics.size(); ++i) {
    const Topic& topic = command.topics[i];
    auto told = std::make_unique<schemas::TopicT>();
    told->id = TopicId(ids[i]);
    told->parent = command.parents[i] < 0 ? 0 : ids[static_cast<std::size_t>(command.parents[i])];
    told->name = topic.name;
    told->description = topic.description;
    told->keywords = topic.keywords;
    const Topic* known = state.topics->find(topic.id);
    const bool unchanged = known != nullptr && known->name == topic.name;
    told->labels_by = unchanged ? known->labels_by : schemas::LabelSource::person;
    if (known != nullptr) {
      told->exemplars = known->exemplars;
      told->members = known->members;
    }
    event.topics.push_back(std::move(told));
  }
  Decision decision{{}, {}, {}, event.version};
  cancel_topic_runs(state, decision.events);
  decision.events.push_back(schemas::encode(event));
  return decision;
}

Result<Decision> decide_on(const DatasetState& state, const SetTargets& command, const Now& /*now*/) {
  double sum = 0;
  schemas::CoverageTargetsSetT event;
  for (const auto& [topic, percent] : command.targets) {
    if (!state.topics->is_leaf(topic)) {
      return schemas::fail(ErrorCode::invalid_argument, "leaf topics", "'" + to_text(TopicId(topic)) + "'",
                           {}, "/targets");
    }
    if (!(percent >= 0 && percent <= 100)) {
      return schemas::fail(ErrorCode::invalid_argument, "a share of 0 to 100 percent",
                           std::to_string(percent), {}, "/targets/" + to_text(TopicId(topic)));
    }
    sum += percent;
    auto target = std::make_unique<schemas::CoverageTargetT>();
    target->topic = TopicId(topic);
    target->percent = percent;
    event.targets.push_back(std::move(target));
  }
  if (!command.targets.empty() && std::abs(sum - 100) > 0.5) {
    return schemas::fail(ErrorCode::invalid_argument, "shares that add up to 100 percent",
                         std::to_string(sum), "give every leaf topic its share, or none for an even target",
                         "/targets");
  }
  if (!command.targets.empty() && command.targets.size() != state.topic_counts.size()) {
    return schemas::fail(
        ErrorCode::invalid_argument,
        "a share for each of the " + std::to_string(state.topic_counts.size()) + " leaf topics",
        std::to_string(command.targets.size()), {}, "/targets");
  }
  return Decision{{schemas::encode(event)}, {}, {}, command.targets.size()};
}

}  // namespace engine
