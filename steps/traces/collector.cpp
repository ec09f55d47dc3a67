#include "steps/traces/collector.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <set>

#include "steps/traces/assemble.hpp"
#include "steps/traces/json_calls.hpp"
#include "steps/traces/otlp_codec.hpp"
#include "steps/traces/trace_content.hpp"

namespace steps::traces {

using schemas::Result;

namespace {
constexpr std::size_t traces_a_batch = 256;
constexpr std::chrono::milliseconds look_every{100};
constexpr std::chrono::seconds retain_every{30};
constexpr std::size_t retain_at_once = 500;
// A trace that never becomes quiet is looked at after so many times the quiet time.
constexpr int patience = 15;

std::int64_t system_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Big-endian bytes, so that log records stand in the order of their batch.
std::string record_id(const LogRecord& record) {
  std::string id = record.span_id;
  id += '\0';
  for (unsigned shift = 64; shift > 0; shift -= 8) id += static_cast<char>(record.batch >> (shift - 8));
  for (unsigned shift = 32; shift > 0; shift -= 8) id += static_cast<char>(record.index >> (shift - 8));
  return id;
}
}  // namespace

// What looking at some traces found.
struct Collector::Batch {
  store::TraceCommit commit;
  std::vector<CallSummary> changed;
  std::map<std::string, std::uint64_t> problems;
  std::int64_t now = 0;
};

Collector::Collector(CollectorOptions options) : options_(std::move(options)) {
  if (!options_.now) options_.now = system_now;
}

Result<std::unique_ptr<Collector>> Collector::open(CollectorOptions options) {
  std::unique_ptr<Collector> collector(new Collector(std::move(options)));
  auto store = store::TraceStore::open(collector->options_.store);
  if (!store) return std::unexpected(store.error());
  collector->store_ = std::move(*store);
  if (auto loaded = collector->load(); !loaded) return std::unexpected(loaded.error());
  collector->thread_ = std::jthread([raw = collector.get()](const std::stop_token& stop) { raw->run(stop); });
  return collector;
}

Collector::~Collector() {
  thread_.request_stop();
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<void> Collector::load() {
  std::uint64_t damaged = 0;
  const auto read = store_->rows([&](const store::CallRow& row) {
    auto summary = decode_summary(row.bytes);
    if (!summary) {
      ++damaged;
      return;
    }
    summary->number = row.number;
    summary->sequence = row.sequence;
    index_.put(*summary);
  });
  if (!read) return read;
  if (damaged > 0) spdlog::error("traces: {} rows of calls cannot be read and are left out", damaged);
  sequence_ = store_->numbers().next_sequence - 1;
  auto marks = store_->marks();
  if (!marks) return std::unexpected(marks.error());
  wait_for(std::move(*marks));
  return {};
}

std::vector<store::TraceItem> Collector::items_of(Arrivals arrivals) {
  std::vector<store::TraceItem> items;
  items.reserve(arrivals.spans.size() + arrivals.log_records.size() + arrivals.lines.size());
  for (const Span& span : arrivals.spans)
    items.push_back({store::TraceItemKind::span, span.trace_id, span.span_id, encode(span)});
  for (const LogRecord& record : arrivals.log_records) {
    // Of no trace: there is no call it could tell of.
    if (record.trace_id.empty()) continue;
    items.push_back({store::TraceItemKind::log_record, record.trace_id, record_id(record), encode(record)});
  }
  for (Arrivals::Line& line : arrivals.lines)
    items.push_back(
        {store::TraceItemKind::line, std::move(line.trace), std::move(line.span), std::move(line.text)});
  return items;
}

Result<void> Collector::take(Arrivals arrivals) {
  const std::vector<store::TraceItem> items = items_of(std::move(arrivals));
  if (items.empty()) return {};
  auto marks = store_->put(items, {}, options_.now());
  if (!marks) return std::unexpected(marks.error());
  wait_for(std::move(*marks));
  return {};
}

void Collector::wait_for(std::vector<store::TraceMark> marks) {
  const std::lock_guard lock(waiting_mutex_);
  for (store::TraceMark& mark : marks) {
    Waiting& waiting = waiting_[mark.trace];
    if (waiting.marks.empty()) waiting.first = mark.received;
    waiting.last = std::max(waiting.last, mark.received);
    waiting.marks.push_back(std::move(mark));
  }
}

void Collector::settle() {
  std::unique_lock lock(waiting_mutex_);
  std::set<std::string> before;
  for (const auto& [trace, waiting] : waiting_) before.insert(trace);
  ++settling_;
  changed_.notify_all();
  changed_.wait(lock, [&] {
    return looking_ == 0 &&
           std::ranges::none_of(before, [&](const std::string& trace) { return waiting_.contains(trace); });
  });
  --settling_;
}

void Collector::run(const std::stop_token& stop) {
  auto retained = std::chrono::steady_clock::now() - retain_every;
  while (!stop.stop_requested()) {
    auto traces = due(traces_a_batch);
    if (!traces.empty()) {
      if (const auto looked = look_at(std::move(traces)); !looked) {
        spdlog::error("traces: {}", looked.error().message());
        std::unique_lock lock(waiting_mutex_);
        changed_.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
      }
      continue;
    }
    if (std::chrono::steady_clock::now() - retained >= retain_every) {
      retained = std::chrono::steady_clock::now();
      if (const auto kept = retain(); !kept) spdlog::error("traces: {}", kept.error().message());
    }
    std::unique_lock lock(waiting_mutex_);
    changed_.wait_for(lock, stop, look_every, [&] { return settling_ > 0 && !waiting_.empty(); });
  }
}

std::vector<std::pair<std::string, Collector::Waiting>> Collector::due(std::size_t limit) {
  const std::int64_t now = options_.now();
  const std::int64_t quiet = std::chrono::microseconds(options_.quiet).count();
  const std::lock_guard lock(waiting_mutex_);
  std::vector<std::pair<std::string, Waiting>> traces;
  for (auto at = waiting_.begin(); at != waiting_.end() && traces.size() < limit;) {
    const Waiting& waiting = at->second;
    // A clock that was set back must not make anything wait for ever.
    const bool is_due = settling_ > 0 || now - waiting.last >= quiet ||
                        now - waiting.first >= patience * quiet || now < waiting.first;
    if (!is_due) {
      ++at;
      continue;
    }
    traces.emplace_back(at->first, std::move(at->second));
    at = waiting_.erase(at);
  }
  looking_ = traces.size();
  return traces;
}

Result<void> Collector::look_at(std::vector<std::pair<std::string, Waiting>> traces) {
  const std::lock_guard commit_lock(commit_mutex_);
  Batch batch;
  batch.now = options_.now();
  const auto numbers = store_->numbers();
  batch.commit.next_number = numbers.next_number;
  batch.commit.next_sequence = numbers.next_sequence;
  Result<void> outcome;
  for (auto& [trace, waiting] : traces) {
    outcome = look_at_one(trace, batch);
    if (!outcome) break;
    batch.commit.marks.insert(batch.commit.marks.end(), waiting.marks.begin(), waiting.marks.end());
  }
  if (outcome) outcome = store_->commit(batch.commit);
  if (outcome) publish(batch);
  const std::lock_guard lock(waiting_mutex_);
  if (!outcome) {
    for (auto& [trace, waiting] : traces) {
      Waiting& again = waiting_[trace];
      again.first = again.first == 0 ? waiting.first : std::min(again.first, waiting.first);
      again.last = std::max(again.last, waiting.last);
      again.marks.insert(again.marks.end(), waiting.marks.begin(), waiting.marks.end());
    }
  }
  looking_ = 0;
  changed_.notify_all();
  return outcome;
}

Result<void> Collector::look_at_one(const std::string& trace, Batch& batch) {
  auto content = read_trace(*store_, trace, trace_items_max);
  if (!content) return std::unexpected(content.error());
  const auto known = store_->info(trace);
  if (!known) return std::unexpected(known.error());
  if (content->items == 0) return {};  // removed in the meantime
  store::TraceInfo info = known->value_or(store::TraceInfo{batch.now, 0, {}});
  std::vector<CallSummary> rows;
  for (const std::uint64_t number : info.calls) {
    const auto row = summary(number);
    if (!row) return std::unexpected(row.error());
    if (*row) rows.push_back(std::move(**row));
  }
  info.bytes = content->bytes;
  info.calls.clear();
  std::set<std::uint64_t> used;
  for (const Call& call : content->calls) {
    const auto same = std::ranges::find_if(rows, [&](const CallSummary& row) {
      return !used.contains(row.number) && std::ranges::any_of(row.span_ids, [&](const std::string& span) {
        return std::ranges::find(call.span_ids, span) != call.span_ids.end();
      });
    });
    CallSummary fresh = summary_of(call, trace, same == rows.end() ? batch.now : same->received);
    fresh.number = same == rows.end() ? batch.commit.next_number++ : same->number;
    used.insert(fresh.number);
    info.calls.push_back(fresh.number);
    std::string bytes = encode(fresh);
    if (same != rows.end() && encode(*same) == bytes) continue;
    fresh.sequence = batch.commit.next_sequence++;
    for (const CallProblem& problem : fresh.problems)
      ++batch.problems[std::string(problem_name(problem.problem))];
    batch.commit.rows.push_back({fresh.number, fresh.sequence, std::move(bytes)});
    batch.changed.push_back(std::move(fresh));
  }
  for (const CallSummary& row : rows) {
    if (!used.contains(row.number)) batch.commit.rows_gone.push_back(row.number);
  }
  if (!*known) {
    for (const OtherSpan& other : content->others) ++batch.problems[std::string(problem_name(other.why))];
  }
  batch.commit.traces.push_back({trace, std::move(info), *known ? (*known)->bytes : 0});
  return {};
}

void Collector::publish(const Batch& batch) {
  const std::unique_lock lock(index_mutex_);
  for (const CallSummary& summary : batch.changed) index_.put(summary);
  for (const std::uint64_t number : batch.commit.rows_gone) index_.erase(number);
  for (const auto& [name, count] : batch.problems) problems_[name] += count;
  sequence_ = batch.commit.next_sequence - 1;
}

Result<void> Collector::retain() {
  if (options_.age_max.count() > 0) {
    const std::int64_t before = options_.now() - std::chrono::microseconds(options_.age_max).count();
    for (bool more = true; more;) {
      const auto old = store_->oldest(retain_at_once, before);
      if (!old) return std::unexpected(old.error());
      if (const auto removed = remove_traces(*old); !removed) return std::unexpected(removed.error());
      more = old->size() == retain_at_once;
    }
  }
  while (options_.bytes_max != 0 && store_->bytes() > options_.bytes_max) {
    const auto old = store_->oldest(retain_at_once, std::numeric_limits<std::int64_t>::max());
    if (!old) return std::unexpected(old.error());
    if (old->empty()) break;
    std::vector<std::string> gone;
    std::uint64_t over = store_->bytes() - options_.bytes_max;
    for (std::size_t i = 0; i < old->size() && over > 0; ++i) {
      const auto info = store_->info((*old)[i]);
      if (!info) return std::unexpected(info.error());
      over -= std::min(over, *info ? (*info)->bytes : 0);
      gone.push_back((*old)[i]);
    }
    if (const auto removed = remove_traces(gone); !removed) return std::unexpected(removed.error());
  }
  return {};
}

Result<std::uint64_t> Collector::remove_traces(const std::vector<std::string>& traces) {
  const std::lock_guard commit_lock(commit_mutex_);
  std::vector<std::uint64_t> numbers;
  for (const std::string& trace : traces) {
    const auto info = store_->info(trace);
    if (!info) return std::unexpected(info.error());
    if (*info) numbers.insert(numbers.end(), (*info)->calls.begin(), (*info)->calls.end());
  }
  if (auto removed = store_->remove(traces); !removed) return std::unexpected(removed.error());
  const std::unique_lock lock(index_mutex_);
  for (const std::uint64_t number : numbers) index_.erase(number);
  return numbers.size();
}

}  // namespace steps::traces
