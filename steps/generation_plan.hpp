// The plan of a generation from the state of a dataset. The step keeps it as an event; the API shows it
// before anything is spent. Pure; any thread.
#pragma once

#include "engine/dataset_state.hpp"
#include "steps/generate/plan.hpp"

namespace steps {

generate::Parameters generation_parameters(const schemas::GenerateParametersT& given, std::uint64_t seed);
// What the prompts say of the leaf topics, in the order of the tree.
std::vector<generate::TopicState> topics_to_generate(const engine::DatasetState& state);
// As generate::make_plan.
schemas::Result<generate::Plan> plan_generation(const engine::DatasetState& state,
                                                const generate::Parameters& parameters);
// Tokens of a valid record, on average; 0 without one.
std::uint64_t mean_record_tokens(const engine::DatasetState& state);

}  // namespace steps
