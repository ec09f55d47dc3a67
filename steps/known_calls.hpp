// What models have answered in a run, by the hash of the request: an identical call is answered from here,
// also after a crash, so nothing is paid for twice. One thread at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/step.hpp"
#include "steps/llm/chat.hpp"

namespace steps {

class KnownCalls {
 public:
  // Those of CallsRecorded's blocks.
  schemas::Result<void> load(std::span<const engine::WorkBlock> blocks, const engine::BlobReader& blobs);
  void add(const llm::ChatAnswer& answer);
  [[nodiscard]] std::optional<llm::ChatAnswer> find(std::string_view request_hash) const;

 private:
  std::unordered_map<std::string, llm::ChatAnswer> by_hash_;
};

// The event and the blob that keep these answers. `run` names the run that asked.
struct RecordedCalls {
  schemas::NewEvent event;
  store::Blob blob;
};
RecordedCalls record_calls(std::uint64_t run, std::span<const llm::ChatAnswer> answers);

// The next request would fail as this one did: nothing is learned by asking on.
bool stops_the_run(schemas::ErrorCode code);
// What was answered beside a failure that stops the run, and was not remembered, as CallsRecorded; `failure`
// is put by, to be told when that is in the log. At once where there is nothing to keep.
schemas::Result<engine::StepBlock> keep_and_fail(std::uint64_t run, const schemas::Error& failure,
                                                 std::span<const schemas::Result<llm::ChatAnswer>> answers,
                                                 KnownCalls& known, std::optional<schemas::Error>& put_by);

// The JSON object in an answer, which models may put between words or fences; the answer where there is none.
[[nodiscard]] std::string_view json_object_in(std::string_view answer);

// Asks for what the run has not been answered yet; what is new is in `block` when this returns, as an event,
// and in `known`.
std::vector<schemas::Result<llm::ChatAnswer>> ask_and_record(const engine::StepInput& input,
                                                             llm::Models& models,
                                                             std::span<const llm::ChatRequest> requests,
                                                             KnownCalls& known, engine::StepBlock& block);

}  // namespace steps
