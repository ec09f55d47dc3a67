#include "engine/dataset_state.hpp"

#include <algorithm>
#include <set>

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

std::uint64_t DatasetState::first_of_content(std::uint64_t number) const {
  const RecordRow& row = records[number - 1];
  return row.duplicate_of != 0 && records[row.duplicate_of - 1].hash == row.hash ? row.duplicate_of : number;
}

const VectorPlace* DatasetState::vector(std::uint64_t number, std::string_view embedder) const {
  const auto place_of = [&](std::uint64_t wanted) -> const VectorPlace* {
    if (wanted == 0 || wanted > vectors.size() || vectors[wanted - 1].block == 0) return nullptr;
    const VectorPlace& place = vectors[wanted - 1];
    return vector_blocks[place.block - 1].embedder == embedder ? &place : nullptr;
  };
  const VectorPlace* own = place_of(number);
  return own != nullptr ? own : place_of(first_of_content(number));
}

const VectorPlace* DatasetState::text_vector(const TextHash& hash, std::string_view embedder) const {
  const auto found = text_vectors.find(hash);
  if (found == text_vectors.end()) return nullptr;
  for (const VectorPlace& place : found->second) {
    if (vector_blocks[place.block - 1].embedder == embedder) return &place;
  }
  return nullptr;
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

const GraderVersion* DatasetState::grader() const {
  return graders.empty() ? nullptr : &graders.back();
}

const GraderVersion* DatasetState::grader(std::uint32_t version) const {
  return version == 0 || version > graders.size() ? nullptr : &graders[version - 1];
}

const DryRun* DatasetState::dry_run(std::uint64_t run) const {
  const auto found = std::ranges::find(dry_runs, run, &DryRun::run);
  return found == dry_runs.end() ? nullptr : &*found;
}

const DryRun* DatasetState::last_measured() const {
  for (std::size_t i = dry_runs.size(); i-- > 0;) {
    if (dry_runs[i].measured) return &dry_runs[i];
  }
  return nullptr;
}

const Generation* DatasetState::generation(std::uint64_t run) const {
  const auto found = std::ranges::find(generations, run, &Generation::run);
  return found == generations.end() ? nullptr : &*found;
}

DatasetState outline_of(const DatasetState& state) {
  DatasetState outline = state;
  outline.outline = true;
  outline.records.clear();
  outline.blocks.clear();
  outline.vectors.clear();
  outline.spans.clear();
  outline.vector_blocks.clear();
  return outline;
}

std::size_t bytes_of(const DatasetState& state) {
  constexpr std::size_t duplicates_bytes = 8;  // a record in the index beside it
  return state.records.size() * (sizeof(RecordRow) + duplicates_bytes) + state.blocks.size() * sizeof(Block) +
         state.spans.size() * (sizeof(SpanHash) + duplicates_bytes) +
         state.vectors.size() * sizeof(VectorPlace) + state.vector_blocks.size() * sizeof(VectorBlock);
}

std::vector<BlobId> blobs_of(const DatasetState& state) {
  std::vector<BlobId> blobs;
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  const auto add = [&](const BlobId& id) {
    if (seen.emplace(id.high(), id.low()).second) blobs.push_back(id);
  };
  const auto add_work = [&](const std::vector<WorkBlock>& work) {
    for (const WorkBlock& block : work) add(block.id);
  };
  for (const Block& block : state.blocks) add(block.id);
  for (const VectorBlock& block : state.vector_blocks) add(block.id);
  for (const GraderVersion& grader : state.graders) add(grader.definition);
  for (const DryRun& dry_run : state.dry_runs) {
    if (dry_run.sampled()) add(dry_run.sample);
    add_work(dry_run.answers);
    add_work(dry_run.grades);
    add_work(dry_run.calls);
  }
  for (const Run& run : state.runs) add_work(run.calls);
  for (const Generation& generation : state.generations) {
    add_work(generation.blocks);
    add_work(generation.calls);
  }
  return blobs;
}

}  // namespace engine
