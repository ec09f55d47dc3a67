// What to do about the scores of a dry run: advice, which never changes the verdict, and whether the data or
// the grader should be looked at first. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "steps/grade/statistics.hpp"

namespace steps::grade {

// code: too_easy (mean > 0.65), bimodal, one_value (80 % of the scores are one value), topic_too_hard (mean
// of a topic with 5 scores or more < 0.15), no_gradient (more than half of the prompts have zero variance),
// small_sample (fewer than 100 scored).
struct Advice {
  std::string code;
  std::string message;      // a sentence with the numbers
  std::uint32_t topic = 0;  // of topic_too_hard
};
// topic_names: for the sentences; a topic that is missing is called by its number.
[[nodiscard]] std::vector<Advice> advice(std::span<const Score> scores,
                                         const std::map<std::uint32_t, std::string>& topic_names);

// Share of the variance that the best split in two explains (Otsu 1979), over 20 bins: 1 for two values, 0.75
// for a uniform spread, 0.64 for a normal one. 0 without variance.
[[nodiscard]] double two_peaks(std::span<const Score> scores);
inline constexpr double bimodal_from = 0.85;  // and at least 10 % of the scores on either side

// What is known of a graded answer beside its score.
struct Evidence {
  bool is_empty = false;       // neither text nor tool calls
  bool has_reference = false;  // the record has a reference_answer
  std::string error;           // the grader's, when there is no score
};

enum class FixFirst : std::uint8_t { nothing, data, grader };
[[nodiscard]] std::string_view fix_first_name(FixFirst fix);

struct Finding {
  FixFirst side = FixFirst::nothing;
  std::string code;
  std::string message;
  double weight = 0;  // how strongly it speaks, 0..1
};

struct Diagnosis {
  FixFirst fix_first = FixFirst::nothing;
  std::string summary;            // one sentence
  std::vector<Finding> findings;  // heaviest first
  // Indices into `scores`: 5 of each, or fewer where there are fewer; ties by position.
  std::vector<std::size_t> highest;
  std::vector<std::size_t> lowest;
  std::vector<std::size_t> nearest_to_mean;
};
// `evidence` is as long as `scores`, or empty when nothing is known.
[[nodiscard]] Diagnosis diagnose(std::span<const Score> scores, std::span<const Evidence> evidence,
                                 const std::map<std::uint32_t, std::string>& topic_names);

}  // namespace steps::grade
