// What lists, filters and facets need of a call, without its messages. Values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"
#include "steps/traces/call.hpp"

namespace steps::traces {

struct CallSummary {
  std::uint64_t number = 0;
  std::uint64_t sequence = 0;
  std::int64_t time = 0;              // µs UTC: its start, or when it was received if that is long before
  std::int64_t received = 0;          // µs UTC
  std::string trace;                  // the trace it is kept under
  std::vector<std::string> span_ids;  // of all spans that told of it, its own first
  std::string dialect;
  std::string provider;
  std::string model;  // used, else asked
  std::string model_asked;
  bool failed = false;
  std::string error;
  std::uint32_t turns = 0;  // messages of the user in the prompt
  std::uint32_t messages = 0;
  bool has_tools = false;
  bool has_output = false;
  std::optional<std::uint64_t> tokens_in;
  std::optional<std::uint64_t> tokens_out;
  std::optional<double> cost_usd;
  std::optional<std::uint64_t> latency_ns;
  std::optional<std::uint64_t> first_token_ns;
  std::string session;
  std::string thread;
  std::string run;
  std::string user;
  std::vector<std::string> labels;
  std::string text;    // the last user message, cut
  std::string answer;  // cut
  std::string system;  // cut
  std::vector<CallProblem> problems;
};

inline constexpr std::size_t summary_text_max = 2048;  // bytes of `text` and `system`
inline constexpr std::size_t summary_answer_max = 400;
// A start this long after the call was received is a clock that is wrong.
inline constexpr std::int64_t clock_ahead_max = 300'000'000;  // µs

// `number` and `sequence` are left 0.
[[nodiscard]] CallSummary summary_of(const Call& call, std::string_view trace, std::int64_t received);

// Everything but number and sequence, which the row has apart.
[[nodiscard]] std::string encode(const CallSummary& summary);
// Errors: corrupt.
[[nodiscard]] schemas::Result<CallSummary> decode_summary(std::string_view bytes);

// The text of a message's content: of its parts, those that are text.
[[nodiscard]] std::string content_text(const Message& message, std::size_t bytes_max);

}  // namespace steps::traces
