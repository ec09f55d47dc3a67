#include "steps/topics/label.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "steps/topics/phrases.hpp"

namespace steps::topics {
namespace {

// A phrase in fewer of a group's texts would promise what most of them are not about.
constexpr double share_min = 0.06;
constexpr std::string_view nameless = "Other requests";

struct Scored {
  const Phrase* phrase = nullptr;
  double share = 0;  // of the group's texts
  double score = 0;
};

std::string surface(const PhraseCounts& counts, const Phrase& phrase) {
  std::string text;
  for (const std::uint32_t word : phrase.words) {
    if (!text.empty()) text += ' ';
    text += counts.words[word].surface;
  }
  return text;
}

// c-TF-IDF: tf is the share of the group's texts with the phrase, f its sum over all groups, so that a large
// group does not own every word; times the root of the part of f that is this group's, which keeps shared
// words low.
std::vector<Scored> score_phrases(const PhraseCounts& counts, std::size_t group) {
  std::vector<Scored> scored;
  const auto texts = static_cast<double>(counts.group_texts[group]);
  const auto groups = static_cast<double>(counts.group_texts.size());
  for (const Phrase& phrase : counts.phrases) {
    const std::uint32_t here = phrase.texts_of_group[group];
    if (here == 0 || (here == 1 && texts > 20)) continue;
    double everywhere = 0;
    for (std::size_t other = 0; other < counts.group_texts.size(); ++other) {
      if (counts.group_texts[other] == 0) continue;
      everywhere +=
          static_cast<double>(phrase.texts_of_group[other]) / static_cast<double>(counts.group_texts[other]);
    }
    const double share = static_cast<double>(here) / texts;
    const double score = share * std::log(1 + groups / everywhere) * std::sqrt(share / everywhere);
    scored.push_back({&phrase, share, score});
  }
  std::ranges::sort(scored, [](const Scored& left, const Scored& right) {
    return left.score != right.score ? left.score > right.score : left.phrase->words < right.phrase->words;
  });
  return scored;
}

bool can_name(const PhraseCounts& counts, const Phrase& phrase) {
  bool strong = false;
  for (const std::uint32_t word : phrase.words) strong = strong || !counts.words[word].weak;
  return strong;
}

// A pair says more than a word and three say more than two, at the price of being in fewer texts.
double name_score(const PhraseCounts& counts, const Scored& candidate) {
  constexpr double by_length[] = {1.0, 2.2, 1.9};
  double score = candidate.score * by_length[candidate.phrase->words.size() - 1];
  for (const std::string_view joint : candidate.phrase->joints) {
    if (joint == Phrase::broken) score *= 0.4;
  }
  for (const std::uint32_t word : candidate.phrase->words) {
    if (counts.words[word].weak) score *= 0.5;
    if (counts.words[word].kind == TokenKind::gram)
      score *= static_cast<double>(counts.words[word].surface.size()) / 6;
  }
  return score;
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

using Ranked = std::vector<std::pair<double, const Scored*>>;

// As a name has it: what it is about in the plural, where people write it so ("Openings", not "Opening").
std::string name_of(const PhraseCounts& counts, const Phrase& phrase) {
  std::string text;
  for (std::size_t at = 0; at < phrase.words.size(); ++at) {
    const PhraseWord& word = counts.words[phrase.words[at]];
    if (at > 0) text += ' ';
    if (at > 0 && !phrase.joints[at - 1].empty() && phrase.joints[at - 1] != Phrase::broken)
      text += std::string(phrase.joints[at - 1]) + ' ';
    const bool last = at + 1 == phrase.words.size();
    text += last && !word.plural.empty() ? word.plural : word.surface;
  }
  return text;
}

// The phrase of two single words as people write them together ("pawn structure"); null: they do not.
const Phrase* joint_phrase(const Phrase& left, const Phrase& right, const Ranked& ranked) {
  for (const auto& [score, entry] : ranked) {
    const std::vector<std::uint32_t>& words = entry->phrase->words;
    if (words.size() != 2 || entry->phrase->joints[0] == Phrase::broken) continue;
    const bool forward = words[0] == left.words[0] && words[1] == right.words[0];
    const bool backward = words[0] == right.words[0] && words[1] == left.words[0];
    if (forward || backward) return entry->phrase;
  }
  return nullptr;
}

// "endings" and "endgames": hardly two things.
bool look_alike(std::string_view left, std::string_view right) {
  constexpr std::size_t letters = 3;
  return left.substr(0, letters) == right.substr(0, letters);
}

struct Companion {
  const Scored* word = nullptr;
  const Phrase* joint = nullptr;  // with the word it goes with; null: "and" stands between them
};

// Of the single words nearly as strong as the best one: one that stands beside it in a phrase, then one that
// more of the texts have. None where the best one is there in two forms already.
Companion companion_of(const PhraseCounts& counts, const Scored& best, double score, const Ranked& ranked) {
  Companion companion;
  for (const auto& [other_score, other] : ranked) {
    if (other_score < 0.5 * score) break;
    if (other->phrase->words.size() != 1 || other == &best) continue;
    if (look_alike(surface(counts, *best.phrase), surface(counts, *other->phrase))) return {};
    const Phrase* joint = joint_phrase(*best.phrase, *other->phrase, ranked);
    const auto rank = [](const Phrase* phrase, const Scored& word) {
      return std::pair(phrase != nullptr, word.share);
    };
    if (companion.word == nullptr || rank(joint, *other) > rank(companion.joint, *companion.word))
      companion = {other, joint};
  }
  return companion;
}

// The best free phrase; a single word gets a companion when one is nearly as strong ("Calories and
// nutrition").
std::string choose_name(const PhraseCounts& counts, const std::vector<Scored>& scored,
                        const std::set<std::string>& taken, double& share) {
  Ranked candidates;
  for (const Scored& entry : scored) {
    if (entry.share >= share_min && can_name(counts, *entry.phrase))
      candidates.emplace_back(name_score(counts, entry), &entry);
  }
  std::ranges::sort(
      candidates, [](const auto& left, const auto& right) {  // `scored` is one array: its order decides ties
        return std::pair(-left.first, left.second) < std::pair(-right.first, right.second);
      });
  for (const auto& [score, best] : candidates) {
    const std::string text = name_of(counts, *best->phrase);
    if (best->phrase->words.size() == 1 && counts.words[best->phrase->words[0]].kind == TokenKind::word) {
      if (const Companion other = companion_of(counts, *best, score, candidates); other.word != nullptr) {
        const std::string name =
            capitalised(other.joint != nullptr ? name_of(counts, *other.joint)
                                               : name_of(counts, *best->phrase) + " and " +
                                                     name_of(counts, *other.word->phrase));
        share = std::min(1.0, best->share + other.word->share);
        if (!taken.contains(name)) return name;
      }
    }
    share = best->share;
    if (const std::string name = capitalised(text); !taken.contains(name)) return name;
  }
  return {};
}

std::vector<std::string> choose_keywords(const PhraseCounts& counts, const std::vector<Scored>& scored) {
  std::vector<std::string> keywords;
  std::vector<const Phrase*> chosen;
  std::size_t longer = 0;
  for (const Scored& entry : scored) {
    if (keywords.size() == 10 || (keywords.size() >= 5 && entry.score < 0.1 * scored.front().score)) break;
    if (entry.phrase->words.size() > 2 || !can_name(counts, *entry.phrase)) continue;
    if (entry.phrase->words.size() == 2 && ++longer > 4) continue;
    const bool piece =
        counts.words[entry.phrase->words[0]].kind == TokenKind::gram &&
        std::ranges::any_of(chosen, [&](const Phrase* other) {
          return surface(counts, *other).find(surface(counts, *entry.phrase)) != std::string::npos;
        });
    if (piece) continue;
    keywords.push_back(surface(counts, *entry.phrase));
    chosen.push_back(entry.phrase);
  }
  return keywords;
}

// At most `bytes_max` bytes, cut between words where there are some, never inside a character.
std::string shortened(const std::string& text, std::size_t bytes_max) {
  std::string line;
  for (const char byte : text) line += byte == '\n' || byte == '\r' || byte == '\t' ? ' ' : byte;
  if (line.size() <= bytes_max) return line;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
  const std::size_t space = line.rfind(' ', end);
  if (space != std::string::npos && space > bytes_max / 2) end = space;
  return line.substr(0, end) + "…";
}

std::string describe(const std::vector<std::string>& keywords, const std::string& example) {
  std::string sentence = "Texts about ";
  const std::size_t named = std::min<std::size_t>(keywords.size(), 3);
  for (std::size_t at = 0; at < named; ++at) {
    if (at > 0) sentence += at + 1 == named ? " and " : ", ";
    sentence += keywords[at];
  }
  if (named == 0) sentence = "Texts without words in common";
  if (!example.empty()) sentence += ", such as “" + shortened(example, 120) + "”";
  return sentence + ".";
}

}  // namespace

bool is_nameless(const std::string& name) {
  return name.starts_with(nameless);
}

std::vector<Label> label_groups(std::span<const std::string> texts, std::span<const std::uint32_t> group_of,
                                std::size_t groups, std::span<const std::string> examples) {
  const PhraseCounts counts = count_phrases(texts, group_of, groups);
  std::vector<Label> labels(groups);
  std::set<std::string> taken;
  for (std::size_t group = 0; group < groups; ++group) {
    const std::vector<Scored> scored = score_phrases(counts, group);
    Label& label = labels[group];
    label.name = choose_name(counts, scored, taken, label.share);
    for (std::size_t number = 1; label.name.empty() || taken.contains(label.name); ++number) {
      label.name = number == 1 ? std::string(nameless) : std::string(nameless) + " " + std::to_string(number);
    }
    taken.insert(label.name);
    label.keywords = choose_keywords(counts, scored);
    label.description = describe(label.keywords, group < examples.size() ? examples[group] : std::string{});
  }
  return labels;
}

}  // namespace steps::topics
