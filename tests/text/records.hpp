// Tokenizers and verdicts for tests, without ceremony.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "steps/text/line_reader.hpp"
#include "steps/text/record.hpp"

namespace tests::text {

inline const steps::text::Tokenizer& o200k() {
  static const auto tokenizer = [] {
    auto loaded = steps::text::Tokenizer::load("o200k_base", RFTD_ASSETS);
    if (!loaded) throw std::runtime_error(loaded.error().message());
    return *loaded;
  }();
  return tokenizer;
}

inline steps::text::Verdict verdict_of(std::string_view line,
                                       const steps::text::ValidationRules& rules = {}) {
  static steps::text::Scratch scratch;  // reused on purpose: nothing may leak from one line to the next
  return steps::text::validate(line, rules, o200k(), scratch);
}

struct NumberedLine {
  std::uint64_t number;
  std::string text;
};

// The lines of a file under tests/data as LineReader gives them.
inline std::vector<NumberedLine> read_lines(std::string_view bytes,
                                            steps::text::LineCounts* counts = nullptr) {
  std::vector<NumberedLine> lines;
  steps::text::LineReader reader(
      steps::text::Encoding::identity,
      [&lines](const steps::text::LineBlock& block) -> schemas::Result<void> {
        std::size_t begin = 0;
        for (std::size_t i = 0; i < block.size(); ++i) {
          lines.push_back({block.lines[i], block.bytes.substr(begin, block.lengths[i])});
          begin += block.lengths[i];
        }
        return {};
      });
  if (!reader.feed(bytes) || !reader.finish()) throw std::runtime_error("the lines cannot be read");
  if (counts != nullptr) *counts = reader.counts();
  return lines;
}

}  // namespace tests::text
