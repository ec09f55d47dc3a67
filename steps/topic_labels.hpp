// Names, descriptions and keywords of found topics by a language model: what it is asked, and what of its
// answers is taken. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "steps/llm/chat.hpp"
#include "steps/topics/find_topics.hpp"

namespace steps {

// Some topics of a proposal, to be named in one call.
struct LabelCall {
  std::vector<std::size_t> topics;  // indexes into TopicProposal::topics
  llm::ChatRequest request;
};

// Calls for the topics [first, last), eight a call, at most `calls_max`. Each is shown by its keywords, its
// most central texts, the topics below it, and the names of the others beside it.
std::vector<LabelCall> label_calls(const topics::TopicProposal& proposal, std::span<const std::string> texts,
                                   std::size_t first, std::size_t last, std::size_t calls_max,
                                   const std::string& model);

// Puts what the model said into the proposal; a name that one of the siblings has already, or that is none
// (empty, over 60 characters), leaves the topic as it is. Gives the topics that were named. Error: corrupt
// when the answer is no JSON of the asked shape.
schemas::Result<std::vector<std::size_t>> take_labels(const LabelCall& call, const std::string& answer,
                                                      topics::TopicProposal& proposal);

}  // namespace steps
