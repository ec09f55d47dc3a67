// A gate that holds threads up until the test opens it, and tells the test that somebody waits there.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <stop_token>

namespace support {

inline constexpr std::chrono::seconds patience{60};  // of a test that would otherwise wait for ever

class Gate {
 public:
  void close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }

  // Passes when the gate is open; false when asked to stop before.
  bool pass(const std::stop_token& stop = {}) {
    const std::stop_callback wake(stop, [this] {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    });
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    const bool in_time = changed_.wait_for(lock, patience, [&] { return open_ || stop.stop_requested(); });
    --waiting_;
    return in_time && open_;
  }

  void wait_until_somebody_waits() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [&] { return waiting_ > 0; }))
      throw std::runtime_error("nobody has come to the gate");
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int waiting_ = 0;
};

}  // namespace support
