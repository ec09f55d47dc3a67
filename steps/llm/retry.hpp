// Whether and when a failed attempt is made again. Pure; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/error.hpp"

namespace steps::llm {

// What an attempt ended with, when not with an answer.
struct Failure {
  unsigned status = 0;           // 0: no HTTP status, the connection failed
  std::string message = {};      // the server's words, or the connection's
  std::string code = {};         // the server's, like "insufficient_quota"; "tls": it is not trusted
  std::string retry_after = {};  // header Retry-After
  std::string retry_after_ms = {};
  std::string location = {};  // of a redirect
  bool timed_out = false;
};

[[nodiscard]] bool may_succeed_later(const Failure& failure);

// The server's wish from retry-after-ms, or Retry-After as seconds or as an HTTP date (RFC 9110, 10.2.3).
[[nodiscard]] std::optional<std::chrono::milliseconds> wished_wait(const Failure& failure,
                                                                   std::chrono::system_clock::time_point now);

// Without a wish: `first`, doubled each time up to 30 s, of which `chance` (0..1) takes up to a half away, so
// that many callers do not come back together. `attempt` counts from 1.
[[nodiscard]] std::chrono::milliseconds back_off(std::chrono::milliseconds first, std::uint32_t attempt,
                                                 double chance);

// What the caller is told. `where`: "openai (gpt-4o)".
[[nodiscard]] schemas::Error to_error(const Failure& failure, const std::string& where,
                                      std::uint32_t attempts);

}  // namespace steps::llm
