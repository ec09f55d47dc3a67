// A progress bar that redraws its line on a terminal, and whole lines, seldom, anywhere else. Standard error,
// so that standard output stays what was asked for. Main thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "tools/rftctl/text.hpp"

namespace rftctl {

class Progress {
 public:
  // `unit_bytes`: amounts are bytes and shown as MiB with their rate.
  Progress(std::string label, bool unit_bytes);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // total <= 0: unknown.
  void show(std::int64_t done, std::int64_t total);
  // Replaces the label: what is waited for now.
  void say(std::string label);

 private:
  void draw(std::int64_t done, std::int64_t total);

  Terminal terminal_;
  std::string label_;
  bool unit_bytes_;
  std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point drawn_;
  std::int64_t tenth_ = -1;
  bool line_open_ = false;
};

}  // namespace rftctl
