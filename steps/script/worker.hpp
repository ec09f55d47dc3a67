// One worker of a pool: a child and what it has loaded, and a second child that waits. Runs batches on the
// first; when it is lost, the second takes its place at once and another is started behind it. Runs on: its
// worker thread. Internal to steps/script.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "steps/script/child_process.hpp"
#include "steps/script/script_pool.hpp"

namespace steps::script {

class Worker {
 public:
  explicit Worker(std::string program) : program_(std::move(program)) {}

  [[nodiscard]] schemas::Result<Diagnostic> check(const Script& script, const std::stop_token& stop);
  // Fills outcomes[i] for calls[i].
  void run(const Script& script, std::span<const Call> calls, std::span<Outcome> outcomes,
           const std::stop_token& stop);
  void cancel() { is_ending_ = true; }

  [[nodiscard]] std::uint64_t restarts() const { return restarts_; }
  [[nodiscard]] bool jit() const { return child_->jit(); }
  [[nodiscard]] const std::string& layers() const { return child_->layers(); }

 private:
  [[nodiscard]] schemas::Result<void> need_child(const Limits& limits);
  // What the script says of itself, or that it could not be loaded.
  struct Loaded {
    Fault fault = Fault::none;
    Diagnostic error;
  };
  [[nodiscard]] Loaded load(const Script& script, const std::stop_token& stop);
  // Grades `todo` (indices) until the child is lost or all is done; takes what is done out of `todo`.
  void grade(const Script& script, std::span<const Call> calls, std::vector<std::uint32_t>& todo,
             std::span<Outcome> outcomes, const std::stop_token& stop);
  void lose(Wait wait, const Limits& limits, Outcome& outcome);
  [[nodiscard]] static std::uint32_t read_results(const std::string& body,
                                                  std::span<const std::uint32_t> todo,
                                                  std::span<Outcome> outcomes);

  std::string program_;
  std::unique_ptr<ChildProcess> child_ = std::make_unique<ChildProcess>();
  std::unique_ptr<ChildProcess> spare_ = std::make_unique<ChildProcess>();
  std::uint64_t memory_bytes_ = 0;  // of both children
  bool has_script_ = false;
  Script loaded_;
  std::string frame_;
  std::uint64_t restarts_ = 0;
  std::atomic<bool> is_ending_ = false;
};

}  // namespace steps::script
