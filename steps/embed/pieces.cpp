#include "steps/embed/pieces.hpp"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>

namespace steps::embed {
namespace {

constexpr std::uint32_t reserved_pieces = 6;
constexpr std::uint32_t no_node = 0xFFFFFFFF;
constexpr char32_t separator = 0x2581;

icu::UnicodeString unicode(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

std::vector<char32_t> symbols_of(const icu::UnicodeString& text) {
  std::vector<char32_t> symbols;
  for (std::int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
    symbols.push_back(static_cast<char32_t>(text.char32At(at)));
  }
  return symbols;
}

// What the model reads: normalised, with a separator in front and for every space.
std::vector<char32_t> prepared(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  const icu::UnicodeString raw = unicode(text);
  const icu::UnicodeString normal = U_SUCCESS(status) ? nfkc->normalize(raw, status) : raw;
  std::vector<char32_t> symbols = symbols_of(U_SUCCESS(status) ? normal : raw);
  if (symbols.empty()) return symbols;
  std::ranges::replace(symbols, U' ', separator);
  symbols.insert(symbols.begin(), separator);
  return symbols;
}

}  // namespace

Pieces::Pieces(std::span<const std::uint32_t> offsets, std::string_view bytes, std::span<const float> scores)
    : nodes_(1), scores_(scores.begin(), scores.end()), lengths_(scores.size()) {
  for (std::uint32_t piece = 0; piece < scores.size(); ++piece) {
    const icu::UnicodeString text =
        unicode(bytes.substr(offsets[piece], offsets[piece + 1] - offsets[piece]));
    lengths_[piece] = static_cast<std::uint8_t>(text.length());
    if (piece < reserved_pieces) continue;
    std::uint32_t node = 0;
    for (const char32_t symbol : symbols_of(text)) {
      const std::uint64_t key = (static_cast<std::uint64_t>(node) << 21U) | symbol;
      const auto [entry, added] = children_.try_emplace(key, static_cast<std::uint32_t>(nodes_.size()));
      if (added) nodes_.emplace_back();
      node = entry->second;
    }
    nodes_[node] = {piece, true};
  }
}

std::uint32_t Pieces::child(std::uint32_t node, char32_t symbol) const {
  const auto found = children_.find((static_cast<std::uint64_t>(node) << 21U) | symbol);
  return found == children_.end() ? no_node : found->second;
}

std::vector<std::uint32_t> Pieces::encode(std::string_view text) const {
  const std::vector<char32_t> symbols = prepared(text);
  // 0 stands for "not reached yet" as well as for a path of unknown characters, as in the reference. Starts
  // are visited in ascending order, so each end sees its candidates in the reference's order too.
  std::vector<double> best(symbols.size() + 1);
  std::vector<std::uint32_t> piece_at(symbols.size() + 1);
  const auto offer = [&](std::size_t start, std::size_t end, double score, std::uint32_t piece) {
    const double total = score + best[start];
    if (best[end] != 0 && total < best[end]) return;
    best[end] = total;
    piece_at[end] = piece;
  };
  for (std::size_t start = 0; start < symbols.size(); ++start) {
    bool found = false;
    std::uint32_t node = 0;
    for (std::size_t end = start; end < symbols.size(); ++end) {
      node = child(node, symbols[end]);
      if (node == no_node) break;
      if (!nodes_[node].end) continue;
      found = true;
      offer(start, end + 1, scores_[nodes_[node].piece], nodes_[node].piece);
    }
    if (!found) offer(start, start + 1, 0, 0);
  }
  std::vector<std::uint32_t> pieces;
  for (std::size_t end = symbols.size(); end > 0;) {
    const std::uint32_t piece = piece_at[end];
    if (piece != 0 || pieces.empty() || pieces.back() != 0) pieces.push_back(piece);
    end -= std::min<std::size_t>(end, std::max<std::size_t>(1, lengths_[piece]));
  }
  std::ranges::reverse(pieces);
  return pieces;
}

}  // namespace steps::embed
