#include <algorithm>

#include "engine/apply_parts.hpp"

namespace engine {

void apply_vectors_computed(DatasetState& state, const schemas::VectorsComputed& event, const Fact& fact) {
  state.vector_blocks.push_back({*event.block(), text_of(event.embedder()), fact.position});
  const auto block = static_cast<std::uint32_t>(state.vector_blocks.size());
  const std::uint32_t records = event.records() == nullptr ? 0 : event.records()->size();
  for (std::uint32_t row = 0; row < records; ++row) {
    const std::uint64_t number = event.records()->Get(row);
    while (state.vectors.size() < number) state.vectors.push_back({});
    state.vectors.write(number - 1) = {block, row};
  }
  if (event.text_hashes() == nullptr) return;
  for (std::uint32_t text = 0; text < event.text_hashes()->size() / 16; ++text) {
    TextHash hash{};
    std::copy_n(event.text_hashes()->data() + 16 * std::size_t{text}, hash.size(), hash.begin());
    state.text_vectors[hash].push_back({block, records + text});
  }
}

void forget_vector(DatasetState& state, std::uint64_t number) {
  if (number <= state.vectors.size()) state.vectors.write(number - 1) = {};
}

}  // namespace engine
