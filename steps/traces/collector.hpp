// Takes in what tells of model calls, keeps it, and finds the calls in it. Owns the trace store, the index of
// calls in memory and the thread "traces", which looks at traces once they have been quiet for a while and
// again whenever something late has come. Every function from any thread; those that read the disk are for
// worker threads.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "steps/traces/call_index.hpp"
#include "steps/traces/otlp.hpp"
#include "steps/traces/waiting_traces.hpp"
#include "store/trace_store.hpp"

namespace steps::traces {

struct CollectorOptions {
  store::TraceStore::Options store;
  std::chrono::milliseconds quiet{2000};  // a trace is looked at when nothing has come for so long
  unsigned threads = 2;                   // that look at traces
  std::size_t waiting_max = 100'000;      // traces in memory that wait; further ones wait on the disk
  std::size_t waiting_bytes = std::size_t{192} << 20U;  // of what they hold; the rest is read from the disk
  std::chrono::hours age_max{24 * 30};                  // older traces are removed; 0: none
  std::uint64_t bytes_max = std::uint64_t{10}
                            << 30U;   // on the disk, about: beyond, the oldest go; 0: no limit
  std::function<std::int64_t()> now;  // µs UTC; the system's clock when empty
};

// What came in together.
struct Arrivals {
  std::vector<Span> spans;
  std::vector<LogRecord> log_records;
  struct Line {
    std::string trace;
    std::string span;
    std::string text;  // as read_call_line() takes it
  };
  std::vector<Line> lines;
};

struct FoundCall {
  CallSummary summary;
  Call call;
};

struct CallPage {
  std::vector<CallSummary> calls;  // newest first
  std::uint64_t total = 0;         // that match
  bool total_is_exact =
      true;  // false: a filter on words left too many to look at each; not more than `total`
  std::uint64_t kept = 0;
  std::optional<CallIndex::Place> next;  // behind it the next page begins
};

struct CollectorCounts {
  std::uint64_t traces_waiting = 0;  // to be looked at
  std::uint64_t bytes = 0;
  std::uint64_t sequence = 0;  // the highest that a call has
  std::map<std::string, std::uint64_t>
      problems;  // since the start, by name: of calls, and of spans that are none
};

class Collector {
 public:
  // Errors of the store; corrupt rows are left out and logged.
  static schemas::Result<std::unique_ptr<Collector>> open(CollectorOptions options);
  ~Collector();
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  // Durable when it returns, all or nothing. The same again changes nothing.
  schemas::Result<void> take(Arrivals arrivals);
  // Whether more is taken than looked at, so that senders had better wait a little: what does not fit into
  // memory is read back from the disk.
  [[nodiscard]] bool is_behind() const;
  // Returns when everything taken before has been looked at, however little time it has been quiet.
  void settle();

  [[nodiscard]] schemas::Result<CallPage> list(const CallFilter& filter,
                                               std::optional<CallIndex::Place> after,
                                               std::size_t limit) const;
  // A filter on words counts the calls whose hashes of words match, some few of which do not have them.
  [[nodiscard]] Facets facets(const CallFilter& filter) const;
  [[nodiscard]] std::uint64_t count(const CallFilter& filter) const;
  // Numbers, oldest first.
  [[nodiscard]] schemas::Result<std::vector<std::uint64_t>> numbers(const CallFilter& filter) const;
  // Nothing when there is no such call (any more).
  [[nodiscard]] schemas::Result<std::optional<FoundCall>> find(std::uint64_t number) const;
  // The spans and log records of a trace as they came.
  [[nodiscard]] schemas::Result<std::vector<Span>> spans(const std::string& trace) const;
  // Calls on_call for each of the numbers that is still there, in their order, until it gives an Error.
  schemas::Result<void> each(std::span<const std::uint64_t> numbers,
                             const std::function<schemas::Result<void>(const FoundCall&)>& on_call) const;
  // Removes the traces of these calls, other calls of them included. Gives the calls that went.
  schemas::Result<std::uint64_t> remove(std::span<const std::uint64_t> numbers);

  [[nodiscard]] CollectorCounts counts() const;

  // Texts that are read for a filter on words: to fill a page, and to count what matches.
  static constexpr std::size_t words_looked_at_max = 20'000;
  static constexpr std::size_t words_counted_max = 2'000;
  static constexpr std::size_t trace_items_max = 20'000;  // of one trace: the rest is kept, and not looked at

 private:
  struct Looked;
  struct Batch;

  explicit Collector(CollectorOptions options);
  schemas::Result<void> load();
  void wait_for(std::span<const store::TraceMark> marks, std::vector<store::TraceItem> items);
  schemas::Result<void> wait_for_rest();
  void run(const std::stop_token& stop);
  std::vector<WaitingTraces::Trace> due(std::size_t limit);
  schemas::Result<void> look_at(std::vector<WaitingTraces::Trace> traces, std::uint64_t removals);
  [[nodiscard]] std::vector<schemas::Result<Looked>> look_at_each(
      std::span<const WaitingTraces::Trace> traces, std::int64_t now) const;
  [[nodiscard]] schemas::Result<Looked> look_at_one(const WaitingTraces::Trace& trace,
                                                    std::int64_t now) const;
  void publish(const Batch& batch);
  schemas::Result<void> retain();
  schemas::Result<std::uint64_t> remove_traces(const std::vector<std::string>& traces);
  [[nodiscard]] schemas::Result<std::optional<CallSummary>> summary(std::uint64_t number) const;

  CollectorOptions options_;
  std::unique_ptr<store::TraceStore> store_;

  mutable std::shared_mutex index_mutex_;
  CallIndex index_;
  std::map<std::string, std::uint64_t> problems_;  // under index_mutex_
  std::atomic<std::uint64_t> sequence_{0};

  std::mutex commit_mutex_;                 // one commit or removal at a time
  std::atomic<std::uint64_t> removals_{0};  // so far; changed under commit_mutex_

  mutable std::mutex waiting_mutex_;
  std::condition_variable_any changed_;
  WaitingTraces waiting_;
  bool more_waits_ = false;     // on the disk, and not in waiting_
  std::uint64_t looking_ = 0;   // traces in hand
  std::uint64_t settling_ = 0;  // callers of settle()

  std::jthread thread_;
};

}  // namespace steps::traces
