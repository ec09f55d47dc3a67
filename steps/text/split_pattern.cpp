#define PCRE2_CODE_UNIT_WIDTH 8
#include "steps/text/split_pattern.hpp"

#include <pcre2.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "steps/text/ascii_split.hpp"
#include "steps/text/utf8.hpp"

namespace steps::text {
namespace {

// The patterns of tiktoken's openai_public.py. White space is spelled out, because \s means other sets in
// PCRE2, in JavaScript and in Rust; this is Rust's White_Space, which the encodings were defined with.
#define RFTD_SPACES R"(\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})"
#define RFTD_SUFFIX R"('(?:[sS]|[dD]|[mM]|[tT]|[lL][lL]|[vV][eE]|[rR][eE]))"

constexpr const char* o200k_pattern =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?:)" RFTD_SUFFIX R"()?)"
    R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?:)" RFTD_SUFFIX R"()?)"
    R"(|\p{N}{1,3}| ?[^)" RFTD_SPACES R"(\p{L}\p{N}]+[\r\n/]*|[)" RFTD_SPACES R"(]*[\r\n]+)"
    R"(|[)" RFTD_SPACES R"(]+(?![^)" RFTD_SPACES R"(])|[)" RFTD_SPACES R"(]+)";

constexpr const char* cl100k_pattern =
    RFTD_SUFFIX R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^)" RFTD_SPACES R"(\p{L}\p{N}]+[\r\n]*)"
                R"(|[)" RFTD_SPACES R"(]+\z|[)" RFTD_SPACES R"(]*[\r\n]|[)" RFTD_SPACES
                R"(]+(?![^)" RFTD_SPACES R"(])|[)" RFTD_SPACES R"(])";

#undef RFTD_SPACES
#undef RFTD_SUFFIX

constexpr std::size_t jit_stack_bytes_max = 8 << 20;

// What one thread needs while it matches, whatever the pattern.
struct ThreadState {
  ThreadState()
      : match(pcre2_match_data_create(1, nullptr)),
        context(pcre2_match_context_create(nullptr)),
        stack(pcre2_jit_stack_create(32 * 1024, jit_stack_bytes_max, nullptr)) {
    pcre2_jit_stack_assign(context, nullptr, stack);
    pcre2_set_match_limit(context, UINT32_MAX);
  }
  ~ThreadState() {
    pcre2_match_data_free(match);
    pcre2_match_context_free(context);
    pcre2_jit_stack_free(stack);
  }
  ThreadState(const ThreadState&) = delete;
  ThreadState& operator=(const ThreadState&) = delete;

  pcre2_match_data* match;
  pcre2_match_context* context;
  pcre2_jit_stack* stack;
};

ThreadState& thread_state() {
  thread_local ThreadState state;
  return state;
}

}  // namespace

schemas::Result<SplitPattern> SplitPattern::compile(SplitRule rule) {
  int error = 0;
  PCRE2_SIZE error_offset = 0;
  const char* const pattern = rule == SplitRule::o200k ? o200k_pattern : cl100k_pattern;
  pcre2_code* const code =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern), PCRE2_ZERO_TERMINATED,
                    PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED, &error, &error_offset, nullptr);
  if (code == nullptr) {
    return schemas::fail(schemas::ErrorCode::internal, "a split pattern that compiles",
                         "PCRE2 error " + std::to_string(error) + " at " + std::to_string(error_offset));
  }
  // Without a JIT the interpreter matches the same, only slower.
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
  SplitPattern split;
  split.rule_ = rule;
  split.code_ = std::shared_ptr<const void>(
      code, [](const void* c) { pcre2_code_free(static_cast<pcre2_code*>(const_cast<void*>(c))); });
  return split;
}

std::size_t SplitPattern::piece_end(std::string_view text, std::size_t begin) const {
  if (const std::size_t end = ascii_piece_end(rule_, text, begin); end != 0) return end;
  ThreadState& state = thread_state();
  const auto* const code = static_cast<const pcre2_code*>(code_.get());
  const auto* const subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  int found = pcre2_match(code, subject, text.size(), begin, PCRE2_NO_UTF_CHECK, state.match, state.context);
  if (found < 0) {
    // The JIT's stack has a limit, the interpreter's heap has not.
    found = pcre2_match(code, subject, text.size(), begin, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, state.match,
                        state.context);
  }
  const std::size_t end = found < 0 ? begin : pcre2_get_ovector_pointer(state.match)[1];
  // Every character is matched by some alternative, so this only guards the promise that a piece is not
  // empty.
  return end > begin ? end : begin + std::max<std::size_t>(1, utf8_sequence(text, begin));
}

}  // namespace steps::text
