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

// Rows, and what each is made of.
struct Vectors {
  topics::Matrix rows;
  std::vector<embed::Part> parts;
};

// The last user message of each record, at most 16 KiB of it: its beginning says what it is about.
schemas::Result<std::vector<std::string>> texts_of(const engine::StepInput& input,
                                                   std::span<const std::uint64_t> records);

// Those of `records` of which `embedder` has made no vector yet, a content that several share once.
std::vector<std::uint64_t> without_vector(const engine::DatasetState& state,
                                          std::span<const std::uint64_t> records,
                                          const std::string& embedder);

// Embeds the texts of `records` and adds the event and the blob that say so. The rows are those that a later
// read gives, rounding included, so that it does not matter who computed them. A model elsewhere is not asked
// for the text of a record whose content another one has had, even one that is deleted by now. Cost: the
// embedder's. Errors: the embedder's; corrupt when it gives vectors of another length than before.
schemas::Result<Vectors> compute_vectors(const engine::StepInput& input, const embed::Embedder& embedder,
                                         std::span<const std::uint64_t> records,
                                         std::span<const std::string> texts, engine::StepBlock& block);

// The next block of a long list: of `missing`, beginning with the one that `done` counts to. 2,048 of them;
// 256 where a model elsewhere is asked, whose answers cost. Says so in `block` and moves `done` on.
schemas::Result<void> compute_next_vectors(const engine::StepInput& input, const embed::Embedder& embedder,
                                           std::span<const std::uint64_t> missing, std::size_t& done,
                                           engine::StepBlock& block);

// A row for each of `records`; all of them must have one. Reads each blob once when the records are in order.
schemas::Result<Vectors> read_vectors(const engine::StepInput& input, const embed::Embedder& embedder,
                                      std::span<const std::uint64_t> records);

// Vectors of texts that are no records, such as names of topics. A local embedder makes them anew; what a
// model elsewhere made is kept, and asks_for_texts tells in `block` what it has answered for those that the
// log lacks; true when it had to. read_texts then needs all of them.
schemas::Result<bool> asks_for_texts(const engine::StepInput& input, const embed::Embedder& embedder,
                                     std::span<const std::string> texts, engine::StepBlock& block);
schemas::Result<topics::Matrix> read_texts(const engine::StepInput& input, const embed::Embedder& embedder,
                                           std::span<const std::string> texts);

}  // namespace steps
