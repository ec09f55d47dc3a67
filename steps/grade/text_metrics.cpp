#include "steps/grade/text_metrics.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "steps/grade/porter_stem.hpp"

namespace steps::grade {

namespace {

constexpr std::array<std::string_view, 11> names{"fuzzy_match", "bleu",    "gleu",    "meteor",
                                                 "cosine",      "rouge_1", "rouge_2", "rouge_3",
                                                 "rouge_4",     "rouge_5", "rouge_l"};

using Words = std::vector<std::string>;

enum class Case : std::uint8_t { kept, lower };
enum class Marks : std::uint8_t { dropped, words };  // punctuation

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) > 127;
}

Words words_of(std::string_view text, Case how, Marks marks) {
  Words words;
  bool inside = false;
  for (const char c : text) {
    const bool word = is_word_byte(c);
    if (word && inside)
      words.back() += c;
    else if (word)
      words.emplace_back(1, c);
    else if (marks == Marks::words && c > ' ')
      words.emplace_back(1, c);
    inside = word;
    if (word && how == Case::lower && c >= 'A' && c <= 'Z')
      words.back().back() = static_cast<char>(c - 'A' + 'a');
  }
  return words;
}

using Counts = std::map<std::string, std::size_t>;

// N-grams with a byte between words that no word has.
Counts ngrams(const Words& words, std::size_t n) {
  Counts counts;
  for (std::size_t i = 0; i + n <= words.size(); ++i) {
    std::string gram;
    for (std::size_t j = 0; j < n; ++j) gram += words[i + j] + '\x01';
    ++counts[gram];
  }
  return counts;
}

std::size_t matching(const Counts& a, const Counts& b) {
  std::size_t count = 0;
  for (const auto& [gram, times] : a) {
    const auto found = b.find(gram);
    if (found != b.end()) count += std::min(times, found->second);
  }
  return count;
}

double f1(double matched, double in_text, double in_reference) {
  return matched == 0 ? 0 : 2 * matched / (in_text + in_reference);
}

double rouge_n(std::string_view text, std::string_view reference, std::size_t n) {
  const Words a = words_of(text, Case::lower, Marks::dropped);
  const Words b = words_of(reference, Case::lower, Marks::dropped);
  if (a.size() < n || b.size() < n) return 0;
  const auto matched = static_cast<double>(matching(ngrams(a, n), ngrams(b, n)));
  return f1(matched, static_cast<double>(a.size() - n + 1), static_cast<double>(b.size() - n + 1));
}

// Length of the longest common subsequence, 64 symbols of `a` at a time (Hyyrö 2004).
std::size_t common_subsequence(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  const std::size_t blocks = (a.size() + 63) / 64;
  std::unordered_map<std::uint32_t, std::vector<std::uint64_t>> positions;
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto& bits = positions[a[i]];
    bits.resize(blocks);
    bits[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  std::vector<std::uint64_t> row(blocks, ~std::uint64_t{0});
  for (const std::uint32_t symbol : b) {
    const auto found = positions.find(symbol);
    if (found == positions.end()) continue;
    std::uint64_t carry = 0;
    for (std::size_t k = 0; k < blocks; ++k) {
      const std::uint64_t match = row[k] & found->second[k];
      const std::uint64_t partial = row[k] + carry;
      const std::uint64_t sum = partial + match;
      carry = static_cast<std::uint64_t>(partial < carry || sum < match);
      row[k] = sum | (row[k] - match);
    }
  }
  std::size_t length = 0;
  for (std::size_t i = 0; i < a.size(); ++i) length += ((row[i / 64] >> (i % 64)) & 1U) == 0 ? 1 : 0;
  return length;
}

// Code points; a byte that starts none stands for itself.
std::vector<std::uint32_t> characters(std::string_view text) {
  std::vector<std::uint32_t> all;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    std::uint32_t symbol = 0;
    for (std::size_t j = 0; j < length && i + j < text.size(); ++j)
      symbol = (symbol << 8U) | static_cast<unsigned char>(text[i + j]);
    all.push_back(symbol);
    i += length;
  }
  return all;
}

double fuzzy_match(std::string_view text, std::string_view reference) {
  const auto a = characters(text);
  const auto b = characters(reference);
  if (a.empty() && b.empty()) return 1;
  return 2 * static_cast<double>(common_subsequence(a, b)) / static_cast<double>(a.size() + b.size());
}

double rouge_l(std::string_view text, std::string_view reference) {
  std::unordered_map<std::string, std::uint32_t> numbers;
  const auto numbered = [&](std::string_view from) {
    std::vector<std::uint32_t> all;
    for (const auto& word : words_of(from, Case::lower, Marks::dropped))
      all.push_back(numbers.try_emplace(word, static_cast<std::uint32_t>(numbers.size())).first->second);
    return all;
  };
  const auto a = numbered(text);
  const auto b = numbered(reference);
  if (a.empty() || b.empty()) return 0;
  return f1(static_cast<double>(common_subsequence(a, b)), static_cast<double>(a.size()),
            static_cast<double>(b.size()));
}

double bleu(std::string_view text, std::string_view reference) {
  const Words a = words_of(text, Case::kept, Marks::words);
  const Words b = words_of(reference, Case::kept, Marks::words);
  if (a.empty() || b.empty()) return 0;
  const std::size_t orders = std::min<std::size_t>(4, a.size());
  double logs = 0;
  double smoothing = 1;
  for (std::size_t n = 1; n <= orders; ++n) {
    const std::size_t matched = matching(ngrams(a, n), ngrams(b, n));
    if (matched == 0 && n == 1) return 0;
    if (matched == 0) smoothing *= 2;
    const auto total = static_cast<double>(a.size() - n + 1);
    logs += std::log((matched == 0 ? 1 / smoothing : static_cast<double>(matched)) / total);
  }
  const double ratio = static_cast<double>(b.size()) / static_cast<double>(a.size());
  return std::exp(std::min(0.0, 1 - ratio) + logs / static_cast<double>(orders));
}

double gleu(std::string_view text, std::string_view reference) {
  const Words a = words_of(text, Case::kept, Marks::words);
  const Words b = words_of(reference, Case::kept, Marks::words);
  double matched = 0;
  double in_text = 0;
  double in_reference = 0;
  for (std::size_t n = 1; n <= 4; ++n) {
    matched += static_cast<double>(matching(ngrams(a, n), ngrams(b, n)));
    in_text += a.size() >= n ? static_cast<double>(a.size() - n + 1) : 0;
    in_reference += b.size() >= n ? static_cast<double>(b.size() - n + 1) : 0;
  }
  const double all = std::max(in_text, in_reference);
  return all == 0 ? 0 : matched / all;
}

using Alignment = std::vector<std::pair<std::size_t, std::size_t>>;

// Pairs equal words from the end on, each once; what is paired is marked as taken.
void align(const Words& a, const Words& b, std::vector<bool>& taken_a, std::vector<bool>& taken_b,
           Alignment& pairs) {
  std::unordered_map<std::string_view, std::vector<std::size_t>> places;  // free ones in b, ascending
  for (std::size_t j = 0; j < b.size(); ++j) {
    if (!taken_b[j]) places[b[j]].push_back(j);
  }
  for (std::size_t i = a.size(); i-- > 0;) {
    if (taken_a[i]) continue;
    const auto found = places.find(a[i]);
    if (found == places.end() || found->second.empty()) continue;
    const std::size_t j = found->second.back();
    found->second.pop_back();
    taken_a[i] = taken_b[j] = true;
    pairs.emplace_back(i, j);
  }
}

double meteor(std::string_view text, std::string_view reference) {
  const Words a = words_of(text, Case::lower, Marks::words);
  const Words b = words_of(reference, Case::lower, Marks::words);
  std::vector<bool> taken_a(a.size());
  std::vector<bool> taken_b(b.size());
  Alignment pairs;
  align(a, b, taken_a, taken_b, pairs);
  Words stems_a(a.size());
  Words stems_b(b.size());
  std::ranges::transform(a, stems_a.begin(), porter_stem);
  std::ranges::transform(b, stems_b.begin(), porter_stem);
  align(stems_a, stems_b, taken_a, taken_b, pairs);
  if (pairs.empty()) return 0;
  std::sort(pairs.begin(), pairs.end());
  double chunks = 1;
  for (std::size_t i = 1; i < pairs.size(); ++i) {
    const bool goes_on =
        pairs[i].first == pairs[i - 1].first + 1 && pairs[i].second == pairs[i - 1].second + 1;
    chunks += goes_on ? 0 : 1;
  }
  const auto matched = static_cast<double>(pairs.size());
  const double precision = matched / static_cast<double>(a.size());
  const double recall = matched / static_cast<double>(b.size());
  const double mean = precision * recall / (0.9 * precision + 0.1 * recall);
  return mean * (1 - 0.5 * std::pow(chunks / matched, 3));
}

double cosine(std::string_view text, std::string_view reference) {
  const Counts a = ngrams(words_of(text, Case::lower, Marks::dropped), 1);
  const Counts b = ngrams(words_of(reference, Case::lower, Marks::dropped), 1);
  double product = 0;
  double square_a = 0;
  double square_b = 0;
  for (const auto& [word, times] : a) {
    const auto found = b.find(word);
    if (found != b.end()) product += static_cast<double>(times * found->second);
    square_a += static_cast<double>(times * times);
  }
  for (const auto& [word, times] : b) square_b += static_cast<double>(times * times);
  return product == 0 ? 0 : std::min(1.0, product / std::sqrt(square_a * square_b));
}

}  // namespace

std::string_view metric_name(Metric metric) {
  return names[static_cast<std::size_t>(metric)];
}

std::optional<Metric> metric_from_name(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Metric>(found - names.begin());
}

double similarity(Metric metric, std::string_view text, std::string_view reference) {
  switch (metric) {
    case Metric::fuzzy_match:
      return fuzzy_match(text, reference);
    case Metric::bleu:
      return bleu(text, reference);
    case Metric::gleu:
      return gleu(text, reference);
    case Metric::meteor:
      return meteor(text, reference);
    case Metric::cosine:
      return cosine(text, reference);
    case Metric::rouge_1:
      return rouge_n(text, reference, 1);
    case Metric::rouge_2:
      return rouge_n(text, reference, 2);
    case Metric::rouge_3:
      return rouge_n(text, reference, 3);
    case Metric::rouge_4:
      return rouge_n(text, reference, 4);
    case Metric::rouge_5:
      return rouge_n(text, reference, 5);
    case Metric::rouge_l:
      return rouge_l(text, reference);
  }
  return 0;
}

}  // namespace steps::grade
