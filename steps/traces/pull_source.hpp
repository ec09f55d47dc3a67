// Another tool that keeps traces and is asked for them over its HTTP API, page by page: what to ask, and how
// to read the answer. Says nothing about when, and asks nobody itself (source_puller.hpp does). An object is
// used by one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"

namespace steps::traces {

// One [[trace_sources]] of the configuration.
struct TraceSource {
  std::string name;        // lower case letters, digits, '-', '_' and '.'; at most 64
  std::string kind;        // "langfuse" or "vllora"
  std::string base_url;    // "https://cloud.langfuse.com", "http://127.0.0.1:9090"
  std::string credential;  // named as a model provider's; Langfuse: "PUBLIC_KEY:SECRET_KEY"
  std::string ca_file;     // PEM, trusted beside the system's certificates; empty: only those
  std::string project;     // vLLora: the project's id, a UUID; empty: its default one
  std::string from;        // RFC 3339: nothing older is pulled; empty: what is younger than `age_max`
  std::chrono::milliseconds every{60'000};      // from one pull's end to the next; 0: only when asked
  std::chrono::milliseconds overlap{300'000};   // how much of what was pulled is asked for again
  std::uint64_t answer_bytes_max = 32U << 20U;  // of one page
};
inline constexpr std::size_t trace_sources_max = 16;

// invalid_argument for a name that is bad or given twice, an unknown kind, a bad URL or time, Langfuse
// without a credential, a project that vLLora cannot have, and a key that would travel unencrypted.
[[nodiscard]] schemas::Result<void> check_trace_sources(const std::vector<TraceSource>& sources);

// What began at `from` or later and before `to`; without `to`: all that is there. µs UTC.
struct PullWindow {
  std::int64_t from = 0;
  std::optional<std::int64_t> to;
};

struct PullRequest {
  std::string path;  // with its query, below the base URL
  std::vector<std::string> headers;
};

struct PullPage {
  std::vector<std::string_view> items;  // of the body, each as read_call_line() takes it
  std::string next;                     // what to go on with; empty: that was the last page
};

class PullSource {
 public:
  PullSource() = default;
  virtual ~PullSource() = default;
  PullSource(const PullSource&) = delete;
  PullSource& operator=(const PullSource&) = delete;

  // `cursor`: empty, or what the page before gave as `next`; it stays good when `limit` is halved. `key`: of
  // the credential. invalid_argument for a key that is not of the kind's form.
  [[nodiscard]] virtual schemas::Result<PullRequest> request(const PullWindow& window,
                                                             const std::string& cursor, unsigned limit,
                                                             const std::string& key) const = 0;
  // corrupt when the body is no such page.
  [[nodiscard]] virtual schemas::Result<PullPage> read(std::string_view body, const std::string& cursor,
                                                       unsigned limit) const = 0;
  // Whether, after this status, the server is to be asked in another way, from the window's beginning.
  [[nodiscard]] virtual bool asks_otherwise(unsigned status) = 0;
  // What to do about a status, or about an answer that could not be read (0).
  [[nodiscard]] virtual std::string hint(unsigned status) const = 0;
};

// Of the kind that the source names; its kind has been checked.
[[nodiscard]] std::unique_ptr<PullSource> make_pull_source(const TraceSource& source);

// Items asked for at once; a power of two, so that a halved one divides what was counted before.
inline constexpr unsigned page_items_max = 64;

}  // namespace steps::traces
