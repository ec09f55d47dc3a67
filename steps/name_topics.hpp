// Has a model name what the search for topics has found, a block of calls at a time. Internal to
// steps/find_topics.cpp. Runs on a worker thread.
#pragma once

#include <string>
#include <vector>

#include "steps/catalog.hpp"
#include "steps/known_calls.hpp"
#include "steps/topics/find_topics.hpp"

namespace steps {

// What a model has named so far. A failure of it is no failure of the run: the topics keep their words.
struct Naming {
  std::string model;
  bool is_loaded = false;
  std::size_t next = 0;        // topics before it have been asked for, or given up
  std::vector<bool> by_model;  // per topic of the proposal
  std::string problem;         // why some have no name from the model; the first reason
  KnownCalls known;

  [[nodiscard]] bool ended(const topics::TopicProposal& proposal) const {
    return model.empty() || next >= proposal.topics.size();
  }
};

// Asks for the next topics and puts the answers into the proposal; the block tells what was answered. Error:
// cancelled alone.
schemas::Result<engine::StepBlock> name_some(const engine::StepInput& input, const Outside& outside,
                                             std::span<const std::string> texts,
                                             topics::TopicProposal& proposal, Naming& naming);

}  // namespace steps
