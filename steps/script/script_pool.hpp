// Runs JavaScript graders in sandboxed child processes, program rftd-script; never in the daemon itself.
// Each worker has one thread ("script-N") and one child. A child has no files, no network, no other processes
// and no clock; what it does wrong costs the record at hand an error, and a new child is there in
// milliseconds. Runs on: any thread may call; calls wait there. Calls of several threads share the workers.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"

namespace steps::script {

struct Limits {
  // For one record, in processor time of the child, so that a busy machine fails no record; in elapsed time
  // four times as long. 1 ms .. 60 s.
  std::chrono::milliseconds time{1000};
  std::uint64_t memory_bytes =
      64U << 20U;  // the JavaScript heap, 16 MiB .. 1 GiB; array buffers half as much beside it
  std::uint64_t console_bytes = 4096;  // kept of what a record prints
  bool has_clock = false;              // Date and Intl.DateTimeFormat exist
  bool fresh_context =
      false;               // a new global object for every record: about 1 ms each, for scripts that insist
  std::uint64_t seed = 0;  // of Math.random, which starts anew for every record
};

// A script is evaluated anew for every record, in strict mode, so top-level variables keep nothing from one
// to the next; the built-in objects are frozen. It must define grade(sample, item) or evaluate({sample,
// item}), which gives a number from 0 to 1, or {score, reason}.
struct Script {
  static constexpr std::size_t source_bytes_max = 1U << 20U;
  std::string source;
  Limits limits;
};

// Where a script is wrong. line and column count from 1; 0: not known.
struct Diagnostic {
  std::string message;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  explicit operator bool() const { return !message.empty(); }
};

struct Call {
  std::string_view sample;   // JSON object
  std::string_view item;     // JSON object
  std::uint64_t number = 0;  // of the record: with Limits::seed, what Math.random starts from
};

enum class Fault : std::uint8_t {
  none,
  exception,   // the script threw
  bad_result,  // what it gave is no score: NaN, a string, 7, undefined, a promise ...
  time,        // Limits::time has passed
  memory,      // Limits::memory_bytes was used up
  crashed,     // the child died: one huge allocation, a forbidden system call
  cancelled,
  unavailable,  // no child could be started
};
[[nodiscard]] std::string_view fault_name(Fault fault);

struct Outcome {
  std::optional<double> score;  // 0..1, exactly when fault is none
  std::string reason;
  Fault fault = Fault::none;
  Diagnostic error;     // what went wrong, for a person
  std::string console;  // lines that the script printed
};

class ScriptPool {
 public:
  struct Options {
    std::filesystem::path program;  // rftd-script
    unsigned workers = 2;           // 1..256; children start when first needed
  };
  // not_found when the program is not there, with where it was looked for.
  [[nodiscard]] static schemas::Result<std::unique_ptr<ScriptPool>> make(Options options);
  ~ScriptPool();

  // Compiles and evaluates the script once, without a record. An empty Diagnostic: it can grade. An Error: it
  // could not be told (no child starts).
  [[nodiscard]] schemas::Result<Diagnostic> check(const Script& script);

  // One outcome a call, in order. Never fails as a whole. Batches of a thousand or more go fastest.
  [[nodiscard]] std::vector<Outcome> run(const Script& script, std::span<const Call> calls,
                                         std::stop_token stop);

  struct Status {
    unsigned workers = 0;
    std::uint64_t records = 0;   // graded since the pool was made
    std::uint64_t restarts = 0;  // children that were ended or died, at rest or at work
    std::string
        sandbox;      // layers in force in the newest child: "seccomp no_new_privs rlimits userns landlock"
    bool jit = true;  // false: memory may not be made executable here, and scripts run at half the speed
  };
  [[nodiscard]] Status status() const;

 private:
  struct Impl;
  explicit ScriptPool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Beside the running program, else in its ../libexec/rftd; the first that exists. Else the first, for the
// message.
[[nodiscard]] std::filesystem::path default_program();

}  // namespace steps::script
