// What the simulation was promised, kept apart from the engine: every acknowledged fact in its own words.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "engine/dataset_state.hpp"

namespace sim {

using Texts = std::map<std::uint64_t, std::string>;  // by record number

struct Upload {
  Texts texts;
  bool replaces = false;
  bool received = false;
};

// A dataset as the answers to wishes have it.
struct Promised {
  std::string name;
  Texts texts;                                     // of the records that count
  std::map<std::uint64_t, Upload> uploads;         // by run, until it has ended
  std::map<std::uint64_t, std::uint32_t> by_hand;  // record -> topic
  bool deleted = false;
  schemas::Position position = 0;  // up to which all was acknowledged
  std::string digest;              // of the state that was published there

  // Uploads that have completed in `state` count from here on; with `later_daemon`, those that were cut off
  // are gone.
  void settle_uploads(const engine::DatasetState& state, bool later_daemon);
};

using TextOf = std::function<std::string(std::uint64_t record)>;

// Facts that are not as promised, one line each; empty when all are. `at_rest`: nothing is under way or due,
// so that numbers can be compared as well.
std::string broken_promises(const Promised& promised, const engine::DatasetState& state, bool at_rest,
                            const TextOf& text_of);

}  // namespace sim
