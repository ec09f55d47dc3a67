// What the functions over records reuse from line to line. Internal to steps/text.
// Runs on: the thread that owns the Scratch.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "steps/text/json_index.hpp"
#include "steps/text/record.hpp"
#include "steps/text/record_parts.hpp"

namespace steps::text {

// The tokens of long texts met before: system messages, declared tools and the beginnings of conversations
// come again and again. Keyed by a 128-bit hash of encoding and text; a newer text takes an older one's
// place.
class KnownTexts {
 public:
  static constexpr std::size_t text_bytes_min = 128;

  [[nodiscard]] std::uint64_t count(std::string_view text, const Tokenizer& tokenizer);

 private:
  struct Entry {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::uint64_t tokens = 0;
  };
  std::vector<Entry> entries_;  // 96 KiB, from the first text on
};

struct CanonicalField {
  std::string_view key;
  JsonRef value;
};

struct Scratch::State {
  JsonIndex json;
  JsonIndex arguments;  // the JSON inside a call's arguments
  RecordParts parts;
  std::string buffer;  // an unescaped string, until the next one
  std::string canonical;
  std::vector<CanonicalField> fields;         // a stack: one object's fields above its parent's
  std::deque<std::string> keys;               // keys that had escapes
  std::unordered_set<std::uint64_t> answers;  // hashes of ids and names that a result may name

  KnownTexts known_texts;
  std::size_t largest_line = 0;  // bytes, since the memory was last given back

  // Parses the line and finds its parts. A fault, or `json` holding no object, leaves `parts` as it was.
  JsonFault read(std::string_view line);
};

// XXH3-128 of the canonical form of the prompt; see record.hpp.
[[nodiscard]] Hash128 content_hash(Scratch::State& state);
[[nodiscard]] Hash128 span_hash(Scratch::State& state);

// Fills code, message_index and detail with the first check that fails, tokens apart; leaves the verdict
// valid when none does.
void check_record(Scratch::State& state, const ValidationRules& rules, Verdict& verdict);

// At most so many bytes of text count as tokens: escapes and white space included, for a first look.
[[nodiscard]] std::uint64_t prompt_bytes_max(const Scratch::State& state);

// The texts that count as tokens (record.hpp): their bytes, and their tokens when they are counted.
struct PromptTokens {
  enum class Texts : std::uint8_t { measured, counted };
  std::uint64_t bytes = 0;
  std::uint64_t tokens = 0;
};
[[nodiscard]] PromptTokens prompt_tokens(Scratch::State& state, const Tokenizer& tokenizer,
                                         PromptTokens::Texts texts);

}  // namespace steps::text
