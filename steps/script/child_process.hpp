// One rftd-script child as its parent sees it: started, fed, watched, ended.
// Runs on: the worker thread that owns it. Internal to steps/script.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/error.hpp"
#include "steps/script/protocol.hpp"

namespace steps::script {

// How waiting for a frame ended.
enum class Wait : std::uint8_t { frame, died, time, cancelled };

class ChildProcess {
 public:
  ChildProcess() = default;
  ~ChildProcess() { end(); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Starts the program, and does not wait until it is ready.
  [[nodiscard]] schemas::Result<void> begin(const std::string& program, std::uint64_t memory_bytes);
  // Waits for its hello. unavailable, with the reason, when it does not come.
  [[nodiscard]] schemas::Result<void> need_ready();
  void end();  // SIGKILL, and waits for it
  [[nodiscard]] bool is_alive() const { return pid_ > 0; }
  // "signal 5 (Trace/breakpoint trap)" of the last child that end() took away.
  [[nodiscard]] const std::string& last_words() const { return last_words_; }

  [[nodiscard]] const std::string& layers() const { return layers_; }
  [[nodiscard]] bool jit() const { return jit_; }

  // Both watch the child: a record may take `limit` of its processor time and four times that on the clock.
  [[nodiscard]] Wait send(std::string_view frame, std::chrono::milliseconds limit,
                          const std::function<bool()>& stop);
  [[nodiscard]] Wait receive(FrameType& type, std::string& body, std::chrono::milliseconds limit,
                             const std::function<bool()>& stop);

  void reset_progress();
  [[nodiscard]] std::uint32_t started() const;

 private:
  [[nodiscard]] schemas::Result<void> spawn(const std::string& program, std::uint64_t memory_bytes);
  [[nodiscard]] Wait wait_for(short events, std::chrono::milliseconds limit,
                              const std::function<bool()>& stop);
  [[nodiscard]] bool is_overdue(std::chrono::milliseconds limit);
  [[nodiscard]] std::chrono::nanoseconds processor_time() const;

  std::string program_;
  bool is_ready_ = false;
  pid_t pid_ = 0;
  int socket_ = -1;
  Progress* progress_ = nullptr;
  std::string held_;  // received, not yet a whole frame
  std::string layers_;
  std::string last_words_;
  bool jit_ = true;
  bool has_hung_up_ = false;
  // The record last seen at work, and what the clocks said then.
  std::uint32_t seen_ = 0;
  std::chrono::nanoseconds seen_processor_{0};
  std::chrono::steady_clock::time_point seen_at_;
};

}  // namespace steps::script
