// What a step is to the engine: a name and one function that does the next block of work. The engine calls
// it again and again until it says `done`, commits each block as events, and can stop, resume or repeat it
// between any two: the state tells what has been done. Runs on a worker thread; never sees the engine.
#pragma once

#include <any>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/dataset_state.hpp"
#include "schemas/error.hpp"
#include "schemas/facts.hpp"
#include "store/event_log.hpp"

namespace engine {

// Reads payloads; any thread.
class BlobReader {
 public:
  virtual ~BlobReader() = default;
  // The uncompressed bytes of a block. Recently written blocks come from memory.
  virtual schemas::Result<std::shared_ptr<const std::string>> read(const BlobId& id) const = 0;
};

// The bytes of one record as imported or last edited.
schemas::Result<std::string> read_record(const DatasetState& state, RecordId record, const BlobReader& blobs);
// Visits consecutive records, reading each block once. `visit` gets the record's number and bytes.
schemas::Result<void> read_records(const DatasetState& state, std::span<const std::uint64_t> numbers,
                                   const BlobReader& blobs,
                                   const std::function<void(std::uint64_t, std::string_view)>& visit);

struct StepInput {
  const DatasetState& state;
  const Run& run;
  const BlobReader& blobs;
  std::stop_token stop;  // asked to stop: return early with what is there
};

struct StepBlock {
  std::vector<schemas::NewEvent> events;
  bool done = false;
  std::vector<store::Blob> blobs = {};  // that the events name
};

struct StepKind {
  StepName name;
  std::string_view summary;
  // `scratch` lives from block to block of one attempt (a fitted model, a plan) and is gone after a crash, so
  // it may hold only what can be computed again. An Error counts as a failed attempt.
  std::function<schemas::Result<StepBlock>(const StepInput& input, std::any& scratch)> work;
  // It mostly waits for somebody outside (a model), so it runs on a thread of its own kind and keeps no
  // validation waiting.
  bool waits_outside = false;
};

using StepCatalog = std::vector<StepKind>;

}  // namespace engine
