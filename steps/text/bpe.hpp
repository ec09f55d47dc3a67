// The ranks of one byte-pair encoding, and the merge that turns a piece of text into tokens with them.
// Runs on: any thread; nothing changes after load. Knows nothing of how text is split into pieces.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"

namespace steps::text {

class BpeRanks {
 public:
  static constexpr std::uint32_t no_rank = 0xffffffffU;

  // Reads a .tiktoken file: a line per token, base64 of its bytes, a space, its rank (which is its id).
  // not_found when there is no such file, corrupt when a line is not of that form or a single byte has no
  // token.
  [[nodiscard]] static schemas::Result<BpeRanks> load(const std::filesystem::path& file);

  [[nodiscard]] std::uint32_t rank(std::string_view bytes) const;
  [[nodiscard]] std::size_t size() const { return tokens_; }
  // Bytes of the longest token: n bytes of text are at least n / token_bytes_max tokens.
  [[nodiscard]] std::size_t token_bytes_max() const { return token_bytes_max_; }

  // Tokens of one piece. Appends their ids when `ids` is given. Merges the pair of lowest rank, the leftmost
  // of equals, until no pair is a token (Sennrich et al. 2016 over bytes, as tiktoken does). Short pieces
  // scan for it; long ones keep a heap, so that a run of 300,000 letters costs n log n and not n squared.
  std::size_t merge(std::string_view piece, std::vector<std::uint32_t>* ids) const;

 private:
  // A short token is its own key; a long one is found by its hash and compared. One cache line either way for
  // most.
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t rank = no_rank;
    std::uint32_t place = 0;  // begin in bytes_ << 8 | length
  };

  [[nodiscard]] schemas::Result<void> add_line(std::string_view line, std::size_t number);
  void insert(std::size_t begin, std::size_t length, std::uint32_t rank);
  std::size_t merge_short(std::string_view piece, std::vector<std::uint32_t>* ids) const;
  std::size_t merge_long(std::string_view piece, std::vector<std::uint32_t>* ids) const;
  [[nodiscard]] std::string_view token_at(std::uint32_t place) const {
    return std::string_view(bytes_).substr(place >> 8U, place & 0xffU);
  }
  void emit(std::string_view token, std::vector<std::uint32_t>* ids) const;

  std::string bytes_;                 // of all tokens, one after the other
  std::vector<Slot> slots_;           // open addressing, at most half full
  std::vector<std::uint32_t> pairs_;  // ranks of all two-byte tokens, by the two bytes
  std::size_t tokens_ = 0;
  std::size_t token_bytes_max_ = 0;
};

}  // namespace steps::text
