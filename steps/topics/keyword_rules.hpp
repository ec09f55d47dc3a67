// The first stage of categorization: a keyword that, as far as the labelled examples tell, leaves no doubt.
// Pure; a fitted set of rules may be read by many threads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace steps::topics {

struct KeywordHit {
  std::uint32_t topic = 0;  // index, not id
  double confidence = 0;    // 0..1
};

class KeywordRules {
 public:
  // `keywords[t]`: words and phrases of topic t, its name among them. `texts` with `topic_of` are labelled.
  //
  // A rule's confidence is Laplace's (right + 1) / (hits + 2) over the labelled texts, so 0.9 takes eight
  // hits without a miss. Without any labelled texts the prior holds: two different keywords of one topic and
  // none of another count 0.9, one counts 0.6.
  [[nodiscard]] static KeywordRules fit(std::span<const std::vector<std::string>> keywords,
                                        std::span<const std::string_view> texts,
                                        std::span<const std::uint32_t> topic_of);

  // Nothing when no keyword is found, or keywords of several topics are.
  [[nodiscard]] std::optional<KeywordHit> match(std::string_view text) const;

 private:
  struct Rule {
    std::uint32_t topic = 0;
    bool shared = false;  // a keyword of several topics decides nothing
    std::uint32_t hits = 0;
    std::uint32_t right = 0;
  };
  // Rules whose phrase occurs in the text, each once.
  [[nodiscard]] std::vector<std::uint32_t> find(std::string_view text) const;

  std::unordered_map<std::string, std::uint32_t> rule_of_phrase_;  // "stem stem" -> index into rules_
  std::vector<Rule> rules_;
  bool has_examples_ = false;
};

}  // namespace steps::topics
