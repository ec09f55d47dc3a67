// Which words a text may have, in some bits a word, so that most texts without the words that are looked for
// need not be read. A Bloom filter a text (Bloom 1970, "Space/time trade-offs in hash coding with allowable
// errors") with the positions of Kirsch and Mitzenmacher 2006 ("Less hashing, same performance").
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace steps::traces {

// Words are runs of ASCII letters and digits in any case, and single characters of all other scripts.
// Distinct hashes, in no order that means anything.
[[nodiscard]] std::vector<std::uint64_t> word_hashes(std::string_view text);
// Whether the text has all of the words.
[[nodiscard]] bool has_all_words(std::string_view text, std::string_view words);

// The signatures of many texts, in one piece of memory.
class WordSignatures {
 public:
  struct Ref {
    std::uint32_t begin = 0;  // of 64 bits each
    std::uint32_t size = 0;   // 0: no words
  };
  Ref add(std::string_view text);
  Ref add(const WordSignatures& from, Ref ref);
  // False: the text lacks one of these words. True: of texts that do, about one in 100 is said to have a
  // word.
  [[nodiscard]] bool may_have(Ref ref, const std::vector<std::uint64_t>& hashes) const;
  [[nodiscard]] std::size_t size() const { return bits_.size(); }  // of 64 bits each

  static constexpr std::size_t bits_a_word = 12;
  static constexpr unsigned positions_a_word = 6;

 private:
  std::vector<std::uint64_t> bits_;
};

}  // namespace steps::traces
