// The last orders of records that were asked for, so that jumping through a long list does not filter and
// sort it for every page. A state at a position never changes, so neither does what is kept here. Shared by
// the api workers.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace api {

using Order = std::shared_ptr<const std::vector<std::uint64_t>>;  // record numbers

class OrderCache {
 public:
  // Null when it is not (or no longer) there.
  [[nodiscard]] Order find(const std::string& key);
  void keep(const std::string& key, Order order);

 private:
  struct Kept {
    std::string key;
    Order order;
  };
  std::mutex mutex_;
  std::deque<Kept> kept_;  // newest first
};

}  // namespace api
