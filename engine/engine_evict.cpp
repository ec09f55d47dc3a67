// Which states are in memory. A dataset in which nothing runs and nothing is due may be left out: its outline
// stays for lists, reads fold it on their own threads, the next command loads it again.
#include <algorithm>

#include "engine/engine_impl.hpp"

namespace engine {

namespace {
constexpr Position tail_max = 64;  // events that a state may be ahead of its snapshot when it is left out
}  // namespace

bool Engine::Impl::can_evict(const Entry& entry) const {
  if (entry.evicted || entry.broken || entry.snapshot_under_way || !entry.working.empty()) return false;
  for (const Run& run : entry.dataset.state.runs) {
    if (!run.ended()) return false;  // an upload may be under way
  }
  return entry.published != nullptr && entry.published->position == entry.dataset.state.position &&
         due(entry.dataset.state, now()).empty();
}

void Engine::Impl::evict_idle() {
  std::size_t loaded = 0;
  std::vector<std::pair<std::int64_t, std::uint64_t>> by_use;
  for (const auto& [id, entry] : datasets_) {
    if (entry.evicted) continue;
    loaded += bytes_of(entry.dataset.state);
    by_use.emplace_back(entry.last_used, id);
  }
  std::ranges::sort(by_use);
  for (const auto& [used, id] : by_use) {
    if (loaded <= options_.state_bytes_max) break;
    Entry& entry = datasets_.at(id);
    if (!can_evict(entry)) continue;
    const std::size_t bytes = bytes_of(entry.dataset.state);
    if (entry.dataset.state.position - entry.snapshot_position > tail_max && !threads_.empty()) {
      snapshot_aside(id, entry);  // so that loading it again is quick; it goes in a later round
    } else {
      evict(id, entry);
      loaded -= bytes;
    }
  }
  state_bytes_ = loaded;
}

void Engine::Impl::evict(std::uint64_t id, Entry& entry) {
  entry.dataset = Dataset{outline_of(entry.dataset.state), {}, {}};
  entry.published = std::make_shared<const DatasetState>(entry.dataset.state);
  entry.evicted = true;
  ++evicted_count_;
  on_published_({DatasetId(id), entry.published, {}});
}

void Engine::Impl::install(std::uint64_t id, Entry& entry, Dataset dataset) {
  if (entry.evicted) --evicted_count_;
  entry.dataset = std::move(dataset);
  entry.broken = entry.evicted = false;
  entry.last_used = clock_.now();
  // After an unknown outcome the log may be ahead of what was published.
  entry.published = std::make_shared<const DatasetState>(entry.dataset.state);
  on_published_({DatasetId(id), entry.published, {}});
}

}  // namespace engine
