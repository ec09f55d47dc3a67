// Keeps a provider's limits: requests and tokens a minute. Told the time by its caller. One thread.
// Internal to steps/llm.
#pragma once

#include <chrono>
#include <cstdint>

namespace steps::llm {

class Pace {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  // 0: no limit. `burst` requests may start at once after a pause.
  Pace(std::uint32_t requests_per_minute, std::uint32_t tokens_per_minute, std::uint32_t burst);

  // How long to wait before a request of so many tokens may start; zero: now. Changes nothing.
  [[nodiscard]] Duration wait(Time now, std::uint64_t tokens) const;
  void start(Time now, std::uint64_t tokens);
  // What it really took, once that is known.
  void settle(std::uint64_t estimated, std::uint64_t taken);

 private:
  [[nodiscard]] double tokens_at(Time now) const;

  Duration between_{};  // requests, on the average
  Duration tolerance_{};
  Time next_{};  // when the next request would be due without a burst
  double tokens_per_second_ = 0;
  double tokens_max_ = 0;
  double tokens_ = 0;  // left at refilled_; may be below zero after settle()
  Time refilled_{};
};

}  // namespace steps::llm
