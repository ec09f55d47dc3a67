// Says whether one line is a record that can be trained on, and if not, why; and what it is the same as.
// Runs on: any thread, one Scratch per thread. Pure: no clock, no files; any bytes are fine and nothing is
// thrown.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "steps/text/tokenizer.hpp"

namespace steps::text {

// In the order in which they are checked: the first that fails names the record.
enum class Code : std::uint8_t {
  valid = 0,
  invalid_json,
  invalid_structure,
  missing_messages,
  empty_messages,
  invalid_role,
  no_user_message,
  empty_user_message,
  user_message_too_short,
  invalid_tool_call,
  missing_tool_call_id,
  orphan_tool_result,
  exceeds_max_tokens,
};
inline constexpr std::size_t code_count = 13;

[[nodiscard]] std::string_view code_name(Code code);
[[nodiscard]] std::optional<Code> code_from_name(std::string_view name);

struct ValidationRules {
  std::uint32_t max_tokens = 8000;        // of the prompt; 0: no limit
  std::uint32_t min_user_characters = 0;  // code points of the last user message; 0: off
  std::string encoding = "o200k_base";    // the name of the Tokenizer that is passed beside the rules
};

using Hash128 = std::array<std::uint8_t, 16>;

struct Verdict {
  Code code = Code::valid;
  std::uint32_t message_index = 0;  // of the message at fault; 0 where the fault is not one message's
  std::uint32_t tokens = 0;         // of the prompt, see below; at most 2^32-1
  bool tokens_exact =
      false;                // false: not counted because it cannot matter, or `tokens` is only a lower bound
  std::uint16_t turns = 0;  // user messages of the prompt, at most 65,535
  bool has_tools = false;   // tools are declared, or the prompt has tool calls
  bool has_output = false;  // there is a recorded answer
  bool multi_turn = false;  // turns > 1
  Hash128 content_hash{};   // all zero unless valid
  Hash128 span_hash{};      // all zero when the record names no trace span
  // For a person, valid UTF-8: "messages[3].role: expected system, …, found 'robot'". Empty when valid.
  std::string detail;
};

// Memory that is reused from line to line. Not shared between threads.
class Scratch {
 public:
  Scratch();
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;
  ~Scratch();

  struct State;  // defined in scratch.hpp, for the sources of steps/text only
  [[nodiscard]] State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

// Shapes: {messages, tools?, ...}; the same with reference_answer and any further fields; {input: {messages,
// tools?}, output}. `input` counts only when there is no top-level `messages`.
//
// The PROMPT is `messages` without its trailing run of assistant messages: that run is the recorded answer.
// When there is an `output` (not null), it is the answer, and `messages` is the prompt as it stands. A tool
// call and its result further up stay in the prompt.
//
// What is decided where formats leave it open:
// - JSON: RFC 8259, UTF-8, at most 1,024 levels and 4,194,304 values. A lone surrogate escape is invalid_json
// (no UTF-8
//   text can hold it, so no model could be given it). \u0000 is content. Integers and exponents of any size
//   are fine, as numbers are never converted. Of duplicate keys the last one counts, as in JavaScript and
//   Python.
// - `messages`: null or of another kind is empty_messages, absent is missing_messages. A message that is no
// object, or
//   without a known role, is invalid_role. Roles, tool calls and tool results are checked in the trailing
//   answer too, `output` is not looked into (a model's broken answer is something to grade, not to refuse).
// - empty_user_message: ANY user message of the prompt without text beyond white space (Unicode's), without
// content, or
//   with content that is neither string nor array. A content part of a type other than text is content.
// - user_message_too_short: the LAST user message, its text parts taken together, white space included. A
// message
//   with a part that is not text is never too short.
// - `tools` that is no array of objects is invalid_tool_call; null and [] are absent. `tool_calls` null and
// [] are absent.
//   A call needs id (not empty), type `function` or `custom`; a function needs a name and arguments: a string
//   holding a JSON object; a custom tool needs a name. The old `function_call` needs name and arguments
//   alike.
// - A tool message needs tool_call_id and an EARLIER call of that id, which may be answered more than once
// and in any
//   order; a call without an answer is fine. A `function` message answers an earlier function_call by `name`.
//
// Tokens of a prompt: the sum, text by text, of the tokens of every content string and text part; of the name
// and arguments of every tool or function call; and of `tools` as JSON without white space between its
// tokens. Roles, names, ids, images and what a chat template adds are not in it. A text has no more tokens
// than bytes, so when all texts together have at most max_tokens bytes nothing is counted. Over 1 MiB of text
// that exceeds the limit even if every token were the longest there is, `tokens` is that lower bound.
//
// content_hash: XXH3-128 of the prompt's messages and `tools`, after sorting the keys of objects, undoing
// escapes and leaving out white space, fields of messages that are null, and an empty `tools`. Numbers count
// as they are written. span_hash: XXH3-128 of `trace_id` and `span_id`, strings of `metadata` or else of the
// record itself; a record without span_id names no span.
//
// Speed: about the size of the line; more only where tokens must be counted.
[[nodiscard]] Verdict validate(std::string_view line, const ValidationRules& rules,
                               const Tokenizer& tokenizer, Scratch& scratch);

// The verdict on a line that LineReader cut: invalid_json, with both lengths.
[[nodiscard]] Verdict verdict_of_cut_line(std::uint64_t original_length, std::uint64_t kept_length);

// The exact number of tokens of the prompt as defined above; 0 when the line has no array of messages.
[[nodiscard]] std::uint32_t count_record_tokens(std::string_view line, const Tokenizer& tokenizer,
                                                Scratch& scratch);

}  // namespace steps::text
