#include "steps/name_topics.hpp"

#include <algorithm>

#include "steps/topic_labels.hpp"

namespace steps {

namespace {
constexpr std::size_t calls_a_block = 8;

schemas::NewEvent progress(const engine::StepInput& input, const topics::TopicProposal& proposal,
                           const Naming& naming) {
  schemas::RunProgressedT event;
  event.run = schemas::RunId(input.run.id);
  event.done = input.run.done;
  event.total = input.run.total;
  const auto named = std::ranges::count(naming.by_model, true);
  event.stage = "named " + std::to_string(named) + " of " + std::to_string(proposal.topics.size()) +
                " topics with " + naming.model;
  if (!naming.problem.empty()) event.stage += "; the others by their words: " + naming.problem;
  return schemas::encode(event);
}

void note(Naming& naming, const std::string& problem) {
  if (naming.problem.empty()) naming.problem = problem;
}

// Whether anything came of the call.
bool take(const LabelCall& call, const schemas::Result<llm::ChatAnswer>& answer,
          topics::TopicProposal& proposal, Naming& naming) {
  if (!answer) {
    note(naming, answer.error().message());
    return false;
  }
  if (!answer->complete()) {
    note(naming, naming.model + " gave no whole answer (finish reason: " +
                     std::string(llm::finish_name(answer->finish)) + ")");
    return true;
  }
  const auto named = take_labels(call, answer->text, proposal);
  if (!named) {
    note(naming, named.error().message());
    return true;
  }
  for (const std::size_t topic : *named) naming.by_model[topic] = true;
  if (named->size() < call.topics.size())
    note(naming, naming.model + " gave some topics no name, or one that another has already");
  return true;
}
}  // namespace

schemas::Result<engine::StepBlock> name_some(const engine::StepInput& input, const Outside& outside,
                                             std::span<const std::string> texts,
                                             topics::TopicProposal& proposal, Naming& naming) {
  engine::StepBlock block;
  naming.by_model.resize(proposal.topics.size());
  if (!naming.is_loaded) {
    if (auto loaded = naming.known.load(input.run.calls, input.blobs); !loaded)
      return std::unexpected(loaded.error());
    naming.is_loaded = true;
  }
  if (outside.models == nullptr) {
    note(naming, "no language model is configured: add a section [[models]] to rftd.toml");
    naming.next = proposal.topics.size();
  } else {
    // Upper topics are shown by the names of what is below them, so those come first.
    const std::size_t last = naming.next < proposal.leaves ? proposal.leaves : proposal.topics.size();
    const auto calls = label_calls(proposal, texts, naming.next, last, calls_a_block, naming.model);
    std::vector<llm::ChatRequest> requests;
    for (const LabelCall& call : calls) requests.push_back(call.request);
    const auto answers = ask_and_record(input, *outside.models, requests, naming.known, block);
    if (input.stop.stop_requested() && block.events.empty())
      return schemas::fail(schemas::ErrorCode::cancelled, "names of topics", "a request to stop");
    bool any = false;
    for (std::size_t i = 0; i < calls.size(); ++i) any = take(calls[i], answers[i], proposal, naming) || any;
    naming.next = any ? calls.back().topics.back() + 1 : proposal.topics.size();
  }
  block.events.push_back(progress(input, proposal, naming));
  return block;
}

}  // namespace steps
