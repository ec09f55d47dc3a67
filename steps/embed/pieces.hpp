// Cuts text into the word pieces of USE-lite: NFKC, then the unigram model's best path (Kudo 2018) as the
// JavaScript reference walks it, its habits included. Any thread; nothing changes after construction.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace steps::embed {

class Pieces {
 public:
  // `text` of piece i is bytes[offsets[i] .. offsets[i + 1]); `scores` are log probabilities, one a piece.
  Pieces(std::span<const std::uint32_t> offsets, std::string_view bytes, std::span<const float> scores);

  // Piece numbers; 0 is an unknown character, a run of them counts once. Bytes that are not UTF-8 are read as
  // U+FFFD. Cost: linear in the text, up to the longest piece (16 characters) for each character.
  [[nodiscard]] std::vector<std::uint32_t> encode(std::string_view text) const;

 private:
  struct Node {
    std::uint32_t piece = 0;  // 0: no piece ends here
    bool end = false;
  };
  [[nodiscard]] std::uint32_t child(std::uint32_t node, char32_t symbol) const;

  std::vector<Node> nodes_;
  std::unordered_map<std::uint64_t, std::uint32_t> children_;  // node << 21 | symbol
  std::vector<double> scores_;
  std::vector<std::uint8_t> lengths_;  // in UTF-16 units, which is what the reference steps back by
};

}  // namespace steps::embed
