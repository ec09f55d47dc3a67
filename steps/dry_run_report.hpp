// What a dry run says so far: folded from its blobs of scores, for the verdict and for everybody who reads
// it. Pure but for the reading; any thread. O(samples).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/step.hpp"
#include "steps/grade/compare.hpp"
#include "steps/grade/diagnosis.hpp"
#include "steps/grade/statistics.hpp"

namespace steps {

struct DryRunScores {
  std::vector<grade::Score> scores;  // in the order of the sample, as far as it is graded
  std::vector<grade::Evidence> evidence;
};
schemas::Result<DryRunScores> scores_of(const engine::DryRun& dry_run, const engine::BlobReader& blobs);

struct DryRunReport {
  grade::Statistics statistics;
  grade::Judgement judgement;
  grade::Histogram histogram{};
  grade::Intervals intervals;
  std::vector<grade::TopicStatistics> by_topic;
  std::optional<grade::Signal> signal;
  std::vector<grade::Advice> advice;
  grade::Diagnosis diagnosis;
  DryRunScores graded;
};
// The seed of the bootstrap is the run's.
schemas::Result<DryRunReport> report_of(const engine::DatasetState& state, const engine::DryRun& dry_run,
                                        const engine::BlobReader& blobs);

std::map<std::uint32_t, std::string> topic_names(const engine::TopicTree& tree);

// The verdict as the event that ends a dry run.
schemas::DryRunMeasuredT measured(std::uint64_t run, const grade::Statistics& statistics,
                                  const grade::Judgement& judgement);

}  // namespace steps
