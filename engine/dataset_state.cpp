#include "engine/dataset_state.hpp"

#include <algorithm>

namespace engine {

const Topic* TopicTree::find(std::uint32_t id) const {
  const auto found = std::ranges::find(topics, id, &Topic::id);
  return found == topics.end() ? nullptr : &*found;
}

bool TopicTree::is_leaf(std::uint32_t id) const {
  return find(id) != nullptr &&
         std::ranges::none_of(topics, [&](const Topic& topic) { return topic.parent == id; });
}

std::vector<std::uint32_t> TopicTree::leaves() const {
  std::vector<std::uint32_t> ids;
  for (const Topic& topic : topics) {
    if (is_leaf(topic.id)) ids.push_back(topic.id);
  }
  return ids;
}

const RecordRow* DatasetState::record(RecordId number) const {
  return number.value() == 0 || number.value() > records.size() ? nullptr : &records[number.value() - 1];
}

const VectorPlace* DatasetState::vector(std::uint64_t number, std::string_view embedder) const {
  const auto place_of = [&](std::uint64_t wanted) -> const VectorPlace* {
    if (wanted == 0 || wanted > vectors.size() || vectors[wanted - 1].block == 0) return nullptr;
    const VectorPlace& place = vectors[wanted - 1];
    return vector_blocks[place.block - 1].embedder == embedder ? &place : nullptr;
  };
  const VectorPlace* own = place_of(number);
  return own != nullptr ? own : place_of(records[number - 1].duplicate_of);
}

const Run* DatasetState::run(RunId number) const {
  return number.value() == 0 || number.value() > runs.size() ? nullptr : &runs[number.value() - 1];
}

namespace {
template <class Predicate>
const Run* newest(const DatasetState& state, Predicate predicate) {
  for (std::size_t i = state.runs.size(); i-- > 0;) {
    if (predicate(state.runs[i])) return &state.runs[i];
  }
  return nullptr;
}
}  // namespace

const Run* DatasetState::last_run(StepName step) const {
  return newest(*this, [&](const Run& run) { return run.step == step; });
}

const Run* DatasetState::last_completed(StepName step) const {
  return newest(*this, [&](const Run& run) { return run.step == step && run.state == RunState::completed; });
}

const Run* DatasetState::active_run(StepName step) const {
  return newest(*this, [&](const Run& run) { return run.step == step && run.active(); });
}

}  // namespace engine
