// Steps that a test scripts: they read the real records and count what they do. Called on worker threads.
// A record is valid unless its text begins with "bad"; its text is its content; its topic is the first or the
// second by the parity of its length.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/step.hpp"
#include "tests/support/engine_gate.hpp"

namespace support {

// What the steps have in common; shared by them and the test.
class Script {
 public:
  std::atomic<std::size_t> block_records = 2;
  Gate before_block;  // every step passes here before its work

  // Asked before each block; an Error fails the attempt. Set before the engine starts.
  std::function<schemas::Result<void>(const engine::StepInput&)> trouble;

  // How often each record of a dataset has been judged, and in which order datasets were worked for.
  [[nodiscard]] std::map<std::uint64_t, int> judged(std::uint64_t dataset) const;
  [[nodiscard]] std::vector<std::uint64_t> order() const;

  schemas::Result<void> enter(const engine::StepInput& input);
  void note_judged(std::uint64_t dataset, std::uint64_t record);

 private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::map<std::uint64_t, int>> judged_;
  std::vector<std::uint64_t> order_;
};

// validate, topics, categorize, coverage.
engine::StepCatalog scripted_steps(const std::shared_ptr<Script>& script);

}  // namespace support
