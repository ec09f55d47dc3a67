// One finished call of a language model, whatever told of it: what was asked, what came back, what it cost.
// Plain values, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace steps::traces {

struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  // as the model wrote them; compact JSON where the source had them as an object

  bool operator==(const ToolCall&) const = default;
};

struct Message {
  std::string role;     // system, developer, user, assistant, tool; others as they came
  std::string content;  // JSON: a string, or an array of parts in OpenAI's form; empty: none
  std::vector<ToolCall> tool_calls;
  std::string tool_call_id;
  std::string name;

  bool operator==(const Message&) const = default;
};

// Why something was not taken as a call, or not wholly.
enum class Problem : std::uint8_t {
  not_a_call,       // the span is of something else; its session, user and labels are used
  unknown_dialect,  // it looks like a call, but no table knows it
  told_by_outer,    // inner spans without texts of a call whose outer span has them
  wrong_type,       // an attribute that is not of the kind its name promises
  not_json,         // an attribute that should be JSON
  unknown_part,     // a part of a message of a kind that is not understood; it is kept as it is
  reasoning_left_out,
  no_messages,  // a call whose texts were not recorded (or have not come yet)
  clock_ahead,  // it began long after it was received: the sender's clock is wrong
};
inline constexpr std::size_t problem_count = 9;
[[nodiscard]] std::string_view problem_name(Problem problem);

struct CallProblem {
  Problem problem = Problem::not_a_call;
  std::string attribute;  // where; empty: the whole span

  bool operator==(const CallProblem&) const = default;
};

struct Call {
  std::string dialect;  // the name of the table that read it
  std::string trace_id;
  std::string span_id;
  std::vector<std::string> span_ids;  // all spans that told of it, its own first
  std::uint64_t start_ns = 0;         // since 1970; 0: unknown
  std::uint64_t end_ns = 0;
  std::optional<std::uint64_t> first_token_ns;  // after the start
  std::string model_asked;
  std::string model_used;
  std::string provider;
  std::vector<Message> prompt;
  std::optional<Message> output;
  std::uint32_t other_answers = 0;  // further choices of the same call, left out
  std::string tools;                // a JSON array in OpenAI's form; empty: none
  std::string tool_choice;          // JSON; empty: none
  std::string finish_reason;
  std::optional<std::uint64_t> tokens_in;
  std::optional<std::uint64_t> tokens_out;
  std::optional<std::uint64_t> tokens_cached;     // of tokens_in
  std::optional<std::uint64_t> tokens_reasoning;  // of tokens_out
  std::optional<double> cost_usd;
  bool failed = false;
  std::string error;  // empty unless failed, and then too where nobody said why
  std::string session;
  std::string thread;
  std::string run;
  std::string user;
  std::vector<std::string> labels;  // sorted, each once
  std::vector<CallProblem> problems;

  [[nodiscard]] std::uint64_t latency_ns() const { return end_ns > start_ns ? end_ns - start_ns : 0; }
  [[nodiscard]] std::string_view model() const { return model_used.empty() ? model_asked : model_used; }
  // What keeps a conversation together: its session, else its thread; empty: neither is known.
  [[nodiscard]] std::string_view conversation() const { return session.empty() ? thread : session; }
};

// The prompt's messages and the answer, as a conversation goes.
[[nodiscard]] std::vector<Message> conversation_of(const Call& call);

// Beyond 64 labels no more are kept.
void add_label(Call& call, std::string_view label);
void add_problem(std::vector<CallProblem>& problems, Problem problem, std::string_view attribute);

// Appends the message as a JSON object in OpenAI's chat form.
void append_json(const Message& message, std::string& out);

}  // namespace steps::traces
