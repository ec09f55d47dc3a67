#include <algorithm>
#include <cmath>

#include "api/gate.hpp"

namespace api {

namespace {
constexpr std::size_t clients_max = 10'000;
}

RateLimit::RateLimit(double per_second, double burst)
    : per_second_(per_second), burst_(burst > 0 ? std::max(burst, 1.0) : std::max(2 * per_second, 1.0)) {}

unsigned RateLimit::take(const std::string& client, Time now) {
  if (per_second_ <= 0) return 0;
  if (buckets_.size() >= clients_max) forget_full_ones(now);
  auto [place, is_new] = buckets_.try_emplace(client, Bucket{burst_, now});
  Bucket& bucket = place->second;
  const double elapsed = std::chrono::duration<double>(now - bucket.filled).count();
  bucket.tokens = std::min(burst_, bucket.tokens + elapsed * per_second_);
  bucket.filled = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return 0;
  }
  return static_cast<unsigned>(std::ceil((1 - bucket.tokens) / per_second_));
}

// A bucket that would be full by now says no more than none.
void RateLimit::forget_full_ones(Time now) {
  std::erase_if(buckets_, [&](const auto& entry) {
    const double elapsed = std::chrono::duration<double>(now - entry.second.filled).count();
    return entry.second.tokens + elapsed * per_second_ >= burst_;
  });
}

}  // namespace api
