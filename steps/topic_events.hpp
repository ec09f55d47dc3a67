// What the search for topics has found, as events. Pure functions of the state and the proposal.
#pragma once

#include <string>
#include <vector>

#include "engine/step.hpp"
#include "steps/name_topics.hpp"
#include "steps/topics/find_topics.hpp"
#include "steps/topics/templates.hpp"

namespace steps {

struct FoundTopics {
  const topics::TopicProposal& proposal;
  const std::vector<std::uint64_t>& records;  // whose texts the proposal's rows are
  std::string compared_by;                    // an embedder's name, "words" or "character n-grams"
  bool by_grams = false;                      // of characters: nobody knew the language's words
  bool english = true;
  const Naming* naming = nullptr;  // by a model; null: none was asked
};

schemas::TopicsDefinedT topics_found(const engine::StepInput& input, const FoundTopics& found);

// The topic that the run divides gets the proposal's leaves as its parts, and its records their new topic.
// Error: blocked when its texts are all alike.
schemas::Result<engine::StepBlock> split_block(const engine::StepInput& input, const FoundTopics& found);

schemas::TopicsDefinedT topics_from_template(const engine::StepInput& input, const topics::Template& made);

}  // namespace steps
