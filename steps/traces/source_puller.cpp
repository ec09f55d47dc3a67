#include "steps/traces/source_puller.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "steps/traces/pull_run.hpp"

namespace steps::traces {

using schemas::ErrorCode;
using schemas::Result;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {
constexpr milliseconds wish_max{3'600'000};

std::int64_t system_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}
}  // namespace

std::string_view pull_state_name(PullState state) {
  switch (state) {
    case PullState::idle:
      return "idle";
    case PullState::pulling:
      return "pulling";
    case PullState::failing:
      return "failing";
    case PullState::off:
      return "off";
  }
  return "idle";
}

class SourcePuller::Source {
 public:
  Source(Collector& collector, TraceSource source, PullerOptions options)
      : source_(std::move(source)),
        options_(std::move(options)),
        run_(collector, source_, options_, [this](const SourceState& state) { show(state); }),
        random_(std::random_device{}()) {
    if (!options_.now) options_.now = system_now;
    status_.source = source_;
    status_.state = waiting_state();
    loaded_ = run_.load();
    show(run_.state());
    if (!status_.last_error.empty()) status_.state = PullState::failing;
  }

  void start() {
    if (has_schedule()) plan(milliseconds(0));
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  }

  void request_stop() { thread_.request_stop(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] SourceStatus status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

  SourceStatus ask() {
    const std::lock_guard lock(mutex_);
    if (status_.state != PullState::pulling) {
      status_.state = PullState::pulling;
      status_.next_pull_at.reset();
      due_ = Clock::now();
      changed_.notify_all();
    }
    return status_;
  }

 private:
  [[nodiscard]] bool has_schedule() const { return source_.every.count() > 0; }
  [[nodiscard]] PullState waiting_state() const { return has_schedule() ? PullState::idle : PullState::off; }

  void show(const SourceState& state) {
    const std::lock_guard lock(mutex_);
    status_.watermark = state.watermark;
    status_.last_pull_at = state.last_pull_at;
    status_.last_taken = state.last_taken;
    status_.taken_total = state.taken_total;
    status_.last_error = state.last_error;
  }

  void plan(milliseconds wait) {
    const std::lock_guard lock(mutex_);
    due_ = Clock::now() + wait;
    status_.next_pull_at = options_.now() + std::chrono::microseconds(wait).count();
  }

  void work(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "pull");
    while (wait_until_due(stop)) {
      if (!loaded_) loaded_ = run_.load();
      const auto failed = loaded_ ? run_.pull(stop) : std::optional(PullFailure{.error = loaded_.error()});
      if (failed && failed->stopped) return;
      finish(failed);
    }
  }

  bool wait_until_due(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      if (due_ && *due_ <= Clock::now()) {
        due_.reset();
        status_.state = PullState::pulling;
        status_.next_pull_at.reset();
        return true;
      }
      if (due_) {
        // A copy: whoever asks moves it while we wait.
        const auto until = *due_;
        changed_.wait_until(lock, stop, until, [&] { return !due_ || *due_ != until; });
      } else {
        changed_.wait(lock, stop, [&] { return due_.has_value(); });
      }
    }
    return false;
  }

  void finish(const std::optional<PullFailure>& failed) {
    const std::string error = failed ? failed->error.message() : std::string{};
    log_change(error);
    if (loaded_) {
      if (const auto kept = run_.ended(error); !kept)
        spdlog::error("trace source {}: {}", source_.name, kept.error().message());
    }
    failures_in_a_row_ = failed ? failures_in_a_row_ + 1 : 0;
    const auto wait = failed ? wait_after(*failed) : source_.every;
    const std::lock_guard lock(mutex_);
    status_.state = failed ? PullState::failing : waiting_state();
    // Also when it could not be kept.
    status_.last_error = error;
    if (failed) ++status_.failures;
    if (!has_schedule()) return;
    due_ = Clock::now() + wait;
    status_.next_pull_at = options_.now() + std::chrono::microseconds(wait).count();
  }

  // The same failure every few seconds would fill the log.
  void log_change(const std::string& error) {
    if (error == logged_) return;
    if (error.empty()) {
      spdlog::info("trace source {}: works again", source_.name);
    } else {
      spdlog::warn("trace source {}: {}", source_.name, error);
    }
    logged_ = error;
  }

  milliseconds wait_after(const PullFailure& failed) {
    if (failed.wished) return std::clamp(*failed.wished, options_.retry_delay, wish_max);
    if (!failed.may_heal) return std::max(options_.wrong_delay, source_.every);
    const double chance = std::uniform_real_distribution<double>(0, 1)(random_);
    return llm::back_off(options_.retry_delay, failures_in_a_row_, chance);
  }

  const TraceSource source_;
  PullerOptions options_;
  PullRun run_;  // the thread's, once that has been started
  Result<void> loaded_;
  std::string logged_;  // the error that the log has told of last
  std::minstd_rand random_;
  std::uint32_t failures_in_a_row_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  SourceStatus status_;
  std::optional<Clock::time_point> due_;

  std::jthread thread_;
};

SourcePuller::SourcePuller(Collector& collector, std::vector<TraceSource> sources,
                           const PullerOptions& options) {
  for (TraceSource& source : sources)
    sources_.push_back(std::make_unique<Source>(collector, std::move(source), options));
}

SourcePuller::~SourcePuller() {
  stop();
}

void SourcePuller::start() {
  for (const auto& source : sources_) source->start();
}

void SourcePuller::stop() {
  for (const auto& source : sources_) source->request_stop();
  for (const auto& source : sources_) source->join();
}

std::vector<SourceStatus> SourcePuller::statuses() const {
  std::vector<SourceStatus> all;
  all.reserve(sources_.size());
  for (const auto& source : sources_) all.push_back(source->status());
  return all;
}

Result<SourceStatus> SourcePuller::pull(std::string_view name) {
  std::string known;
  for (const auto& source : sources_) {
    SourceStatus status = source->status();
    if (status.source.name == name) return source->ask();
    known += (known.empty() ? "" : ", ") + status.source.name;
  }
  return schemas::fail(
      ErrorCode::not_found, "a source of the configuration", "'" + std::string(name) + "'",
      known.empty() ? "[[trace_sources]] in rftd.toml names them; there is none" : "there are: " + known,
      "source");
}

}  // namespace steps::traces
