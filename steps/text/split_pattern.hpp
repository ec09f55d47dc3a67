// Cuts text into the pieces that a byte-pair encoding never merges across: words, numbers, punctuation, white
// space. Runs on: any thread; matching state is per thread. Never changes the text.
#pragma once

#include <memory>
#include <string_view>

#include "schemas/error.hpp"

namespace steps::text {

enum class SplitRule : unsigned char { o200k, cl100k };

class SplitPattern {
 public:
  [[nodiscard]] static schemas::Result<SplitPattern> compile(SplitRule rule);

  // Where the piece that begins at `begin` ends; > begin always. `text` is valid UTF-8, `begin` < text.size()
  // and at the end of a piece (or 0).
  [[nodiscard]] std::size_t piece_end(std::string_view text, std::size_t begin) const;

 private:
  SplitRule rule_ = SplitRule::o200k;
  std::shared_ptr<const void> code_;  // pcre2_code, compiled to machine code where the processor allows
};

}  // namespace steps::text
