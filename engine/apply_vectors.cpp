#include "engine/apply_parts.hpp"

namespace engine {

void apply_vectors_computed(DatasetState& state, const schemas::VectorsComputed& event, const Fact& fact) {
  state.vector_blocks.push_back({*event.block(), text_of(event.embedder()), fact.position});
  const auto block = static_cast<std::uint32_t>(state.vector_blocks.size());
  for (std::uint32_t row = 0; row < event.records()->size(); ++row) {
    const std::uint64_t number = event.records()->Get(row);
    while (state.vectors.size() < number) state.vectors.push_back({});
    state.vectors.write(number - 1) = {block, row};
  }
}

void forget_vector(DatasetState& state, std::uint64_t number) {
  if (number <= state.vectors.size()) state.vectors.write(number - 1) = {};
}

}  // namespace engine
