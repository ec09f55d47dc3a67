#include "api/past_states.hpp"

#include <algorithm>

namespace api {

engine::Result<engine::StatePtr> PastStates::at(schemas::DatasetId dataset, schemas::Position position,
                                                const engine::StatePtr& newest) {
  const std::size_t erasures = newest ? newest->erasures.size() : 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find_if(newest_first_, [&](const Entry& entry) {
      return entry.dataset == dataset.value() && entry.state->position == position &&
             entry.erasures == erasures;
    });
    if (found != newest_first_.end()) {
      newest_first_.splice(newest_first_.begin(), newest_first_, found);
      return newest_first_.front().state;
    }
  }
  auto folded = engine_.state_at(dataset, position);
  if (folded && erasures > (*folded)->erasures.size()) {
    auto redacted = std::make_shared<engine::DatasetState>(**folded);
    engine::redact(*redacted, *newest);
    folded = std::move(redacted);
  }
  if (folded) keep({dataset.value(), *folded, erasures});
  return folded;
}

void PastStates::keep(Entry entry) {
  const std::lock_guard lock(mutex_);
  records_ += entry.state->records.size();
  newest_first_.push_front(std::move(entry));
  while (newest_first_.size() > states_max_ || (records_ > records_max_ && !newest_first_.empty())) {
    records_ -= newest_first_.back().state->records.size();
    newest_first_.pop_back();
  }
}

std::size_t PastStates::kept() const {
  const std::lock_guard lock(mutex_);
  return newest_first_.size();
}

}  // namespace api
