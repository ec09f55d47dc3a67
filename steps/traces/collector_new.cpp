// What a source is asked for again and again: only what is new of it is written.
#include "steps/traces/collector.hpp"

namespace steps::traces {

using schemas::Result;

Result<std::size_t> Collector::take_new(Arrivals arrivals, const std::string& key,
                                        const std::function<std::string(std::size_t)>& note) {
  std::vector<store::TraceItem> fresh;
  for (store::TraceItem& item : items_of(std::move(arrivals))) {
    const auto is_there = store_->holds(item);
    if (!is_there) return std::unexpected(is_there.error());
    if (!*is_there) fresh.push_back(std::move(item));
  }
  const store::TraceNote kept{key, note(fresh.size())};
  const auto marks = store_->put(fresh, {&kept, 1}, options_.now());
  if (!marks) return std::unexpected(marks.error());
  const std::size_t taken = fresh.size();
  wait_for(*marks, std::move(fresh));
  return taken;
}

Result<std::optional<std::string>> Collector::note(const std::string& key) const {
  return store_->note(key);
}

}  // namespace steps::traces
