// What bench/topics measures of one labelled set. One thread, but for the embedder's own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "steps/embed/embedder.hpp"
#include "steps/topics/find_topics.hpp"
#include "tests/topics/corpus.hpp"

namespace bench {

struct Embedded {
  steps::topics::Matrix rows;
  std::vector<steps::embed::Part> parts;
};
Embedded embedded(const steps::embed::Embedder& embedder, const std::vector<std::string>& texts);

struct Agreement {
  std::size_t groups = 0;
  double nmi = 0;  // with the arithmetic mean, which is the V-measure
  double ari = 0;
  double purity = 0;
};
Agreement agreement(const std::vector<std::uint32_t>& groups, const std::vector<std::uint32_t>& labels);

struct AutoTrial {
  Agreement leaves;
  Agreement upper;  // against the labels' parents; groups 0 where there is no upper level
  double seconds = 0;
  double names = 0;  // see names_like_labels
  steps::topics::TopicProposal proposal;
};
// Labels are hidden and their number is not told. `vectors` null: from words alone.
AutoTrial find(const corpus::Labelled& data, const Embedded* vectors);
// The share of the topics whose name has a word in common with the name of the label that most of their texts
// have: what a person called them.
double names_like_labels(const steps::topics::TopicProposal& proposal, const corpus::Labelled& data);

// TF-IDF of words and pairs, 200 dimensions, spherical k-means with the true number of labels; seeded.
Agreement tfidf_kmeans(const corpus::Labelled& data);

struct CategorizeTrial {
  double accuracy = 0;
  double calibration_error = 0;  // expected, 15 bins
  double out_of_scope = 0;       // AUROC of confidence: records of unknown topics against the others
  double fit_seconds = 0;
  double mean_confidence = 0;
};
// Every fifth label is left out and is what out of scope means; of each other label `shots` records are shown
// as examples, and the rest, at least half of each label, are the test. Names of topics are the labels' own.
CategorizeTrial categorize(const corpus::Labelled& data, const steps::embed::Embedder& embedder,
                           const Embedded& vectors, std::size_t shots, bool leave_out);

}  // namespace bench
