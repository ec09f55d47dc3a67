// Names for groups of texts, computed from their words: class-based TF-IDF (Grootendorst 2022) over phrases
// of one to three words, function words skipped. A computed label says what a group's texts have in common,
// no more. Pure; the same texts and groups give the same names.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace steps::topics {

struct Label {
  std::string name;                   // 1-3 words, first letter upper case, different from every other name
  std::string description;            // one sentence
  std::vector<std::string> keywords;  // up to 10 words or phrases, lower case, the strongest first
  double share = 0;                   // of the group's texts with what the name is made of, 0..1
};

// Whether a name says nothing, because the texts of the group have nothing in common.
[[nodiscard]] bool is_nameless(const std::string& name);

// group_of[i] < groups belongs to texts[i]; `examples[g]` is quoted in the description of group g (may be
// empty). Every group has a label, an empty one too. Reads at most 20,000 texts, evenly spread.
[[nodiscard]] std::vector<Label> label_groups(std::span<const std::string> texts,
                                              std::span<const std::uint32_t> group_of, std::size_t groups,
                                              std::span<const std::string> examples);

}  // namespace steps::topics
