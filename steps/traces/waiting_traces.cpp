#include "steps/traces/waiting_traces.hpp"

#include <algorithm>

namespace steps::traces {

namespace {
std::size_t bytes_of(const store::TraceItem& item) {
  return sizeof item + item.trace.size() + item.id.size() + item.bytes.size();
}
}  // namespace

bool WaitingTraces::add(const store::TraceMark& mark, bool items_follow) {
  auto place = places_.find(mark.trace);
  if (place == places_.end()) {
    if (order_.size() >= limits_.traces) return false;
    order_.push_back({mark.trace, {}, mark.received, mark.received, {}, true});
    place = places_.emplace(order_.back().id, std::prev(order_.end())).first;
  }
  Trace& trace = *place->second;
  trace.stamps.push_back(mark.stamp);
  if (!items_follow) let_go(trace);
  trace.last = std::max(trace.last, mark.received);
  // Else it stays where it is, so that its turn comes.
  if (trace.last - trace.first < (patience - 1) * quiet_) order_.splice(order_.end(), order_, place->second);
  return true;
}

void WaitingTraces::keep(store::TraceItem item) {
  const auto place = places_.find(item.trace);
  if (place == places_.end() || !place->second->has_all_items) return;
  Trace& trace = *place->second;
  bytes_ += bytes_of(item);
  trace.items.push_back(std::move(item));
  if (bytes_ > limits_.bytes || trace.items.size() > limits_.items_a_trace) let_go(trace);
}

void WaitingTraces::let_go(Trace& trace) {
  for (const store::TraceItem& item : trace.items) bytes_ -= bytes_of(item);
  trace.items = {};
  trace.has_all_items = false;
}

void WaitingTraces::let_go(const std::string& trace) {
  const auto place = places_.find(trace);
  if (place != places_.end()) let_go(*place->second);
}

void WaitingTraces::put_back(Trace trace) {
  trace.items = {};
  trace.has_all_items = false;
  const auto place = places_.find(trace.id);
  if (place == places_.end()) {
    order_.push_front(std::move(trace));
    places_.emplace(order_.front().id, order_.begin());
    return;
  }
  Trace& again = *place->second;
  let_go(again);
  again.first = std::min(again.first, trace.first);
  again.stamps.insert(again.stamps.end(), trace.stamps.begin(), trace.stamps.end());
}

bool WaitingTraces::is_due(const Trace& trace, std::int64_t now) const {
  // A clock that was set back must not make anything wait for ever.
  return now - trace.last >= quiet_ || now - trace.first >= patience * quiet_ || now < trace.first;
}

std::vector<WaitingTraces::Trace> WaitingTraces::take(std::int64_t now, bool all, std::size_t limit) {
  std::vector<Trace> taken;
  while (!order_.empty() && taken.size() < limit && (all || is_due(order_.front(), now))) {
    places_.erase(order_.front().id);
    for (const store::TraceItem& item : order_.front().items) bytes_ -= bytes_of(item);
    taken.push_back(std::move(order_.front()));
    order_.pop_front();
  }
  return taken;
}

}  // namespace steps::traces
