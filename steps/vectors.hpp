// Vectors of records: read from the blobs that the log names; what is missing is computed once and told as an
// event, so that no replay and no later run computes it again. Runs on: worker threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/step.hpp"
#include "steps/embed/embedder.hpp"
#include "steps/topics/matrix.hpp"

namespace steps {

// The last user message of each record, at most 16 KiB of it: its beginning says what it is about.
schemas::Result<std::vector<std::string>> texts_of(const engine::StepInput& input,
                                                   std::span<const std::uint64_t> records);

// Those of `records` of which `embedder` has made no vector yet, a content that several share once.
std::vector<std::uint64_t> without_vector(const engine::DatasetState& state,
                                          std::span<const std::uint64_t> records,
                                          const std::string& embedder);

// Embeds the texts of `records` and adds the event and the blob that say so. The rows are those that a later
// read gives, rounding included, so that it does not matter who computed them. Cost: the embedder's.
schemas::Result<std::vector<float>> compute_vectors(const engine::StepInput& input,
                                                    const embed::Embedder& embedder,
                                                    std::span<const std::uint64_t> records,
                                                    std::span<const std::string> texts,
                                                    engine::StepBlock& block);

// The next block of a long list: at most `count` of `missing`, beginning with the one that `done` counts to.
// Says so in `block` and moves `done` on.
schemas::Result<void> compute_next_vectors(const engine::StepInput& input, const embed::Embedder& embedder,
                                           std::span<const std::uint64_t> missing, std::size_t count,
                                           std::size_t& done, engine::StepBlock& block);

// A row for each of `records`; all of them must have one. Reads each blob once when the records are in order.
schemas::Result<topics::Matrix> read_vectors(const engine::StepInput& input, const embed::Embedder& embedder,
                                             std::span<const std::uint64_t> records);

}  // namespace steps
