#include "api/order_cache.hpp"

#include <algorithm>

namespace api {

namespace {
constexpr std::size_t orders_max = 8;
}

Order OrderCache::find(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(kept_, key, &Kept::key);
  if (found == kept_.end()) return nullptr;
  std::rotate(kept_.begin(), found, found + 1);
  return kept_.front().order;
}

void OrderCache::keep(const std::string& key, Order order) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(kept_, [&](const Kept& one) { return one.key == key; });
  kept_.push_front({key, std::move(order)});
  if (kept_.size() > orders_max) kept_.pop_back();
}

}  // namespace api
