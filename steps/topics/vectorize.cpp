#include "steps/topics/vectorize.hpp"

#include <algorithm>
#include <cmath>

namespace steps::topics {
namespace {

std::uint64_t pair_key(std::uint32_t first, std::uint32_t second) {
  return (static_cast<std::uint64_t>(first) << 32) | second;
}

std::string stem_of(const Token& token) {
  return token.kind == TokenKind::word ? stem(token.text) : token.text;
}

// Two neighbours make a pair when no punctuation stands between them and both are written as words.
bool can_pair(const Token& left, const Token& right) {
  return !right.starts_phrase && left.kind != TokenKind::gram && right.kind != TokenKind::gram &&
         !(left.kind == TokenKind::number && right.kind == TokenKind::number);
}

}  // namespace

class VocabularyBuilder {
 public:
  Vocabulary build(std::span<const std::string> texts, const VocabularyOptions& options) {
    for (const std::string& text : texts) count(text);
    choose_surfaces();
    std::vector<Feature> kept = choose(texts.size(), options);
    Vocabulary vocabulary;
    vocabulary.unknown_weight_ = idf(texts.size(), 1);
    adopt(std::move(kept), texts.size(), options, vocabulary);
    return vocabulary;
  }

 private:
  struct Spelling {
    std::uint32_t word = 0;
    std::uint32_t count = 0;
  };
  struct Count {
    std::uint32_t texts = 0;
    std::uint32_t last_text = 0;  // 1-based, so that a feature counts once a text
  };

  static float idf(std::size_t texts_all, std::size_t texts) {
    return static_cast<float>(
        std::log((1.0 + static_cast<double>(texts_all)) / (1.0 + static_cast<double>(texts))) + 1.0);
  }

  void count(const std::string& text) {
    ++text_;
    tokenize(text, tokens_);
    std::uint32_t previous = Feature::none;
    for (std::size_t at = 0; at < tokens_.size(); ++at) {
      const std::uint32_t word = word_of(tokens_[at]);
      see(pair_key(word, Feature::none));
      if (at > 0 && can_pair(tokens_[at - 1], tokens_[at])) see(pair_key(previous, word));
      previous = word;
    }
  }

  void see(std::uint64_t key) {
    Count& entry = counts_[key];
    if (entry.last_text == text_) return;
    entry.last_text = text_;
    ++entry.texts;
  }

  std::uint32_t word_of(const Token& token) {
    if (const auto found = spellings_.find(token.text); found != spellings_.end()) {
      ++found->second.count;
      return found->second.word;
    }
    std::string stemmed = stem_of(token);
    const auto next = static_cast<std::uint32_t>(words_.size());
    const auto [entry, added] = word_of_stem_.try_emplace(std::move(stemmed), next);
    if (added) words_.push_back({entry->first, {}, token.kind, false});
    spellings_.emplace(token.text, Spelling{entry->second, 1});
    return entry->second;
  }

  // The most frequent spelling; of equally frequent ones the shortest, then the first in byte order.
  void choose_surfaces() {
    std::vector<std::uint32_t> best(words_.size(), 0);
    for (const auto& [spelling, entry] : spellings_) {
      std::string& surface = words_[entry.word].surface;
      const bool better =
          surface.empty() || entry.count > best[entry.word] ||
          (entry.count == best[entry.word] && std::pair(spelling.size(), std::string_view(spelling)) <
                                                  std::pair(surface.size(), std::string_view(surface)));
      if (!better) continue;
      surface = spelling;
      best[entry.word] = entry.count;
    }
    for (Vocabulary::Word& word : words_)
      word.stop = word.kind == TokenKind::word && is_stop_word(word.surface);
  }

  std::vector<Feature> choose(std::size_t texts_all, const VocabularyOptions& options) const {
    const double texts_max = texts_all < 20 ? static_cast<double>(texts_all)
                                            : options.texts_max_share * static_cast<double>(texts_all);
    std::vector<Feature> kept;
    for (const auto& [key, entry] : counts_) {
      const Feature feature{static_cast<std::uint32_t>(key >> 32), static_cast<std::uint32_t>(key),
                            entry.texts, 0};
      const bool single = feature.second == Feature::none;
      if (entry.texts < (single ? options.word_texts_min : options.pair_texts_min)) continue;
      if (static_cast<double>(entry.texts) > texts_max) continue;
      kept.push_back(feature);
    }
    // Word numbers follow the first occurrence in the texts, so this order depends on nothing but the texts.
    std::ranges::sort(kept, [](const Feature& left, const Feature& right) {
      return std::tuple(right.texts, left.first, left.second) <
             std::tuple(left.texts, right.first, right.second);
    });
    if (kept.size() > options.features_max) kept.resize(options.features_max);
    return kept;
  }

  bool is_code(const Feature& feature) const {
    return words_[feature.first].kind == TokenKind::code ||
           (feature.second != Feature::none && words_[feature.second].kind == TokenKind::code);
  }

  void adopt(std::vector<Feature> kept, std::size_t texts_all, const VocabularyOptions& options,
             Vocabulary& vocabulary) {
    std::vector<std::uint32_t> renumbered(words_.size(), Feature::none);
    const auto use = [&](std::uint32_t word) {
      if (renumbered[word] == Feature::none) {
        renumbered[word] = static_cast<std::uint32_t>(vocabulary.words_.size());
        vocabulary.word_of_stem_.emplace(words_[word].stem, renumbered[word]);
        vocabulary.words_.push_back(words_[word]);
      }
      return renumbered[word];
    };
    for (Feature& feature : kept) {
      const bool stop =
          words_[feature.first].stop && (feature.second == Feature::none || words_[feature.second].stop);
      feature.weight = idf(texts_all, feature.texts) * (stop ? options.stop_word_weight : 1.0F);
      if (is_code(feature)) feature.weight *= options.code_weight;
      feature.first = use(feature.first);
      if (feature.second != Feature::none) feature.second = use(feature.second);
      vocabulary.feature_of_pair_.emplace(pair_key(feature.first, feature.second),
                                          static_cast<std::uint32_t>(vocabulary.features_.size()));
      vocabulary.features_.push_back(feature);
    }
  }

  std::vector<Token> tokens_;
  std::vector<Vocabulary::Word> words_;
  std::unordered_map<std::string, std::uint32_t> word_of_stem_;
  std::unordered_map<std::string, Spelling> spellings_;
  std::unordered_map<std::uint64_t, Count> counts_;
  std::uint32_t text_ = 0;
};

Vocabulary Vocabulary::fit(std::span<const std::string> texts, const VocabularyOptions& options) {
  return VocabularyBuilder{}.build(texts, options);
}

Vocabulary::Row Vocabulary::transform(std::string_view text) const {
  std::vector<Token> tokens;
  tokenize(text, tokens);
  std::vector<std::uint32_t> hits;
  hits.reserve(tokens.size() * 2);
  std::uint32_t previous = Feature::none;
  double unknown = 0;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    const auto found = word_of_stem_.find(stem_of(tokens[at]));
    const std::uint32_t word = found == word_of_stem_.end() ? Feature::none : found->second;
    if (word == Feature::none) {
      if (!is_stop_word(tokens[at].text)) unknown += static_cast<double>(unknown_weight_) * unknown_weight_;
    } else {
      const auto take = [&](std::uint64_t key) {
        if (const auto feature = feature_of_pair_.find(key); feature != feature_of_pair_.end()) {
          hits.push_back(feature->second);
        }
      };
      take(pair_key(word, Feature::none));
      if (at > 0 && previous != Feature::none && can_pair(tokens[at - 1], tokens[at]))
        take(pair_key(previous, word));
    }
    previous = word;
  }
  std::ranges::sort(hits);
  Row row;
  double known = 0;
  for (std::size_t at = 0; at < hits.size();) {
    std::size_t end = at;
    while (end < hits.size() && hits[end] == hits[at]) ++end;
    const float value = (1.0F + std::log(static_cast<float>(end - at))) * features_[hits[at]].weight;
    row.columns.push_back(hits[at]);
    row.values.push_back(value);
    known += static_cast<double>(value) * static_cast<double>(value);
    at = end;
  }
  if (known == 0) return row;
  const auto scale = static_cast<float>(1.0 / std::sqrt(known));
  for (float& value : row.values) value *= scale;
  row.known_share = static_cast<float>(std::sqrt(known / (known + unknown)));
  return row;
}

SparseRows Vocabulary::transform(std::span<const std::string> texts) const {
  SparseRows rows;
  rows.cols = size();
  for (const std::string& text : texts) {
    const Row row = transform(std::string_view(text));
    rows.columns.insert(rows.columns.end(), row.columns.begin(), row.columns.end());
    rows.values.insert(rows.values.end(), row.values.begin(), row.values.end());
    rows.offsets.push_back(rows.columns.size());
  }
  return rows;
}

std::string Vocabulary::surface(const Feature& feature) const {
  std::string text = words_[feature.first].surface;
  if (feature.second != Feature::none) text += " " + words_[feature.second].surface;
  return text;
}

}  // namespace steps::topics
