#include "steps/text/record.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "steps/text/scratch.hpp"

namespace steps::text {
namespace {

constexpr std::array<std::string_view, code_count> code_names{"valid",
                                                              "invalid_json",
                                                              "invalid_structure",
                                                              "missing_messages",
                                                              "empty_messages",
                                                              "invalid_role",
                                                              "no_user_message",
                                                              "empty_user_message",
                                                              "user_message_too_short",
                                                              "invalid_tool_call",
                                                              "missing_tool_call_id",
                                                              "orphan_tool_result",
                                                              "exceeds_max_tokens"};

// More text than this is not counted when it is over the limit beyond doubt.
constexpr std::uint64_t counted_bytes_max = 1 << 20;
// A scratch that has met a larger line gives its memory back afterwards.
constexpr std::size_t kept_line_bytes = 4 << 20;

std::uint32_t saturated(std::uint64_t tokens) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(tokens, std::numeric_limits<std::uint32_t>::max()));
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

Verdict invalid(Code code, std::string detail) {
  Verdict verdict;
  verdict.code = code;
  verdict.detail = std::move(detail);
  return verdict;
}

Verdict invalid_json(std::string_view line, const JsonFault& fault) {
  std::string detail =
      "byte " + std::to_string(fault.offset) + ": expected JSON, found " + std::string(fault.what);
  if (line.starts_with("\xff\xfe") || line.starts_with("\xfe\xff"))
    detail += "; the file looks like UTF-16, save it as UTF-8";
  return invalid(Code::invalid_json, std::move(detail));
}

void describe(Scratch::State& state, Verdict& verdict) {
  const JsonIndex& json = state.json;
  const RecordParts& parts = state.parts;
  std::size_t turns = 0;
  bool has_calls = false;
  for (std::size_t i = 0; i < parts.prompt_size; ++i) {
    const Message& message = parts.message[i];
    if (message.role == Role::user) ++turns;
    has_calls = has_calls || json.is(message.function_call, JsonKind::object) ||
                (json.is(message.tool_calls, JsonKind::array) && json.has_children(message.tool_calls));
  }
  verdict.turns =
      static_cast<std::uint16_t>(std::min<std::size_t>(turns, std::numeric_limits<std::uint16_t>::max()));
  verdict.multi_turn = turns > 1;
  verdict.has_tools = has_calls || (json.is(parts.tools, JsonKind::array) && json.has_children(parts.tools));
  verdict.has_output = parts.has_answer();
  verdict.span_hash = span_hash(state);
}

void check_tokens(Scratch::State& state, const ValidationRules& rules, const Tokenizer& tokenizer,
                  Verdict& verdict) {
  const std::uint64_t bytes_max = prompt_bytes_max(state);
  if (rules.max_tokens == 0 || bytes_max <= rules.max_tokens) return;
  std::uint64_t tokens = 0;
  if (bytes_max > counted_bytes_max) {
    tokens = tokenizer.at_least(prompt_tokens(state, tokenizer, PromptTokens::Texts::measured).bytes);
  }
  const bool is_beyond_doubt = tokens > rules.max_tokens;
  if (!is_beyond_doubt) tokens = prompt_tokens(state, tokenizer, PromptTokens::Texts::counted).tokens;
  verdict.tokens = saturated(tokens);
  verdict.tokens_exact = !is_beyond_doubt;
  if (tokens <= rules.max_tokens) return;
  verdict.code = Code::exceeds_max_tokens;
  verdict.detail = "prompt: expected at most " + grouped(rules.max_tokens) + " tokens (" + tokenizer.name() +
                   "), found " + (is_beyond_doubt ? "at least " : "") + grouped(tokens);
}

}  // namespace

std::string_view code_name(Code code) {
  return code_names[static_cast<std::size_t>(code)];
}

std::optional<Code> code_from_name(std::string_view name) {
  const auto found = std::find(code_names.begin(), code_names.end(), name);
  if (found == code_names.end()) return std::nullopt;
  return static_cast<Code>(found - code_names.begin());
}

Scratch::Scratch() : state_(std::make_unique<State>()) {}
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;
Scratch::~Scratch() = default;

JsonFault Scratch::State::read(std::string_view line) {
  if (largest_line > kept_line_bytes) *this = State{};
  largest_line = std::max(largest_line, line.size());
  const JsonFault fault = json.parse(line);
  if (!fault && json.is(json.root(), JsonKind::object)) find_parts(json, parts);
  return fault;
}

Verdict validate(std::string_view line, const ValidationRules& rules, const Tokenizer& tokenizer,
                 Scratch& scratch) {
  Scratch::State& state = scratch.state();
  if (const JsonFault fault = state.read(line)) return invalid_json(line, fault);
  const JsonIndex& json = state.json;
  if (!json.is(json.root(), JsonKind::object)) {
    return invalid(Code::invalid_structure,
                   "expected an object, found " + std::string(json_kind_name(json.kind(json.root()))));
  }
  Verdict verdict;
  describe(state, verdict);
  check_record(state, rules, verdict);
  if (verdict.code == Code::valid) check_tokens(state, rules, tokenizer, verdict);
  if (verdict.code == Code::valid) verdict.content_hash = content_hash(state);
  return verdict;
}

Verdict verdict_of_cut_line(std::uint64_t original_length, std::uint64_t kept_length) {
  return invalid(Code::invalid_json, "line: expected at most " + grouped(kept_length) + " bytes, found " +
                                         grouped(original_length) + "; only its beginning was kept");
}

std::uint32_t count_record_tokens(std::string_view line, const Tokenizer& tokenizer, Scratch& scratch) {
  Scratch::State& state = scratch.state();
  if (state.read(line) || !state.json.is(state.json.root(), JsonKind::object)) return 0;
  return saturated(prompt_tokens(state, tokenizer, PromptTokens::Texts::counted).tokens);
}

}  // namespace steps::text
