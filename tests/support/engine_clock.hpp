// Time that moves only when a test says so, and chance that a seed decides. Any thread.
#pragma once

#include <atomic>

#include "engine/engine.hpp"

namespace support {

class ManualClock : public engine::Clock {
 public:
  explicit ManualClock(std::uint64_t seed = 1) : chance_(seed) {}
  std::int64_t now() override { return time_; }
  std::uint64_t random() override { return chance_ += 0x9E3779B97F4A7C15U; }
  void advance(std::int64_t microseconds) { time_ += microseconds; }

 private:
  std::atomic<std::int64_t> time_ = 1'700'000'000'000'000;
  std::atomic<std::uint64_t> chance_;
};

}  // namespace support
