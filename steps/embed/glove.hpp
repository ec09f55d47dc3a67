// GloVe word vectors (Pennington, Socher, Manning 2014), the 100,000 most frequent words, and the average of
// a text's words by smooth inverse frequency (Arora, Liang, Ma 2017). Const after load: any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

#include "schemas/error.hpp"
#include "steps/embed/mapped_file.hpp"

namespace steps::embed {

class Glove {
 public:
  static constexpr std::size_t dims = 100;

  [[nodiscard]] static schemas::Result<Glove> load(const std::filesystem::path& file);

  // Lower case; its place by frequency, from 0.
  [[nodiscard]] std::optional<std::uint32_t> rank(std::string_view word) const;

  // The weighted average of the known words, of length 1; zeros when there is none. Returns the share of the
  // words (letters only) that are known, 0..1; 1 without any. The common direction of a corpus is not taken
  // out.
  float embed(std::string_view text, std::span<float> out) const;

 private:
  MappedFile file_;
  std::span<const std::uint32_t> slots_;
  std::span<const std::uint32_t> offsets_;
  std::string_view text_;
  std::span<const std::uint16_t> vectors_;
};

}  // namespace steps::embed
