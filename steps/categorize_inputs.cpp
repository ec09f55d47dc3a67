#include "steps/categorize_inputs.hpp"

namespace steps {

namespace {
constexpr std::size_t corpus_max = 4'000;
}

std::vector<topics::TopicText> leaves_of(const engine::TopicTree& tree) {
  std::vector<topics::TopicText> leaves;
  for (const std::uint32_t id : tree.leaves()) {
    const engine::Topic& topic = *tree.find(id);
    // The sentence that a computed label is described by repeats its keywords and one of its texts.
    const bool computed = topic.labels_by == schemas::LabelSource::keyphrase;
    leaves.push_back({id, topic.name, computed ? std::string() : topic.description, topic.keywords});
  }
  return leaves;
}

std::map<std::uint64_t, std::uint32_t> labelled(const engine::DatasetState& state) {
  std::map<std::uint64_t, std::uint32_t> topic_of;
  for (const engine::Topic& topic : state.topics->topics) {
    if (!state.topic_counts.contains(topic.id)) continue;
    for (const std::uint64_t number : topic.members) {
      const engine::RecordRow* row = state.record(schemas::RecordId(number));
      if (row != nullptr && row->visible() && row->valid() && !row->is(engine::edited))
        topic_of[number] = topic.id;
    }
  }
  for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
    const engine::RecordRow& row = state.records[number - 1];
    if (row.visible() && row.valid() && row.method == schemas::AssignmentMethod::manual)
      topic_of[number] = row.topic;
  }
  return topic_of;
}

std::vector<std::uint64_t> corpus_of(const engine::DatasetState& state) {
  const std::uint64_t stride = std::max<std::uint64_t>(1, state.counters.valid / corpus_max);
  std::vector<std::uint64_t> numbers;
  std::uint64_t seen = 0;
  for (std::uint64_t number = 1; number <= state.records.size(); ++number) {
    const engine::RecordRow& row = state.records[number - 1];
    if (row.visible() && row.valid() && seen++ % stride == 0) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace steps
