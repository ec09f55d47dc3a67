#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <vector>

#include "steps/generate/filters.hpp"

namespace steps::generate {

namespace {

constexpr std::size_t shingle_characters = 5;

std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (is_space && (out.empty() || out.back() == ' ')) continue;
    out += is_space ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

// FNV-1a, its halves folded and mixed: the order of the hashes is the random order that prefixes need.
std::uint32_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325U;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  value = (value ^ (value >> 32U)) * 0xd6e8feb86659fd93U;
  return static_cast<std::uint32_t>(value >> 32U);
}

using Shingles = std::vector<std::uint32_t>;  // a set, ascending

Shingles shingles_of(std::string_view given) {
  const std::string text = plain(given);
  std::vector<std::size_t> begins;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U) begins.push_back(i);
  }
  Shingles all;
  if (begins.size() <= shingle_characters) {
    all.push_back(hash(text));
    return all;
  }
  begins.push_back(text.size());
  for (std::size_t i = 0; i + shingle_characters < begins.size(); ++i)
    all.push_back(hash(std::string_view(text).substr(begins[i], begins[i + shingle_characters] - begins[i])));
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

double jaccard(const Shingles& a, const Shingles& b) {
  std::size_t same = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) {
      ++same;
      ++i;
      ++j;
    } else {
      ++(a[i] < b[j] ? i : j);
    }
  }
  return static_cast<double>(same) / static_cast<double>(a.size() + b.size() - same);
}

}  // namespace

double similarity(std::string_view a, std::string_view b) {
  return jaccard(shingles_of(a), shingles_of(b));
}

struct NearDuplicates::Index {
  struct Text {
    std::uint64_t id;
    Shingles shingles;
  };

  // Two sets at or above the threshold share one of so many of their lowest members.
  [[nodiscard]] std::size_t prefix(const Shingles& shingles) const {
    const auto needed =
        static_cast<std::size_t>(std::ceil(threshold * static_cast<double>(shingles.size()) - 1e-9));
    return shingles.size() - needed + 1;
  }

  double threshold = 0.9;
  std::vector<Text> texts;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> with;  // member of a prefix -> texts
};

NearDuplicates::NearDuplicates(double threshold) : index_(std::make_unique<Index>()) {
  index_->threshold = threshold;
}
NearDuplicates::~NearDuplicates() = default;
NearDuplicates::NearDuplicates(NearDuplicates&&) noexcept = default;
NearDuplicates& NearDuplicates::operator=(NearDuplicates&&) noexcept = default;

void NearDuplicates::add(std::uint64_t id, std::string_view text) {
  const auto number = static_cast<std::uint32_t>(index_->texts.size());
  index_->texts.push_back({id, shingles_of(text)});
  const Shingles& shingles = index_->texts.back().shingles;
  for (std::size_t i = 0; i < index_->prefix(shingles); ++i) index_->with[shingles[i]].push_back(number);
}

std::optional<NearDuplicates::Match> NearDuplicates::find(std::string_view text) const {
  const Shingles shingles = shingles_of(text);
  std::vector<std::uint32_t> candidates;
  for (std::size_t i = 0; i < index_->prefix(shingles); ++i) {
    if (const auto found = index_->with.find(shingles[i]); found != index_->with.end())
      candidates.insert(candidates.end(), found->second.begin(), found->second.end());
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  std::optional<Match> best;
  for (const std::uint32_t candidate : candidates) {
    const auto& known = index_->texts[candidate];
    const double similarity = jaccard(shingles, known.shingles);
    if (similarity >= index_->threshold && (!best || similarity > best->similarity))
      best = Match{known.id, similarity};
  }
  return best;
}

}  // namespace steps::generate
