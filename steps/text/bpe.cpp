#include "steps/text/bpe.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>

namespace steps::text {
namespace {

using schemas::ErrorCode;
using schemas::Result;

constexpr std::size_t short_piece_bytes = 96;
constexpr unsigned slot_bits = 19;  // o200k_base has 199,998 tokens
constexpr std::size_t slots = std::size_t{1} << slot_bits;
constexpr std::size_t short_token_bytes = 7;
constexpr std::size_t token_bytes_limit = 255;
constexpr std::size_t all_bytes_limit = std::size_t{1} << 24U;
constexpr std::uint32_t nowhere = 0xffffffffU;

std::size_t pair_of(std::string_view bytes) {
  return static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) << 8U |
         static_cast<unsigned char>(bytes[1]);
}

std::uint32_t load_four(const char* bytes) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

// Up to seven bytes and their number in the eighth, so that short tokens need no comparison; the hash of
// longer ones, which have 0xff there.
std::uint64_t key_of(std::string_view bytes) {
  const std::size_t size = bytes.size();
  if (size > short_token_bytes) return XXH3_64bits(bytes.data(), size) | std::uint64_t{0xff} << 56U;
  std::uint64_t key = static_cast<std::uint64_t>(size) << 56U;
  if (size >= 4) {
    key |= load_four(bytes.data());
    return key | static_cast<std::uint64_t>(load_four(bytes.data() + size - 4)) << (8 * (size - 4));
  }
  for (std::size_t i = 0; i < size; ++i) {
    key |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return key;
}

std::size_t slot_of(std::uint64_t key) {
  return (key * 0x9e3779b97f4a7c15U) >> (64 - slot_bits);
}

// Appends the decoded bytes; false when the text is no base64 with padding.
bool decode_base64(std::string_view text, std::string& out) {
  if (text.empty() || text.size() % 4 != 0) return false;
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static const auto values = [&alphabet] {
    std::array<std::uint8_t, 256> table{};
    table.fill(64);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
      table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return table;
  }();
  const std::size_t padding = text.ends_with("==") ? 2U : (text.ends_with('=') ? 1U : 0U);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    unsigned group = 0;
    const std::size_t digits = at + 4 == text.size() ? 4 - padding : 4;
    for (std::size_t i = 0; i < 4; ++i) {
      const unsigned digit = i < digits ? values[static_cast<unsigned char>(text[at + i])] : 0U;
      if (digit > 63) return false;
      group = group << 6U | digit;
    }
    for (std::size_t i = 0; i + 1 < digits; ++i) out += static_cast<char>(group >> (16U - 8U * i) & 0xffU);
  }
  return true;
}

// The pieces of a long piece while they are merged: a doubly linked list over the byte offsets where they
// begin.
struct LongMerge {
  std::vector<std::uint32_t> next;
  std::vector<std::uint32_t> previous;
  std::vector<std::uint32_t> ranks;  // of the pair that begins here
  std::vector<std::uint64_t> heap;   // rank << 32 | offset, smallest first; may hold outdated entries

  void push(std::uint32_t rank, std::uint32_t offset) {
    heap.push_back(static_cast<std::uint64_t>(rank) << 32U | offset);
    std::push_heap(heap.begin(), heap.end(), std::greater<>{});
  }
};

}  // namespace

Result<BpeRanks> BpeRanks::load(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return schemas::fail(ErrorCode::not_found, "the token ranks", "no readable file",
                         "run tools/assets/fetch " + file.parent_path().string(), file.string());
  }
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  BpeRanks ranks;
  ranks.slots_.resize(slots);
  ranks.pairs_.assign(1U << 16U, no_rank);
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t line_end = std::min(text.find('\n', at), text.size());
    if (auto added = ranks.add_line(std::string_view(text).substr(at, line_end - at), ++number); !added) {
      added.error().at = file.string() + ":" + std::to_string(number);
      return std::unexpected(std::move(added.error()));
    }
    at = line_end + 1;
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (ranks.rank({&c, 1}) == no_rank) {
      return schemas::fail(ErrorCode::corrupt, "a token for every single byte",
                           "none for " + std::to_string(byte), "fetch the file again: tools/assets/fetch",
                           file.string());
    }
  }
  return ranks;
}

Result<void> BpeRanks::add_line(std::string_view line, std::size_t number) {
  if (line.empty()) return {};
  const std::size_t space = line.find(' ');
  const std::size_t begin = bytes_.size();
  std::uint32_t rank = no_rank;
  bool is_right = space != std::string_view::npos && decode_base64(line.substr(0, space), bytes_);
  if (is_right) {
    const std::string_view digits = line.substr(space + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rank);
    is_right = error == std::errc{} && end == digits.data() + digits.size() && rank != no_rank;
  }
  const std::size_t length = bytes_.size() - begin;
  if (!is_right || length > token_bytes_limit || bytes_.size() > all_bytes_limit || tokens_ >= slots / 2) {
    return schemas::fail(ErrorCode::corrupt, "base64, a space and a rank", "line " + std::to_string(number),
                         "fetch the file again: tools/assets/fetch");
  }
  insert(begin, length, rank);
  return {};
}

void BpeRanks::insert(std::size_t begin, std::size_t length, std::uint32_t rank) {
  const std::string_view token = std::string_view(bytes_).substr(begin, length);
  if (length == 2) pairs_[pair_of(token)] = rank;
  const std::uint64_t key = key_of(token);
  std::size_t slot = slot_of(key);
  while (slots_[slot].rank != no_rank) slot = (slot + 1) % slots;
  slots_[slot] = {key, rank, static_cast<std::uint32_t>(begin << 8U | length)};
  ++tokens_;
  token_bytes_max_ = std::max(token_bytes_max_, length);
}

std::uint32_t BpeRanks::rank(std::string_view bytes) const {
  if (bytes.empty() || bytes.size() > token_bytes_max_) return no_rank;
  const std::uint64_t key = key_of(bytes);
  for (std::size_t slot = slot_of(key);; slot = (slot + 1) % slots) {
    const Slot& found = slots_[slot];
    if (found.rank == no_rank) return no_rank;
    if (found.key == key && (bytes.size() <= short_token_bytes || token_at(found.place) == bytes))
      return found.rank;
  }
}

void BpeRanks::emit(std::string_view token, std::vector<std::uint32_t>* ids) const {
  if (ids != nullptr) ids->push_back(rank(token));
}

std::size_t BpeRanks::merge(std::string_view piece, std::vector<std::uint32_t>* ids) const {
  if (piece.empty()) return 0;
  if (const std::uint32_t whole = rank(piece); whole != no_rank) {
    if (ids != nullptr) ids->push_back(whole);
    return 1;
  }
  return piece.size() <= short_piece_bytes ? merge_short(piece, ids) : merge_long(piece, ids);
}

std::size_t BpeRanks::merge_short(std::string_view piece, std::vector<std::uint32_t>* ids) const {
  std::array<std::uint16_t, short_piece_bytes + 1> begins;
  std::array<std::uint32_t, short_piece_bytes + 1> ranks;  // of the pair of parts i and i + 1
  std::size_t parts = piece.size();
  for (std::size_t i = 0; i <= parts; ++i) begins[i] = static_cast<std::uint16_t>(i);
  for (std::size_t i = 0; i + 1 < parts; ++i) ranks[i] = pairs_[pair_of(piece.substr(i, 2))];
  const auto pair_rank = [&](std::size_t i) {
    if (i + 2 > parts) return no_rank;
    return rank(piece.substr(begins[i], static_cast<std::size_t>(begins[i + 2] - begins[i])));
  };
  while (parts > 1) {
    std::uint32_t* const last = ranks.data() + parts - 1;
    std::uint32_t* const lowest = std::min_element(ranks.data(), last);
    if (*lowest == no_rank) break;
    const auto at = static_cast<std::size_t>(lowest - ranks.data());
    std::copy(begins.data() + at + 2, begins.data() + parts + 1, begins.data() + at + 1);
    std::copy(lowest + 1, last, lowest);
    --parts;
    if (at + 1 < parts) ranks[at] = pair_rank(at);
    if (at > 0) ranks[at - 1] = pair_rank(at - 1);
  }
  if (ids != nullptr) {
    for (std::size_t i = 0; i < parts; ++i) {
      emit(piece.substr(begins[i], static_cast<std::size_t>(begins[i + 1] - begins[i])), ids);
    }
  }
  return parts;
}

std::size_t BpeRanks::merge_long(std::string_view piece, std::vector<std::uint32_t>* ids) const {
  const auto size = static_cast<std::uint32_t>(piece.size());
  LongMerge merge;
  merge.next.resize(size);
  merge.previous.resize(size);
  merge.ranks.resize(size, no_rank);
  merge.heap.reserve(size);
  for (std::uint32_t i = 0; i < size; ++i) {
    merge.next[i] = i + 1;
    merge.previous[i] = i == 0 ? nowhere : i - 1;
    if (i + 1 < size) merge.ranks[i] = pairs_[pair_of(piece.substr(i, 2))];
    if (merge.ranks[i] != no_rank)
      merge.heap.push_back(static_cast<std::uint64_t>(merge.ranks[i]) << 32U | i);
  }
  std::make_heap(merge.heap.begin(), merge.heap.end(), std::greater<>{});
  const auto update = [&](std::uint32_t at) {
    const std::uint32_t second = merge.next[at];
    merge.ranks[at] = second >= size ? no_rank : rank(piece.substr(at, merge.next[second] - at));
    if (merge.ranks[at] != no_rank) merge.push(merge.ranks[at], at);
  };
  std::size_t parts = size;
  while (!merge.heap.empty()) {
    const std::uint64_t top = merge.heap.front();
    std::pop_heap(merge.heap.begin(), merge.heap.end(), std::greater<>{});
    merge.heap.pop_back();
    const auto at = static_cast<std::uint32_t>(top);
    // Outdated: the pair has been merged into another one, or a longer pair begins here now.
    if (merge.ranks[at] != static_cast<std::uint32_t>(top >> 32U)) continue;
    const std::uint32_t gone = merge.next[at];
    merge.next[at] = merge.next[gone];
    if (merge.next[at] < size) merge.previous[merge.next[at]] = at;
    merge.ranks[gone] = no_rank;
    --parts;
    update(at);
    if (merge.previous[at] != nowhere) update(merge.previous[at]);
  }
  if (ids != nullptr) {
    for (std::uint32_t at = 0; at < size; at = merge.next[at])
      emit(piece.substr(at, merge.next[at] - at), ids);
  }
  return parts;
}

}  // namespace steps::text
