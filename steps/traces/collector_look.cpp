// The collector's thread: what traces hold, once they are quiet.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "steps/traces/collector.hpp"
#include "steps/traces/trace_content.hpp"

namespace steps::traces {

using schemas::Result;

namespace {
constexpr std::size_t traces_a_batch = 256;
constexpr std::chrono::milliseconds look_every{100};
constexpr std::chrono::seconds retain_every{30};
bool shares_span(const CallSummary& row, const Call& call) {
  return std::ranges::any_of(row.span_ids, [&](const std::string& span) {
    return std::ranges::find(call.span_ids, span) != call.span_ids.end();
  });
}
}  // namespace

// What a trace holds, before anything has a number.
struct Collector::Looked {
  struct Fresh {
    CallSummary summary;
    std::string bytes;
    std::optional<std::size_t> same;  // of `rows`
  };
  bool is_empty = false;
  bool is_new = true;
  store::TraceInfo info;
  std::uint64_t bytes_before = 0;
  std::vector<CallSummary> rows;  // what is known of it
  std::vector<Fresh> calls;
  std::vector<OtherSpan> others;
};

// What looking at some traces found.
struct Collector::Batch {
  void add(const std::string& trace, Looked&& looked);

  store::TraceCommit commit;
  std::vector<CallSummary> changed;
  std::map<std::string, std::uint64_t> problems;
};

void Collector::run(const std::stop_token& stop) {
  const auto pause = [&](auto length, auto is_over) {
    std::unique_lock lock(waiting_mutex_);
    changed_.wait_for(lock, stop, length, is_over);
  };
  auto retained = std::chrono::steady_clock::now() - retain_every;
  while (!stop.stop_requested()) {
    const std::uint64_t removals = removals_;
    auto traces = due(traces_a_batch);
    if (!traces.empty()) {
      if (const auto looked = look_at(std::move(traces), removals); !looked) {
        spdlog::error("traces: {}", looked.error().message());
        pause(std::chrono::seconds(1), [] { return false; });
      }
      continue;
    }
    if (std::chrono::steady_clock::now() - retained >= retain_every) {
      retained = std::chrono::steady_clock::now();
      if (const auto kept = retain(); !kept) spdlog::error("traces: {}", kept.error().message());
    }
    pause(look_every, [&] { return settling_ > 0 && !waiting_.empty(); });
  }
}

std::vector<WaitingTraces::Trace> Collector::due(std::size_t limit) {
  const std::int64_t now = options_.now();
  bool is_time_for_rest = false;
  {
    const std::lock_guard lock(waiting_mutex_);
    auto traces = waiting_.take(now, settling_ > 0, limit);
    looking_ = traces.size();
    is_time_for_rest = more_waits_ && waiting_.empty();
    if (!is_time_for_rest || !traces.empty()) return traces;
    looking_ = 1;  // whoever waits for all of them must not think that these are none
  }
  if (const auto rest = wait_for_rest(); !rest) spdlog::error("traces: {}", rest.error().message());
  const std::lock_guard lock(waiting_mutex_);
  auto traces = waiting_.take(now, settling_ > 0, limit);
  looking_ = traces.size();
  if (traces.empty()) changed_.notify_all();
  return traces;
}

Result<void> Collector::look_at(std::vector<WaitingTraces::Trace> traces, std::uint64_t removals) {
  const std::lock_guard commit_lock(commit_mutex_);
  // What was removed since is not to come back from memory.
  if (removals != removals_) {
    for (WaitingTraces::Trace& trace : traces) trace.has_all_items = false;
  }
  Batch batch;
  const auto numbers = store_->numbers();
  batch.commit.next_number = numbers.next_number;
  batch.commit.next_sequence = numbers.next_sequence;
  auto all = look_at_each(traces, options_.now());
  Result<void> outcome;
  for (std::size_t i = 0; i < traces.size() && outcome; ++i) {
    if (!all[i]) {
      outcome = std::unexpected(all[i].error());
      break;
    }
    batch.add(traces[i].id, std::move(*all[i]));
    for (const std::uint64_t stamp : traces[i].stamps) batch.commit.marks.push_back({stamp, traces[i].id, 0});
  }
  if (outcome) outcome = store_->commit(batch.commit);
  if (outcome) publish(batch);
  const std::lock_guard lock(waiting_mutex_);
  if (!outcome) {
    for (WaitingTraces::Trace& trace : traces) waiting_.put_back(std::move(trace));
  }
  looking_ = 0;
  changed_.notify_all();
  return outcome;
}

std::vector<Result<Collector::Looked>> Collector::look_at_each(std::span<const WaitingTraces::Trace> traces,
                                                               std::int64_t now) const {
  std::vector<Result<Looked>> all(traces.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < traces.size(); i = next++) all[i] = look_at_one(traces[i], now);
  };
  // A thread costs about as much as looking at this many.
  constexpr std::size_t worth_a_thread = 16;
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < std::min<std::size_t>(options_.threads, traces.size() / worth_a_thread); ++i)
    others.emplace_back(work);
  work();
  others.clear();
  return all;
}

Result<Collector::Looked> Collector::look_at_one(const WaitingTraces::Trace& trace, std::int64_t now) const {
  auto known = store_->info(trace.id);
  if (!known) return std::unexpected(known.error());
  // What has been looked at before has items that do not wait.
  const bool is_at_hand = trace.has_all_items && !*known;
  auto content = is_at_hand ? Result<TraceContent>(content_of(trace.items))
                            : read_trace(*store_, trace.id, trace_items_max);
  if (!content) return std::unexpected(content.error());
  Looked looked;
  looked.is_empty = content->items == 0;  // removed in the meantime
  if (looked.is_empty) return looked;
  looked.is_new = !*known;
  looked.info = std::move(*known).value_or(store::TraceInfo{now, 0, {}});
  looked.bytes_before = std::exchange(looked.info.bytes, content->bytes);
  for (const std::uint64_t number : std::exchange(looked.info.calls, {})) {
    auto row = summary(number);
    if (!row) return std::unexpected(row.error());
    if (*row) looked.rows.push_back(std::move(**row));
  }
  std::vector<bool> used(looked.rows.size());
  for (const Call& call : content->calls) {
    Looked::Fresh fresh;
    for (std::size_t i = 0; i < looked.rows.size() && !fresh.same; ++i) {
      if (used[i] || !shares_span(looked.rows[i], call)) continue;
      fresh.same = i;
      used[i] = true;
    }
    fresh.summary = summary_of(call, trace.id, fresh.same ? looked.rows[*fresh.same].received : now);
    fresh.bytes = encode(fresh.summary);
    looked.calls.push_back(std::move(fresh));
  }
  looked.others = std::move(content->others);
  return looked;
}

void Collector::Batch::add(const std::string& trace, Looked&& looked) {
  if (looked.is_empty) return;
  std::vector<bool> used(looked.rows.size());
  for (auto& [summary, bytes, same] : looked.calls) {
    if (same) used[*same] = true;
    summary.number = same ? looked.rows[*same].number : commit.next_number++;
    looked.info.calls.push_back(summary.number);
    if (same && encode(looked.rows[*same]) == bytes) continue;
    summary.sequence = commit.next_sequence++;
    for (const CallProblem& problem : summary.problems)
      ++problems[std::string(problem_name(problem.problem))];
    commit.rows.push_back({summary.number, summary.sequence, std::move(bytes)});
    changed.push_back(std::move(summary));
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) commit.rows_gone.push_back(looked.rows[i].number);
  }
  if (looked.is_new) {
    for (const OtherSpan& other : looked.others) ++problems[std::string(problem_name(other.why))];
  }
  commit.traces.push_back({trace, std::move(looked.info), looked.bytes_before});
}

void Collector::publish(const Batch& batch) {
  const std::unique_lock lock(index_mutex_);
  for (const CallSummary& summary : batch.changed) index_.put(summary);
  for (const std::uint64_t number : batch.commit.rows_gone) index_.erase(number);
  for (const auto& [name, count] : batch.problems) problems_[name] += count;
  sequence_ = batch.commit.next_sequence - 1;
}

}  // namespace steps::traces
