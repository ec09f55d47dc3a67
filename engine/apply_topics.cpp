#include <algorithm>

#include "engine/account.hpp"
#include "engine/apply_parts.hpp"

namespace engine {

void uncategorize(DatasetState& state, std::uint64_t number) {
  change_record(state, number, [](RecordRow& row) {
    row.topic = row.runner_up = 0;
    row.confidence = 0;
    row.method = AssignmentMethod::none;
  });
}

Topic topic_from(const schemas::Topic& told) {
  Topic topic;
  topic.id = told.id()->value();
  topic.parent = told.parent();
  topic.name = text_of(told.name());
  topic.description = text_of(told.description());
  topic.labels_by = told.labels_by();
  if (told.members() != nullptr) topic.members.assign(told.members()->begin(), told.members()->end());
  if (told.keywords() != nullptr) {
    for (const auto* keyword : *told.keywords()) topic.keywords.push_back(keyword->str());
  }
  if (told.exemplars() != nullptr) topic.exemplars.assign(told.exemplars()->begin(), told.exemplars()->end());
  return topic;
}

namespace {
std::shared_ptr<const TopicTree> tree_from(const schemas::TopicsDefined& event) {
  auto tree = std::make_shared<TopicTree>();
  tree->version = event.version();
  tree->method = event.method();
  tree->template_name = text_of(event.template_name());
  tree->embedder = text_of(event.embedder());
  tree->language = text_of(event.language());
  tree->outliers = event.outliers();
  tree->label_model = text_of(event.label_model());
  tree->label_problem = text_of(event.label_problem());
  if (event.topics() == nullptr) return tree;
  for (const schemas::Topic* told : *event.topics()) tree->topics.push_back(topic_from(*told));
  return tree;
}
}  // namespace

void settle_leaves(DatasetState& state) {
  std::map<std::uint32_t, TopicCount> counts;
  for (const std::uint32_t leaf : state.topics->leaves()) counts[leaf];
  for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
    const RecordRow& row = state.records[number - 1];
    if (row.topic != 0 && !counts.contains(row.topic)) uncategorize(state, number);
    const bool gone = row.runner_up != 0 && !counts.contains(row.runner_up);
    if (gone) state.records.write(number - 1).runner_up = 0;
  }
  for (auto& [leaf, count] : counts) count = state.topic_counts[leaf];
  state.topic_counts = std::move(counts);
  std::erase_if(state.targets,
                [&](const auto& target) { return !state.topic_counts.contains(target.first); });
  state.calibration = {};
}

void apply_topics_defined(DatasetState& state, const schemas::TopicsDefined& event, const Fact& fact) {
  const bool first = state.topics->version == 0;
  state.topics = tree_from(event);
  for (const Topic& topic : state.topics->topics) state.topics_ever = std::max(state.topics_ever, topic.id);
  if (event.clear_assignments()) {
    for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
      if (state.records[number - 1].topic != 0) uncategorize(state, number);
    }
  }
  settle_leaves(state);
  // An edit before anybody has assigned does not take back that somebody will.
  state.categorize_due = !state.topic_counts.empty() && (first || event.run() != 0 || state.categorize_due);
  state.topics_changed = {fact.position, event.run() != 0 ? "topics generated" : "topics edited"};
  state.assignments_changed = {fact.position, state.topics_changed.because};
}

void apply_topics_assigned(DatasetState& state, const schemas::TopicsAssigned& event, const Fact& fact) {
  Run& run = run_for_writing(state, event.run()->value());
  const bool overwrite_manual = run.categorize && run.categorize->overwrite_manual;
  for (std::uint32_t i = 0; i < event.topics()->size(); ++i) {
    const std::uint64_t number = event.first_record()->value() + i;
    const std::uint32_t topic = event.topics()->Get(i);
    const RecordRow& before = state.records[number - 1];
    if (topic != 0) ++run.done;
    if (topic == 0 || before.is(deleted) || (before.method == AssignmentMethod::manual && !overwrite_manual))
      continue;
    change_record(state, number, [&](RecordRow& row) {
      row.topic = topic;
      row.confidence = event.confidences()->Get(i);
      row.method = static_cast<AssignmentMethod>(event.methods()->Get(i));
      row.runner_up = event.runner_ups() == nullptr ? 0 : event.runner_ups()->Get(i);
    });
  }
  get_on(run);
  run.total = std::max(run.total, run.done);
  state.assignments_changed = {fact.position, "records categorized"};
}

void apply_topic_assigned_manually(DatasetState& state, const schemas::TopicAssignedManually& event,
                                   const Fact& fact) {
  for (const std::uint64_t number : *event.records()) {
    if (event.topic() == 0) {
      uncategorize(state, number);
      continue;
    }
    change_record(state, number, [&](RecordRow& row) {
      row.topic = event.topic();
      row.runner_up = 0;
      row.confidence = 1;
      row.method = AssignmentMethod::manual;
    });
  }
  state.assignments_changed = {fact.position, "topics assigned by hand"};
}

void apply_assignments_cleared(DatasetState& state, const schemas::AssignmentsCleared& event,
                               const Fact& fact) {
  for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
    const RecordRow& row = state.records[number - 1];
    if (row.topic != 0 && !(event.keep_manual() && row.method == AssignmentMethod::manual))
      uncategorize(state, number);
  }
  state.assignments_changed = {fact.position, "assignments cleared"};
}

void apply_calibration_fitted(DatasetState& state, const schemas::CalibrationFitted& event) {
  state.calibration = {event.run()->value(), event.temperature(), event.samples(), event.error_before(),
                       event.error_after()};
}

void apply_coverage_measured(DatasetState& state, const schemas::CoverageMeasured& event, const Fact& fact) {
  state.coverage = CoverageMeasurement{event.balance(), event.noise_floor(), event.entropy(),
                                       event.effective_topics(), fact.position};
}

void apply_coverage_targets_set(DatasetState& state, const schemas::CoverageTargetsSet& event) {
  state.targets.clear();
  if (event.targets() == nullptr) return;
  for (const schemas::CoverageTarget* target : *event.targets())
    state.targets[target->topic()->value()] = target->percent();
}

}  // namespace engine
