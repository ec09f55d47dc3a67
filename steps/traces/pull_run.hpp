// One source, pulled: the requests, the windows, what is taken of each page. Runs on: the source's thread.
// Internal to steps/traces.
#pragma once

#include <functional>
#include <stop_token>

#include "steps/llm/fetch.hpp"
#include "steps/traces/collector.hpp"
#include "steps/traces/source_puller.hpp"
#include "steps/traces/source_state.hpp"

namespace steps::traces {

// Why a pull ended before its end.
struct PullFailure {
  schemas::Error error;
  bool may_heal = true;                               // by waiting
  std::optional<std::chrono::milliseconds> wished{};  // the server's Retry-After
  bool stopped = false;
};

class PullRun {
 public:
  // `on_state` is told of every change of the state, after it has become durable.
  using OnState = std::function<void(const SourceState&)>;
  PullRun(Collector& collector, const TraceSource& source, const PullerOptions& options, OnState on_state);

  // Reads what was kept; what cannot be read begins anew.
  schemas::Result<void> load();
  // One pull. After a failure that may heal the next one goes on where this one ended.
  std::optional<PullFailure> pull(const std::stop_token& stop);
  // Keeps that a pull has ended, and how.
  schemas::Result<void> ended(const std::string& error);
  [[nodiscard]] const SourceState& state() const { return state_; }

 private:
  // The window in hand and how far it has been read.
  struct Position {
    PullWindow window;
    std::string cursor = {};
    std::int64_t newest = 0;  // µs UTC
    unsigned pages = 0;
  };

  [[nodiscard]] std::int64_t begin() const;
  [[nodiscard]] PullWindow window_from(std::int64_t from) const;
  std::optional<PullFailure> pull_window(const std::string& key, const std::stop_token& stop);
  std::optional<PullFailure> pull_page(const std::string& key, const std::stop_token& stop);
  std::optional<PullFailure> refused(const llm::Fetched& fetched, const std::string& key);
  schemas::Result<void> take(const PullPage& page);
  schemas::Result<void> keep(SourceState state);
  schemas::Result<void> finish_window();

  Collector& collector_;
  const TraceSource& source_;
  const PullerOptions& options_;
  OnState on_state_;
  std::unique_ptr<PullSource> api_;
  llm::Fetch fetch_;
  SourceState state_;
  ToldLately lately_;
  std::string lately_kept_;  // as it is on the disk, when known
  std::optional<Position> position_;
  std::int64_t width_;  // of a window, µs
  unsigned limit_ = page_items_max;
  bool has_begun_ = false;     // a pull that was not ended
  std::uint64_t refused_ = 0;  // items of this pull that could not be read
};

}  // namespace steps::traces
