// How well a grouping explains which words the texts use: the measure by which the number of topics is
// chosen. Marginal likelihood of a Dirichlet-multinomial per group (Minka 2000, "Estimating a Dirichlet
// distribution"), so every further group must pay for itself in words it predicts. Pure; one object belongs
// to one thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "steps/topics/matrix.hpp"
#include "steps/topics/vectorize.hpp"

namespace steps::topics {

class WordEvidence {
 public:
  // Single words that are no stop words, each counted once a text; a text of more than `words_max` of them
  // counts as if it had that many, because words of one long text are not independent witnesses.
  WordEvidence(const Vocabulary& vocabulary, const SparseRows& rows, double words_max = 12);

  // Natural logarithm of the evidence for one group, its size's share of a Chinese restaurant process
  // included: the sum over the groups ranks partitions. `rows` are indices into the rows given above. One
  // call costs the words of those rows, plus five lgamma a distinct word.
  [[nodiscard]] double group_score(std::span<const std::uint32_t> rows);

  // Moves rows to the group whose words, with its size, explain theirs best, where they do so e^`margin`
  // times better than those of the group a row is in: round after round until hardly any moves (iterated
  // conditional modes, Besag 1986, of the mixture of Yin and Wang 2014). `group_of` has an entry for every
  // row; a group may end empty. One round costs rows x their words x groups logarithms.
  void settle(std::vector<std::uint32_t>& group_of, std::size_t groups, double margin = 2) const;

 private:
  struct Tally {
    std::vector<double> counts;  // of each word
    double words = 0;
    double rows = 0;
    double concentration = 0;
  };
  void count(Tally& tally, std::size_t row, double sign) const;
  [[nodiscard]] double fit(const Tally& tally, std::size_t row) const;
  [[nodiscard]] double best_concentration(const Tally& tally) const;
  [[nodiscard]] double words_score(double words, double concentration) const;

  std::vector<std::size_t> offsets_{0};
  std::vector<std::uint32_t> words_;
  std::vector<double> weights_;        // what each word of text i counts
  std::vector<double> share_of_word_;  // over all texts
  std::vector<double> log_share_of_word_;
  std::vector<double> counts_;  // scratch, all zero between calls
  std::vector<std::uint32_t> touched_;
};

}  // namespace steps::topics
