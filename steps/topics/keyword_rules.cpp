#include "steps/topics/keyword_rules.hpp"

#include <algorithm>

#include "steps/topics/tokenize.hpp"

namespace steps::topics {
namespace {

constexpr std::size_t phrase_words_max = 3;

// The stems of the words that carry meaning; an empty one stands where no phrase may pass.
std::vector<std::string> content_stems(std::string_view text) {
  std::vector<Token> tokens;
  tokenize(text, tokens);
  std::vector<std::string> stems;
  for (const Token& token : tokens) {
    if (token.starts_phrase && !stems.empty()) stems.emplace_back();
    if (token.kind == TokenKind::number) {
      stems.emplace_back();
    } else if (token.kind == TokenKind::gram || !is_stop_word(token.text)) {
      stems.push_back(token.kind == TokenKind::word ? stem(token.text) : token.text);
    }
  }
  return stems;
}

std::string joined(std::span<const std::string> stems) {
  std::string phrase;
  for (const std::string& part : stems) {
    if (!phrase.empty()) phrase += ' ';
    phrase += part;
  }
  return phrase;
}

}  // namespace

KeywordRules KeywordRules::fit(std::span<const std::vector<std::string>> keywords,
                               std::span<const std::string_view> texts,
                               std::span<const std::uint32_t> topic_of) {
  KeywordRules rules;
  for (std::uint32_t topic = 0; topic < keywords.size(); ++topic) {
    for (const std::string& keyword : keywords[topic]) {
      const std::vector<std::string> stems = content_stems(keyword);
      if (stems.empty() || stems.size() > phrase_words_max) continue;
      const auto next = static_cast<std::uint32_t>(rules.rules_.size());
      const auto [entry, added] = rules.rule_of_phrase_.try_emplace(joined(stems), next);
      if (added) {
        rules.rules_.push_back({topic});
      } else if (rules.rules_[entry->second].topic != topic) {
        rules.rules_[entry->second].shared = true;
      }
    }
  }
  rules.has_examples_ = !texts.empty();
  for (std::size_t text = 0; text < texts.size(); ++text) {
    for (const std::uint32_t index : rules.find(texts[text])) {
      ++rules.rules_[index].hits;
      if (rules.rules_[index].topic == topic_of[text]) ++rules.rules_[index].right;
    }
  }
  return rules;
}

std::vector<std::uint32_t> KeywordRules::find(std::string_view text) const {
  const std::vector<std::string> stems = content_stems(text);
  std::vector<std::uint32_t> found;
  for (std::size_t at = 0; at < stems.size(); ++at) {
    for (std::size_t length = 1; length <= phrase_words_max && at + length <= stems.size(); ++length) {
      if (stems[at + length - 1].empty()) break;
      const auto rule = rule_of_phrase_.find(joined(std::span(stems).subspan(at, length)));
      if (rule != rule_of_phrase_.end()) found.push_back(rule->second);
    }
  }
  std::ranges::sort(found);
  const auto repeated = std::ranges::unique(found);
  found.erase(repeated.begin(), repeated.end());
  return found;
}

std::optional<KeywordHit> KeywordRules::match(std::string_view text) const {
  if (rules_.empty()) return std::nullopt;
  std::optional<KeywordHit> hit;
  std::size_t hits = 0;
  for (const std::uint32_t index : find(text)) {
    const Rule& rule = rules_[index];
    if (rule.shared) continue;
    if (hit && hit->topic != rule.topic) return std::nullopt;
    if (!hit) hit = KeywordHit{rule.topic, 0};
    ++hits;
    const double right = (static_cast<double>(rule.right) + 1) / (static_cast<double>(rule.hits) + 2);
    hit->confidence = has_examples_ ? std::max(hit->confidence, right) : hits > 1 ? 0.9 : 0.6;
  }
  return hit;
}

}  // namespace steps::topics
