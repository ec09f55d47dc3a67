#define XXH_INLINE_ALL
#include <xxhash.h>

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

constexpr std::size_t known_texts_max = 4096;

}  // namespace

std::uint64_t KnownTexts::count(std::string_view text, const Tokenizer& tokenizer) {
  if (text.size() < text_bytes_min) return tokenizer.count(text);
  entries_.resize(known_texts_max);
  const std::uint64_t encoding = XXH3_64bits(tokenizer.name().data(), tokenizer.name().size());
  const XXH128_hash_t hash = XXH3_128bits_withSeed(text.data(), text.size(), encoding);
  Entry& entry = entries_[hash.low64 % known_texts_max];
  if (entry.high != hash.high64 || entry.low != hash.low64) {
    entry = {hash.high64, hash.low64, tokenizer.count(text)};
  }
  return entry.tokens;
}

std::uint64_t prompt_bytes_max(const Scratch::State& state) {
  std::uint64_t bytes = state.parts.tools == no_value ? 0 : state.json.raw(state.parts.tools).size();
  for_each_prompt_text(state, [&](JsonRef text) { bytes += state.json.raw_string(text).size(); });
  return bytes;
}

PromptTokens prompt_tokens(Scratch::State& state, const Tokenizer& tokenizer, PromptTokens::Texts texts) {
  PromptTokens sum;
  const auto add = [&](std::string_view text) {
    sum.bytes += text.size();
    if (texts == PromptTokens::Texts::counted) sum.tokens += state.known_texts.count(text, tokenizer);
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
