// How a verb ends: exit codes, and a failure that carries the text to print. Values only, any thread.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace rftctl {

enum ExitCode : int { exit_ok = 0, exit_failed = 1, exit_usage = 2, exit_unreachable = 3 };

struct Failure {
  int exit_code = exit_failed;
  std::string text;  // for people, without a final newline
  std::string json;  // the daemon's problem document, when it sent one
};

template <class T>
using Result = std::expected<T, Failure>;

[[nodiscard]] inline std::unexpected<Failure> failed(std::string text, int exit_code = exit_failed) {
  return std::unexpected(Failure{exit_code, std::move(text), {}});
}

}  // namespace rftctl
