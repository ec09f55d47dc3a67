// Pulls from the sources of the configuration into the collector, each on its schedule and on a thread of its
// own ("pull"), and keeps how far it came beside the traces. A source that is down or wrong is told of in its
// status and asked again later; it stops nothing else. Every function from any thread.
//
// A pull goes from a little before the watermark to now, in windows of time, the oldest first; within a
// window sources tell the newest first. The watermark moves when a window has been taken in whole, durably,
// and only as far as the newest that was told of, since the clock of those who wrote it may be behind ours.
// What is told again changes nothing: the key is (trace, span).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "steps/traces/pull_source.hpp"

namespace steps::traces {

class Collector;

enum class PullState : std::uint8_t {
  idle,     // waits for its time
  pulling,  // now
  failing,  // the last pull failed; it will be tried again
  off,      // has no schedule: pulls when asked
};
[[nodiscard]] std::string_view pull_state_name(PullState state);

struct SourceStatus {
  TraceSource source;
  PullState state = PullState::idle;
  std::optional<std::int64_t> watermark;     // µs UTC, as all times here
  std::optional<std::int64_t> last_pull_at;  // when it ended, however
  std::uint64_t last_taken = 0;              // spans or observations that were new or had changed
  std::uint64_t taken_total = 0;
  std::string last_error;  // of the last pull; empty: it worked
  std::optional<std::int64_t> next_pull_at;
  std::uint64_t failures = 0;  // pulls that failed since the start
};

struct PullerOptions {
  std::function<std::int64_t()> now;              // µs UTC; the system's clock when empty
  std::chrono::hours first_age{24 * 30};          // how far back the first pull goes, when not told
  std::chrono::milliseconds timeout{60'000};      // of one page, from connect to the last byte
  std::chrono::milliseconds retry_delay{1000};    // after the first failure; doubled up to 30 s, with jitter;
                                                  // a server's Retry-After goes before it, up to an hour
  std::chrono::milliseconds wrong_delay{60'000};  // after an error that time does not heal, at least
};

class SourcePuller {
 public:
  // The sources must have passed check_trace_sources. Nothing is asked before start().
  SourcePuller(Collector& collector, std::vector<TraceSource> sources, const PullerOptions& options = {});
  ~SourcePuller();
  SourcePuller(const SourcePuller&) = delete;
  SourcePuller& operator=(const SourcePuller&) = delete;

  void start();
  // Ends what is under way at once and waits for the threads; a name that is just being resolved may take the
  // resolver's time.
  void stop();

  [[nodiscard]] std::vector<SourceStatus> statuses() const;  // in the order of the configuration
  // Sees to it that it is pulled now; one under way is not started twice. not_found names those there are.
  [[nodiscard]] schemas::Result<SourceStatus> pull(std::string_view name);

 private:
  class Source;
  std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace steps::traces
