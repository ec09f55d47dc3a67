#include "steps/text/json_string.hpp"
#include "steps/text/scratch.hpp"

namespace steps::text {
namespace {

// Calls take(string value) for every text of the prompt that counts as tokens, the declared tools apart.
template <class Take>
void for_each_prompt_text(const Scratch::State& state, Take&& take) {
  const JsonIndex& json = state.json;
  const auto take_string = [&](JsonRef value) {
    if (json.is(value, JsonKind::string)) take(value);
  };
  const auto take_function = [&](JsonRef function) {
    take_string(json.field(function, "name"));
    take_string(json.field(function, "arguments"));
  };
  for (std::size_t i = 0; i < state.parts.prompt_size; ++i) {
    const Message& message = state.parts.message[i];
    for_each_text(json, message.content, take);
    if (message.function_call != no_value) take_function(message.function_call);
    if (!json.is(message.tool_calls, JsonKind::array)) continue;
    for (JsonRef call = json.first(message.tool_calls); call != json.end(message.tool_calls);
         call = json.next(call)) {
      take_function(json.field(call, "function"));
      const JsonRef custom = json.field(call, "custom");
      take_string(json.field(custom, "name"));
      take_string(json.field(custom, "input"));
    }
  }
}

}  // namespace

std::uint64_t prompt_bytes_max(const Scratch::State& state) {
  std::uint64_t bytes = state.parts.tools == no_value ? 0 : state.json.raw(state.parts.tools).size();
  for_each_prompt_text(state, [&](JsonRef text) { bytes += state.json.raw_string(text).size(); });
  return bytes;
}

PromptTokens prompt_tokens(Scratch::State& state, const Tokenizer& tokenizer, PromptTokens::Texts texts) {
  PromptTokens sum;
  const auto add = [&](std::string_view text) {
    sum.bytes += text.size();
    if (texts == PromptTokens::Texts::counted) sum.tokens += tokenizer.count(text);
  };
  for_each_prompt_text(state, [&](JsonRef text) { add(state.json.string(text, state.buffer)); });
  if (state.parts.tools != no_value) {
    state.buffer.clear();
    append_compact(state.json.raw(state.parts.tools), state.buffer);
    add(state.buffer);
  }
  return sum;
}

}  // namespace steps::text
