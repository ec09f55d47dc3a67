#include "steps/topic_events.hpp"

#include <algorithm>
#include <map>

namespace steps {

namespace {
constexpr std::size_t members_kept_max = 200;  // per topic, for the categorizer to learn from

std::vector<std::uint64_t> records_of(const FoundTopics& found, const std::vector<std::uint32_t>& rows,
                                      std::size_t most) {
  std::vector<std::uint64_t> numbers;
  const std::size_t stride = std::max<std::size_t>(1, (rows.size() + most - 1) / most);
  for (std::size_t i = 0; i < rows.size(); i += stride) numbers.push_back(found.records[rows[i]]);
  return numbers;
}

std::unique_ptr<schemas::TopicT> told(const FoundTopics& found, std::size_t number, std::uint32_t id,
                                      std::uint32_t parent) {
  const topics::Topic& topic = found.proposal.topics[number];
  const bool by_model =
      found.naming != nullptr && number < found.naming->by_model.size() && found.naming->by_model[number];
  auto table = std::make_unique<schemas::TopicT>();
  table->id = schemas::TopicId(id);
  table->parent = parent;
  table->name = topic.name;
  table->description = topic.description;
  if (found.by_grams)
    table->description += " Compared by character n-grams, because the texts are not English.";
  table->keywords = topic.keywords;
  table->labels_by = by_model ? schemas::LabelSource::llm : schemas::LabelSource::keyphrase;
  table->exemplars = records_of(found, topic.exemplars, topic.exemplars.size() + 1);
  if (number < found.proposal.leaves) table->members = records_of(found, topic.members, members_kept_max);
  return table;
}
}  // namespace

// Upper nodes first: the hierarchy names parents before their children.
schemas::TopicsDefinedT topics_found(const engine::StepInput& input, const FoundTopics& found) {
  const topics::TopicProposal& proposal = found.proposal;
  schemas::TopicsDefinedT event;
  event.version = input.state.topics->version + 1;
  event.method = schemas::TopicsMethod::automatic;
  event.clear_assignments = true;
  event.run = input.run.id;
  event.embedder = found.compared_by;
  event.language = found.english ? "en" : "other";
  event.outliers = proposal.outliers;
  if (found.naming != nullptr) {
    event.label_model = found.naming->model;
    event.label_problem = found.naming->problem;
  }
  std::vector<std::uint32_t> id_of(proposal.topics.size(), 0);
  std::uint32_t next = input.state.topics_ever + 1;
  const auto add = [&](std::size_t i) {
    const topics::Topic& topic = proposal.topics[i];
    id_of[i] = next++;
    const std::uint32_t parent = topic.parent == topics::Topic::no_parent ? 0 : id_of[topic.parent];
    event.topics.push_back(told(found, i, id_of[i], parent));
  };
  // Among upper nodes the last is the highest.
  for (std::size_t i = proposal.topics.size(); i-- > proposal.leaves;) add(i);
  for (std::size_t i = 0; i < proposal.leaves; ++i) add(i);
  return event;
}

schemas::Result<engine::StepBlock> split_block(const engine::StepInput& input, const FoundTopics& found) {
  const std::uint32_t topic = input.run.topics->split;
  const topics::TopicProposal& proposal = found.proposal;
  if (proposal.leaves < 2) {
    return schemas::fail(schemas::ErrorCode::blocked, "texts that fall into at least two groups",
                         "texts that are all alike", "the topic stays as it is");
  }
  schemas::TopicSplitT split;
  split.topic = schemas::TopicId(topic);
  split.run = input.run.id;
  if (found.naming != nullptr) split.label_problem = found.naming->problem;
  const std::uint32_t first_id = input.state.topics_ever + 1;
  for (std::uint32_t leaf = 0; leaf < proposal.leaves; ++leaf)
    split.parts.push_back(told(found, leaf, first_id + leaf, topic));

  schemas::TopicsAssignedT assigned;
  assigned.run = schemas::RunId(input.run.id);
  assigned.first_record = schemas::RecordId(found.records.front());
  const std::size_t count = found.records.back() - found.records.front() + 1;
  assigned.topics.assign(count, 0);
  assigned.confidences.assign(count, 0);
  assigned.methods.assign(count, 0);
  assigned.runner_ups.assign(count, 0);
  for (std::size_t row = 0; row < found.records.size(); ++row) {
    const std::uint64_t number = found.records[row];
    const std::size_t at = number - found.records.front();
    assigned.topics[at] = first_id + proposal.topic_of_row[row];
    // Which part it is has not been checked on held-out records; that it belongs to one of them was.
    assigned.confidences[at] = input.state.records[number - 1].confidence;
    assigned.methods[at] = static_cast<std::uint8_t>(schemas::AssignmentMethod::embedding);
  }
  return engine::StepBlock{{schemas::encode(split), schemas::encode(assigned)}, true};
}

schemas::TopicsDefinedT topics_from_template(const engine::StepInput& input, const topics::Template& made) {
  schemas::TopicsDefinedT event;
  event.version = input.state.topics->version + 1;
  event.method = schemas::TopicsMethod::template_;
  event.clear_assignments = input.run.topics->clear_assignments;
  event.run = input.run.id;
  event.template_name = std::string(made.name);
  std::uint32_t next = input.state.topics_ever + 1;
  const auto add = [&](const topics::TemplateTopic& topic, std::uint32_t parent) {
    auto table = std::make_unique<schemas::TopicT>();
    table->id = schemas::TopicId(next);
    table->parent = parent;
    table->name = std::string(topic.name);
    table->description = std::string(topic.description);
    for (const std::string_view keyword : topic.keywords) table->keywords.emplace_back(keyword);
    table->labels_by = schemas::LabelSource::template_;
    event.topics.push_back(std::move(table));
    return next++;
  };
  for (const topics::TemplateTopic& topic : made.topics) {
    const std::uint32_t parent = add(topic, 0);
    for (const topics::TemplateTopic& child : topic.children) add(child, parent);
  }
  return event;
}

}  // namespace steps
