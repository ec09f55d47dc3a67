#include "steps/traces/word_signature.hpp"

#include <xxhash.h>

#include <algorithm>
#include <set>
#include <string>

namespace steps::traces {
namespace {

bool is_letter(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

// Calls on_word(word) for each.
template <class OnWord>
void each_word(std::string_view text, OnWord on_word) {
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) on_word(std::string_view(word));
    word.clear();
  };
  for (std::size_t i = 0; i < text.size();) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c >= 'A' && c <= 'Z') c = static_cast<unsigned char>(c - 'A' + 'a');
    if (c < 0x80) {
      if (is_letter(c)) word += static_cast<char>(c);
      if (!is_letter(c)) end_word();
      ++i;
      continue;
    }
    end_word();
    std::size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    on_word(text.substr(i, end - i));
    i = end;
  }
  end_word();
}

// Calls on_bit(which) for the positions of a word among so many bits, until it says false.
template <class OnBit>
bool each_position(std::uint64_t hash, std::uint64_t bits, OnBit on_bit) {
  const auto step = static_cast<std::uint32_t>(hash >> 32U) | 1U;
  auto at = static_cast<std::uint32_t>(hash);
  for (unsigned i = 0; i < WordSignatures::positions_a_word; ++i, at += step) {
    if (!on_bit(at * bits >> 32U)) return false;
  }
  return true;
}

}  // namespace

std::vector<std::uint64_t> word_hashes(std::string_view text) {
  std::vector<std::uint64_t> hashes;
  each_word(text, [&](std::string_view word) { hashes.push_back(XXH3_64bits(word.data(), word.size())); });
  std::ranges::sort(hashes);
  const auto repeated = std::ranges::unique(hashes);
  hashes.erase(repeated.begin(), repeated.end());
  return hashes;
}

bool has_all_words(std::string_view text, std::string_view words) {
  if (words.empty()) return true;
  std::set<std::string, std::less<>> wanted;
  each_word(words, [&](std::string_view word) { wanted.emplace(word); });
  each_word(text, [&](std::string_view word) {
    if (const auto found = wanted.find(word); found != wanted.end()) wanted.erase(found);
  });
  return wanted.empty();
}

WordSignatures::Ref WordSignatures::add(std::string_view text) {
  const auto hashes = word_hashes(text);
  Ref ref{static_cast<std::uint32_t>(bits_.size()),
          static_cast<std::uint32_t>((hashes.size() * bits_a_word + 63) / 64)};
  bits_.resize(bits_.size() + ref.size);
  for (const std::uint64_t hash : hashes) {
    each_position(hash, std::uint64_t{ref.size} * 64, [&](std::uint64_t bit) {
      bits_[ref.begin + bit / 64] |= std::uint64_t{1} << bit % 64;
      return true;
    });
  }
  return ref;
}

WordSignatures::Ref WordSignatures::add(const WordSignatures& from, Ref ref) {
  const Ref own{static_cast<std::uint32_t>(bits_.size()), ref.size};
  const auto begin = from.bits_.begin() + ref.begin;
  bits_.insert(bits_.end(), begin, begin + ref.size);
  return own;
}

bool WordSignatures::may_have(Ref ref, const std::vector<std::uint64_t>& hashes) const {
  if (ref.size == 0) return hashes.empty();
  return std::ranges::all_of(hashes, [&](std::uint64_t hash) {
    return each_position(hash, std::uint64_t{ref.size} * 64, [&](std::uint64_t bit) {
      return (bits_[ref.begin + bit / 64] >> bit % 64 & 1U) != 0;
    });
  });
}

}  // namespace steps::traces
