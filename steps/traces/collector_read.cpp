// What readers of the collector ask.
#include <algorithm>
#include <list>

#include "steps/traces/collector.hpp"
#include "steps/traces/trace_content.hpp"

namespace steps::traces {

using schemas::Result;

namespace {
// The newest traces that were read, so that the calls of one are not each a reading of it.
class Contents {
 public:
  Contents(const store::TraceStore& store, std::size_t items_max) : store_(store), items_max_(items_max) {}

  Result<const TraceContent*> of(const std::string& trace) {
    const auto known = std::ranges::find(kept_, trace, &Kept::trace);
    if (known != kept_.end()) {
      kept_.splice(kept_.begin(), kept_, known);
      return &kept_.front().content;
    }
    auto content = read_trace(store_, trace, items_max_);
    if (!content) return std::unexpected(content.error());
    kept_.push_front({trace, std::move(*content)});
    if (kept_.size() > kept_max) kept_.pop_back();
    return &kept_.front().content;
  }

 private:
  static constexpr std::size_t kept_max = 8;
  struct Kept {
    std::string trace;
    TraceContent content;
  };
  const store::TraceStore& store_;
  std::size_t items_max_;
  std::list<Kept> kept_;
};

const Call* call_of(const TraceContent& content, const CallSummary& summary) {
  const auto same = std::ranges::find_if(content.calls, [&](const Call& call) {
    return std::ranges::any_of(call.span_ids, [&](const std::string& span) {
      return std::ranges::find(summary.span_ids, span) != summary.span_ids.end();
    });
  });
  return same == content.calls.end() ? nullptr : &*same;
}
}  // namespace

Result<std::optional<CallSummary>> Collector::summary(std::uint64_t number) const {
  const auto row = store_->row(number);
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<CallSummary>();
  auto summary = decode_summary((*row)->bytes);
  if (!summary) return std::unexpected(summary.error());
  summary->number = (*row)->number;
  summary->sequence = (*row)->sequence;
  return std::optional<CallSummary>(std::move(*summary));
}

Result<CallPage> Collector::list(const CallFilter& filter, std::optional<CallIndex::Place> after,
                                 std::size_t limit) const {
  CallPage page;
  std::vector<std::uint64_t> candidates;
  {
    const std::shared_lock lock(index_mutex_);
    auto newest = filter.has_words() ? index_.newest(filter, std::nullopt, words_looked_at_max)
                                     : index_.newest(filter, after, limit);
    page.kept = index_.size();
    page.total = newest.total;
    candidates = std::move(newest.numbers);
  }
  std::uint64_t looked_at = 0;
  std::uint64_t matching = 0;
  for (const std::uint64_t number : candidates) {
    auto found = summary(number);
    if (!found) return std::unexpected(found.error());
    if (looked_at >= words_counted_max && page.calls.size() == limit) break;
    ++looked_at;
    if (!*found || !has_words_of(**found, filter)) continue;
    ++matching;
    const CallSummary& call = **found;
    const bool is_behind =
        !after || call.time < after->time || (call.time == after->time && call.number < after->number);
    if (is_behind && page.calls.size() < limit) page.calls.push_back(std::move(**found));
  }
  if (filter.has_words()) {
    page.total_is_exact = looked_at >= page.total;
    page.total = matching + (page.total_is_exact ? 0 : page.total - looked_at);
  }
  if (page.calls.size() == limit && limit > 0)
    page.next = CallIndex::Place{page.calls.back().time, page.calls.back().number};
  return page;
}

Facets Collector::facets(const CallFilter& filter) const {
  const std::shared_lock lock(index_mutex_);
  return index_.facets(filter);
}

std::uint64_t Collector::count(const CallFilter& filter) const {
  const std::shared_lock lock(index_mutex_);
  return index_.count(filter);
}

Result<std::vector<std::uint64_t>> Collector::numbers(const CallFilter& filter) const {
  std::vector<std::uint64_t> numbers;
  {
    const std::shared_lock lock(index_mutex_);
    numbers = index_.numbers(filter);
  }
  if (!filter.has_words()) return numbers;
  std::vector<std::uint64_t> matching;
  for (const std::uint64_t number : numbers) {
    const auto found = summary(number);
    if (!found) return std::unexpected(found.error());
    if (*found && has_words_of(**found, filter)) matching.push_back(number);
  }
  return matching;
}

Result<std::optional<FoundCall>> Collector::find(std::uint64_t number) const {
  std::optional<FoundCall> found;
  const auto looked = each({&number, 1}, [&](const FoundCall& call) {
    found = call;
    return Result<void>{};
  });
  if (!looked) return std::unexpected(looked.error());
  return found;
}

Result<std::vector<Span>> Collector::spans(const std::string& trace) const {
  auto content = read_trace(*store_, trace, trace_items_max);
  if (!content) return std::unexpected(content.error());
  return std::move(content->spans);
}

Result<void> Collector::each(std::span<const std::uint64_t> numbers,
                             const std::function<Result<void>(const FoundCall&)>& on_call) const {
  Contents contents(*store_, trace_items_max);
  for (const std::uint64_t number : numbers) {
    auto found = summary(number);
    if (!found) return std::unexpected(found.error());
    if (!*found) continue;
    const auto content = contents.of((*found)->trace);
    if (!content) return std::unexpected(content.error());
    const Call* call = call_of(**content, **found);
    if (call == nullptr) continue;
    if (auto went = on_call({std::move(**found), *call}); !went) return went;
  }
  return {};
}

Result<std::uint64_t> Collector::remove(std::span<const std::uint64_t> numbers) {
  std::vector<std::string> traces;
  std::uint64_t removed = 0;
  const auto flush = [&]() -> Result<void> {
    std::ranges::sort(traces);
    const auto repeated = std::ranges::unique(traces);
    traces.erase(repeated.begin(), repeated.end());
    const auto gone = remove_traces(traces);
    traces.clear();
    if (!gone) return std::unexpected(gone.error());
    removed += *gone;
    return {};
  };
  for (const std::uint64_t number : numbers) {
    const auto found = summary(number);
    if (!found) return std::unexpected(found.error());
    if (*found) traces.push_back((*found)->trace);
    if (traces.size() < 500) continue;
    if (auto flushed = flush(); !flushed) return std::unexpected(flushed.error());
  }
  if (auto flushed = flush(); !flushed) return std::unexpected(flushed.error());
  return removed;
}

bool Collector::is_behind() const {
  const std::lock_guard lock(waiting_mutex_);
  return more_waits_ || waiting_.is_filling();
}

CollectorCounts Collector::counts() const {
  CollectorCounts counts;
  {
    const std::lock_guard lock(waiting_mutex_);
    counts.traces_waiting = waiting_.size() + looking_;
  }
  counts.bytes = store_->bytes();
  counts.sequence = sequence_;
  const std::shared_lock lock(index_mutex_);
  counts.problems = problems_;
  return counts;
}

}  // namespace steps::traces
