// Labelled texts of tests/data for the tests of topics, and the measures of how well groups match labels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace corpus {

struct Labelled {
  std::vector<std::string> texts;     // last user message of each record
  std::vector<std::uint32_t> labels;  // metadata.label, numbered by name
  std::vector<std::uint32_t> parents;
  std::vector<std::string> label_names;
  std::size_t parent_count = 0;
};

// A file below tests/data, JSONL; records without a user message are left out.
[[nodiscard]] Labelled read(const std::string& file);

// The same of any file.
[[nodiscard]] Labelled read_path(const std::string& path);

// The sample that ships with the product, with its labels; empty when the checkout has none.
[[nodiscard]] Labelled read_chess_sample();

// The records of `count` labels, every `step`-th label from `first` on.
[[nodiscard]] Labelled with_labels(const Labelled& all, std::size_t first, std::size_t step,
                                   std::size_t count);

// Normalised mutual information with the arithmetic mean (Strehl, Ghosh 2002), 0..1.
[[nodiscard]] double nmi(const std::vector<std::uint32_t>& left, const std::vector<std::uint32_t>& right);

// Adjusted Rand index (Hubert, Arabie 1985): 1 equal, 0 as good as chance.
[[nodiscard]] double ari(const std::vector<std::uint32_t>& left, const std::vector<std::uint32_t>& right);

// Share of the rows whose label is the most frequent one of their group.
[[nodiscard]] double purity(const std::vector<std::uint32_t>& groups,
                            const std::vector<std::uint32_t>& labels);

}  // namespace corpus
