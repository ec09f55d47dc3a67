#include "steps/embed/glove.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace steps::embed {
namespace {

// IEEE half to single precision: shift the fields into place, then let a multiplication move the exponent,
// which is right for subnormal numbers too. The files hold no infinities.
float single(std::uint16_t half) {
  const float magnitude = std::bit_cast<float>(static_cast<std::uint32_t>(half & 0x7FFFU) << 13U) * 0x1p112F;
  return (half & 0x8000U) != 0 ? -magnitude : magnitude;
}

bool is_letter(unsigned char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte >= 0x80;
}
bool is_digit(unsigned char byte) {
  return byte >= '0' && byte <= '9';
}

// Words of ASCII text in lower case: letters, digits, and "'" as the start of a word ("'s", "n't" is cut
// off), the way the vectors' corpus was cut. `visit` gets each word; valid until it returns.
template <class Visit>
void each_word(std::string_view text, const Visit& visit) {
  std::array<char, 48> word;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = 0;
    const std::size_t start = at;
    if (text[at] == '\'' && at + 1 < text.size()) word[size++] = text[at++];
    while (at < text.size()) {
      const auto byte = static_cast<unsigned char>(text[at]);
      if (!is_letter(byte) && !is_digit(byte)) break;
      const bool upper = byte >= 'A' && byte <= 'Z';
      if (size < word.size()) word[size++] = static_cast<char>(upper ? byte + 32 : byte);
      ++at;
    }
    const bool negated = at - start > 2 && text[at - 1] == 'n' && at + 1 < text.size() && text[at] == '\'' &&
                         (text[at + 1] | 32) == 't';
    if (negated && size < word.size()) {
      visit(std::string_view(word.data(), size - 1));
      visit(std::string_view("n't"));
      at += 2;
    } else if (size > 0 && !(size == 1 && word[0] == '\'')) {
      visit(std::string_view(word.data(), size));
    }
    if (at == start) ++at;
  }
}

// a / (a + p) with a = 0.001; the probability of a word from its place by Zipf's law with Mandelbrot's shift.
float weight(std::uint32_t rank) {
  const float probability = 1 / (13 * (static_cast<float>(rank) + 2.7F));
  return 0.001F / (0.001F + probability);
}

}  // namespace

schemas::Result<Glove> Glove::load(const std::filesystem::path& path) {
  auto file = MappedFile::open(path);
  if (!file) return std::unexpected(file.error());
  Glove glove;
  glove.file_ = std::move(*file);
  Sections sections(glove.file_.bytes());
  const auto magic = sections.take<char>(8);
  const auto sizes = sections.take<std::uint32_t>(3);
  sections.align();
  if (sections.good() && std::memcmp(magic.data(), "RFTDGLV1", 8) == 0 && sizes[1] == dims &&
      std::has_single_bit(sizes[2]) && sizes[2] > sizes[0]) {
    glove.slots_ = sections.take<std::uint32_t>(sizes[2]);
    sections.align();
    glove.offsets_ = sections.take<std::uint32_t>(std::size_t{sizes[0]} + 1);
    const auto text = sections.take<char>(glove.offsets_.empty() ? 0 : glove.offsets_.back());
    glove.text_ = {text.data(), text.size()};
    sections.align();
    glove.vectors_ = sections.take<std::uint16_t>(std::size_t{sizes[0]} * dims);
    sections.align();
  }
  if (glove.vectors_.empty() || !sections.at_end()) {
    return schemas::fail(schemas::ErrorCode::corrupt, "the word vectors in " + path.string(),
                         std::to_string(glove.file_.bytes().size()) + " other bytes",
                         "delete it and run tools/assets/fetch");
  }
  return glove;
}

std::optional<std::uint32_t> Glove::rank(std::string_view word) const {
  std::uint64_t hashed = 0xCBF29CE484222325U;
  for (const char byte : word) hashed = (hashed ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
  hashed ^= hashed >> 32U;
  while (true) {
    const std::uint32_t slot = slots_[hashed & (slots_.size() - 1)];
    if (slot == 0) return std::nullopt;
    const std::uint32_t first = offsets_[slot - 1];
    if (text_.substr(first, offsets_[slot] - first) == word) return slot - 1;
    ++hashed;
  }
}

float Glove::embed(std::string_view text, std::span<float> out) const {
  std::array<float, dims> sum{};
  std::size_t words = 0;
  std::size_t known = 0;
  each_word(text, [&](std::string_view word) {
    const bool letters =
        std::ranges::all_of(word, [](char byte) { return is_letter(static_cast<unsigned char>(byte)); });
    const auto found = rank(word);
    if (letters) {
      ++words;
      if (found) ++known;
    }
    if (!found) return;
    const float scale = weight(*found);
    const std::uint16_t* vector = vectors_.data() + std::size_t{*found} * dims;
    for (std::size_t at = 0; at < dims; ++at) sum[at] += scale * single(vector[at]);
  });
  float squares = 0;
  for (const float value : sum) squares += value * value;
  const float scale = squares > 0 ? 1 / std::sqrt(squares) : 0;
  for (std::size_t at = 0; at < dims; ++at) out[at] = sum[at] * scale;
  return words == 0 ? 1.0F : static_cast<float>(known) / static_cast<float>(words);
}

}  // namespace steps::embed
