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
constexpr std::size_t retain_at_once = 500;

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

Collector::Collector(CollectorOptions options)
    : options_(std::move(options)),
      waiting_(std::chrono::microseconds(options_.quiet).count(),
               {options_.waiting_max, options_.waiting_bytes, trace_items_max}) {
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
  return wait_for_rest();
}

Result<void> Collector::take(Arrivals arrivals) {
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
  if (items.empty()) return {};
  auto marks = store_->put(items, options_.now());
  if (!marks) return std::unexpected(marks.error());
  wait_for(*marks, std::move(items));
  return {};
}

void Collector::wait_for(std::span<const store::TraceMark> marks, std::vector<store::TraceItem> items) {
  const bool items_follow = !items.empty();
  const std::lock_guard lock(waiting_mutex_);
  for (const store::TraceMark& mark : marks) {
    if (more_waits_ || !waiting_.add(mark, items_follow)) more_waits_ = true;
  }
  for (store::TraceItem& item : items) waiting_.keep(std::move(item));
}

// Takes up what waits on the disk. A mark that was written before its own wait_for() may be taken up twice:
// looking at a trace once more changes nothing.
Result<void> Collector::wait_for_rest() {
  {
    const std::lock_guard lock(waiting_mutex_);
    more_waits_ = false;
  }
  const auto marks = store_->marks(options_.waiting_max);
  if (!marks) {
    const std::lock_guard lock(waiting_mutex_);
    more_waits_ = true;
    return std::unexpected(marks.error());
  }
  wait_for(*marks, {});
  const std::lock_guard lock(waiting_mutex_);
  more_waits_ = more_waits_ || marks->size() == options_.waiting_max;
  return {};
}

void Collector::settle() {
  std::unique_lock lock(waiting_mutex_);
  std::set<std::string> before;
  waiting_.each([&](const std::string& trace) { before.insert(trace); });
  ++settling_;
  changed_.notify_all();
  changed_.wait(lock, [&] {
    return looking_ == 0 && !more_waits_ &&
           std::ranges::none_of(before, [&](const std::string& trace) { return waiting_.contains(trace); });
  });
  --settling_;
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
  {
    const std::lock_guard lock(waiting_mutex_);
    ++removals_;
    for (const std::string& trace : traces) waiting_.let_go(trace);
  }
  if (auto removed = store_->remove(traces); !removed) return std::unexpected(removed.error());
  const std::unique_lock lock(index_mutex_);
  for (const std::uint64_t number : numbers) index_.erase(number);
  return numbers.size();
}

}  // namespace steps::traces
