// How a planned call is put to a model, and how its answer is read: five strategies, one shape of answer.
// Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"
#include "steps/generate/plan.hpp"
#include "steps/llm/chat.hpp"
#include "steps/text/normalize.hpp"

namespace steps::generate {

struct SourceText {
  std::uint64_t record = 0;
  std::string_view line;  // the record's JSON
};

// What the strategy needs to know; `sources` are those of the call, in its order.
struct CallContext {
  std::string objective;  // of the dataset
  TopicState topic;
  std::span<const SourceText> sources;
};

// The request for a call: messages, schema, temperature, max_tokens; `model` is as given. blocked when the
// strategy needs what the sources do not have (tools, a user message).
[[nodiscard]] schemas::Result<llm::ChatRequest> build(const PlannedCall& call, const CallContext& context,
                                                      const Parameters& parameters, const std::string& model,
                                                      text::Scratch& scratch);

struct Generated {
  std::string line;          // a record: {messages, tools?}
  std::uint64_t source = 0;  // record it was made from; 0: several or none
  Strategy strategy = Strategy::few_shot;
};
// Records of an answer. corrupt, with what was expected, when it is not of the asked shape; entries of a
// right answer that are no record come with an empty line, for the filter to count.
[[nodiscard]] schemas::Result<std::vector<Generated>> read_answer(const PlannedCall& call,
                                                                  const CallContext& context,
                                                                  std::string_view answer,
                                                                  text::Scratch& scratch);

}  // namespace steps::generate
