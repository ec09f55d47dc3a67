#include "steps/llm/pace.hpp"

#include <algorithm>

namespace steps::llm {

using Seconds = std::chrono::duration<double>;

// Requests by the generic cell rate algorithm, tokens by a bucket that holds one minute's worth.
Pace::Pace(std::uint32_t requests_per_minute, std::uint32_t tokens_per_minute, std::uint32_t burst)
    : tokens_per_second_(tokens_per_minute / 60.0),
      tokens_max_(tokens_per_minute),
      tokens_(tokens_per_minute) {
  if (requests_per_minute == 0) return;
  between_ = std::chrono::duration_cast<Duration>(std::chrono::minutes(1)) / requests_per_minute;
  tolerance_ = between_ * (std::clamp(burst, 1U, requests_per_minute) - 1);
}

double Pace::tokens_at(Time now) const {
  const double refilled = std::chrono::duration_cast<Seconds>(now - refilled_).count() * tokens_per_second_;
  return std::min(tokens_max_, tokens_ + std::max(0.0, refilled));
}

Pace::Duration Pace::wait(Time now, std::uint64_t tokens) const {
  Duration wait{};
  if (between_ > Duration{} && next_ - tolerance_ > now) wait = next_ - tolerance_ - now;
  if (tokens_max_ > 0) {
    // A request larger than the bucket goes when the bucket is full.
    const double missing = std::min(static_cast<double>(tokens), tokens_max_) - tokens_at(now);
    if (missing > 1e-6)
      wait = std::max(
          wait, std::chrono::duration_cast<Duration>(Seconds(missing / tokens_per_second_)) + Duration(1));
  }
  return wait;
}

void Pace::start(Time now, std::uint64_t tokens) {
  next_ = std::max(next_, now) + between_;
  tokens_ = tokens_at(now) - static_cast<double>(tokens);
  refilled_ = now;
}

void Pace::settle(std::uint64_t estimated, std::uint64_t taken) {
  tokens_ += static_cast<double>(estimated) - static_cast<double>(taken);
}

}  // namespace steps::llm
