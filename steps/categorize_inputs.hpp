// What a categorization learns from, read off the state. Internal to steps/categorize.cpp. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "engine/dataset_state.hpp"
#include "steps/topics/categorize.hpp"

namespace steps {

std::vector<topics::TopicText> leaves_of(const engine::TopicTree& tree);

// Records whose topic is known: those it was found in, and those a person assigned, whose word counts.
std::map<std::uint64_t, std::uint32_t> labelled(const engine::DatasetState& state);

// Some 4,000 records, evenly spread, whose texts teach without labels what the dataset is like.
std::vector<std::uint64_t> corpus_of(const engine::DatasetState& state);

}  // namespace steps
