#include "steps/topics/phrases.hpp"

#include <algorithm>
#include <array>

namespace steps::topics {
namespace {

constexpr std::size_t texts_max = 20'000;
constexpr std::size_t words_a_text_max = 100;
constexpr std::uint64_t word_bits = 21;
constexpr std::uint32_t gap_max = 2;  // function words inside a phrase

constexpr std::uint8_t plain_joint = 0;
constexpr std::uint8_t broken_joint = 1;
constexpr auto joint_words = std::to_array<std::string_view>(
    {"",      Phrase::broken, "of",      "for",     "to",      "in",    "on",  "with",
     "from",  "and",          "or",      "at",      "by",      "off",   "out", "up",
     "after", "before",       "between", "against", "without", "about", "per", "as"});
constexpr auto determiners =
    std::to_array<std::string_view>({"a", "an", "the", "my", "your", "our", "his", "her", "their", "this",
                                     "that", "these", "those", "some", "any", "all"});

// What the function words of a gap come to, one more of them read.
std::uint8_t joint_with(std::uint8_t joint, std::string_view word) {
  if (std::ranges::find(determiners, word) != determiners.end()) return joint;
  const auto found = std::ranges::find(joint_words, word);
  if (joint != plain_joint || found == joint_words.end()) return broken_joint;
  return static_cast<std::uint8_t>(found - joint_words.begin());
}

class Counter {
 public:
  void count(const std::string& text, std::uint32_t group) {
    tokenize(text, tokens_);
    keys_.clear();
    words_of_text_.clear();
    std::uint32_t gap = 0;
    joint_ = plain_joint;
    for (const Token& token : tokens_) {
      if (token.starts_phrase) words_of_text_.clear();
      if (token.kind == TokenKind::number || (token.kind == TokenKind::word && skipped(token.text))) {
        joint_ = joint_with(joint_, token.text);
        if (++gap > gap_max || token.kind == TokenKind::number) words_of_text_.clear();
        continue;
      }
      gap = 0;
      const std::uint32_t word = word_of(token);
      if (word + 1 >= (1U << word_bits)) continue;
      if (token.kind == TokenKind::gram) words_of_text_.clear();
      words_of_text_.push_back(word + 1);
      add_phrases_ending_here();
      joint_ = plain_joint;
      if (keys_.size() > words_a_text_max * 3) break;
    }
    std::ranges::sort(keys_);
    const auto repeated = std::ranges::unique(keys_);
    keys_.erase(repeated.begin(), repeated.end());
    for (const std::uint64_t key : keys_) seen_.push_back({key, group});
  }

  PhraseCounts finish(std::size_t groups, std::size_t texts) {
    PhraseCounts counts;
    choose_surfaces();
    counts.words = std::move(words_);
    const std::size_t texts_min = texts < 30 ? 1 : texts < 300 ? 2 : 3;
    std::ranges::sort(seen_);
    std::ranges::sort(joints_);
    for (std::size_t at = 0; at < seen_.size();) {
      std::size_t end = at;
      while (end < seen_.size() && seen_[end].first == seen_[at].first) ++end;
      if (end - at >= texts_min) {
        Phrase phrase;
        for (std::uint64_t key = seen_[at].first; key != 0; key >>= word_bits) {
          phrase.words.insert(phrase.words.begin(),
                              static_cast<std::uint32_t>(key & ((1U << word_bits) - 1)) - 1);
        }
        for (std::size_t word = 1; word < phrase.words.size(); ++word)
          phrase.joints.push_back(usual_joint(phrase.words[word - 1], phrase.words[word]));
        phrase.texts_of_group.assign(groups, 0);
        for (; at < end; ++at) ++phrase.texts_of_group[seen_[at].second];
        counts.phrases.push_back(std::move(phrase));
      }
      at = end;
    }
    return counts;
  }

 private:
  struct Spelling {
    std::uint32_t word = 0;
    std::uint32_t count = 0;
  };

  static bool skipped(std::string_view text) { return is_stop_word(text) || text.size() < 2; }

  void add_phrases_ending_here() {
    std::uint64_t key = 0;
    std::uint64_t shift = 0;
    const std::size_t size = words_of_text_.size();
    for (std::size_t length = 1; length <= 3 && length <= size; ++length) {
      const std::uint32_t word = words_of_text_[size - length];
      for (std::size_t later = size - length + 1; later < size; ++later) {
        if (words_of_text_[later] == word) return;  // "list list"
      }
      key |= static_cast<std::uint64_t>(word) << shift;
      shift += word_bits;
      keys_.push_back(key);
      if (length == 2) joints_.emplace_back(key, joint_);
    }
  }

  std::string_view usual_joint(std::uint32_t left, std::uint32_t right) const {
    const std::uint64_t key = (static_cast<std::uint64_t>(left + 1) << word_bits) | (right + 1);
    auto at = std::ranges::lower_bound(joints_, std::pair(key, std::uint8_t{0}));
    std::uint8_t best = plain_joint;
    std::ptrdiff_t most = 0;
    while (at != joints_.end() && at->first == key) {
      const auto end = std::ranges::upper_bound(at, joints_.end(), *at);
      if (end - at > most) {
        most = end - at;
        best = at->second;
      }
      at = end;
    }
    return joint_words[best];
  }

  std::uint32_t word_of(const Token& token) {
    if (const auto found = spellings_.find(token.text); found != spellings_.end()) {
      ++found->second.count;
      return found->second.word;
    }
    const auto next = static_cast<std::uint32_t>(words_.size());
    std::string stemmed = token.kind == TokenKind::word ? singular_stem(token.text) : token.text;
    const auto [entry, added] = word_of_stem_.try_emplace(std::move(stemmed), next);
    if (added) words_.push_back({{}, {}, token.kind, false});
    spellings_.emplace(token.text, Spelling{entry->second, 1});
    return entry->second;
  }

  void choose_surfaces() {
    std::vector<std::uint32_t> best(words_.size());
    for (const auto& [spelling, entry] : spellings_) {
      std::string& surface = words_[entry.word].surface;
      if (entry.count < best[entry.word]) continue;
      if (entry.count == best[entry.word] && !surface.empty() && surface <= spelling) continue;
      surface = spelling;
      best[entry.word] = entry.count;
    }
    choose_plurals();
    for (PhraseWord& word : words_) {
      word.weak = word.surface.size() < 3 || word.kind == TokenKind::code ||
                  (word.kind == TokenKind::word && is_weak_name(word.surface));
    }
  }

  // Spellings that end in "s" and share the stem; an eighth of the occurrences makes them usual.
  void choose_plurals() {
    std::vector<std::uint32_t> all(words_.size());
    for (const auto& [spelling, entry] : spellings_) all[entry.word] += entry.count;
    for (const auto& [spelling, entry] : spellings_) {
      PhraseWord& word = words_[entry.word];
      const bool plural = word.kind == TokenKind::word && spelling.size() > 4 && spelling.ends_with('s');
      if (!plural || 8 * entry.count < all[entry.word]) continue;
      if (word.plural.empty() || spelling < word.plural) word.plural = spelling;
    }
  }

  std::vector<Token> tokens_;
  std::vector<std::uint32_t> words_of_text_;  // numbers + 1, so that 0 ends a key
  std::vector<std::uint64_t> keys_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> seen_;
  std::vector<std::pair<std::uint64_t, std::uint8_t>> joints_;  // of two neighbours, by their key
  std::uint8_t joint_ = plain_joint;                            // of the gap before the word being read
  std::vector<PhraseWord> words_;
  std::unordered_map<std::string, std::uint32_t> word_of_stem_;
  std::unordered_map<std::string, Spelling> spellings_;
};

}  // namespace

PhraseCounts count_phrases(std::span<const std::string> texts, std::span<const std::uint32_t> group_of,
                           std::size_t groups) {
  Counter counter;
  std::vector<std::uint32_t> group_texts(groups);
  const std::size_t stride = std::max<std::size_t>(1, (texts.size() + texts_max - 1) / texts_max);
  for (std::size_t text = 0; text < texts.size(); text += stride) {
    counter.count(texts[text], group_of[text]);
    ++group_texts[group_of[text]];
  }
  PhraseCounts counts = counter.finish(groups, texts.size());
  counts.group_texts = std::move(group_texts);
  return counts;
}

}  // namespace steps::topics
