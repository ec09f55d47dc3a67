// What of the generated records is kept. The filters run in the order of Rejection, the first that applies
// counts. One thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "steps/generate/plan.hpp"
#include "steps/text/normalize.hpp"

namespace steps::generate {

enum class Rejection : std::uint8_t {
  invalid_structure,  // no record: no JSON object, no messages ... (steps/text/record)
  no_user_message,
  llm_artifact,  // speaks about itself or the task instead of being a prompt: "As an AI language model"
  too_short,     // characters of the last user message
  too_long,
  duplicate_of_seed,    // similarity >= 0.9 to a record of the dataset
  duplicate_synthetic,  // or to one generated before
};
inline constexpr std::size_t rejections = 7;
[[nodiscard]] std::string_view rejection_name(Rejection rejection);

// The phrase that gives a text away, or empty. Whole phrases between word borders, any case.
[[nodiscard]] std::string_view llm_artifact(std::string_view text);

// 0..1: Jaccard similarity as NearDuplicates counts it.
[[nodiscard]] double similarity(std::string_view a, std::string_view b);

// Texts that are nearly the same: Jaccard similarity of their sets of 5-character shingles, lower case, runs
// of white space as one. Finds every pair at or above `threshold` (prefix filtering, Chaudhuri et al. 2006),
// in time that grows with the texts that share rare shingles.
class NearDuplicates {
 public:
  explicit NearDuplicates(double threshold = 0.9);
  ~NearDuplicates();
  NearDuplicates(NearDuplicates&&) noexcept;
  NearDuplicates& operator=(NearDuplicates&&) noexcept;

  struct Match {
    std::uint64_t id = 0;
    double similarity = 0;  // threshold..1
  };
  [[nodiscard]] std::optional<Match> find(std::string_view text) const;  // the most similar
  void add(std::uint64_t id, std::string_view text);

 private:
  struct Index;
  std::unique_ptr<Index> index_;
};

class Filter {
 public:
  Filter(std::uint32_t length_min, std::uint32_t length_max);

  // A record of the dataset, by its last user message.
  void add_seed(std::uint64_t record, std::string_view last_user_message);
  // A record accepted earlier in the run: after a restart, in the order they were accepted.
  void add_accepted(std::uint64_t number, std::string_view last_user_message);

  struct Verdict {
    std::optional<Rejection> rejection;  // none: kept, and counted as a generated one from now on
    std::string detail;                  // "similarity 0.94 to record 17"
    double similarity = 0;               // to the most similar record found, when at least 0.9
  };
  [[nodiscard]] Verdict judge(std::string_view line, text::Scratch& scratch);

  [[nodiscard]] std::uint64_t accepted() const { return accepted_; }
  [[nodiscard]] const std::array<std::uint64_t, rejections>& rejected() const { return rejected_; }

 private:
  std::uint32_t length_min_;
  std::uint32_t length_max_;
  NearDuplicates seeds_;
  NearDuplicates generated_;
  std::uint64_t accepted_ = 0;
  std::array<std::uint64_t, rejections> rejected_{};
};

}  // namespace steps::generate
