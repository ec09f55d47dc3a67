// Reads from an HTTP API: one GET at a time, over a connection that is kept while the server keeps it.
// Runs on: the calling thread, which waits; of one thread at a time. Follows no redirects. Makes no second
// attempt by itself (may_succeed_later, wished_wait and back_off of retry.hpp say what a caller may do).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "schemas/error.hpp"
#include "steps/llm/retry.hpp"

namespace steps::llm {

struct FetchOptions {
  std::string base_url;  // must pass parse_url
  std::string ca_file;   // PEM, trusted beside the system's certificates; empty: only those
  std::chrono::milliseconds timeout{60'000};  // from connect to the last byte
  std::uint64_t answer_bytes_max = 32U << 20U;
};

struct Fetched {
  Failure failure;         // status and headers of any answer; its message where there was none
  bool is_ok = false;      // status 2xx and all of the body
  bool too_large = false;  // more than answer_bytes_max; no body then
  bool cancelled = false;
  std::string body;
};

class Fetch {
 public:
  explicit Fetch(FetchOptions options);
  ~Fetch();
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  // `path` with its query is appended to the base URL; `headers` as "Name: value", no line breaks.
  // A wish to stop ends it at once.
  [[nodiscard]] Fetched get(const std::string& path, const std::vector<std::string>& headers,
                            const std::stop_token& stop);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Text for a query: everything but letters, digits and "-._~" as %XX.
[[nodiscard]] std::string query_escaped(std::string_view text);

}  // namespace steps::llm
