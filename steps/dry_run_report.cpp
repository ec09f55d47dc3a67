#include "steps/dry_run_report.hpp"

#include "steps/sample_lines.hpp"

namespace steps {

schemas::Result<DryRunScores> scores_of(const engine::DryRun& dry_run, const engine::BlobReader& blobs) {
  DryRunScores told;
  for (const engine::WorkBlock& block : dry_run.grades) {
    const auto lines = blobs.read(block.id);
    if (!lines) return std::unexpected(lines.error());
    const auto read = for_each_line(**lines, [&](const text::JsonIndex& json, std::string_view /*line*/) {
      GradeLine line = read_grade_line(json);
      told.scores.push_back({line.key.record, line.key.topic, line.score});
      told.evidence.push_back({line.is_empty, line.has_reference, std::move(line.error)});
      return true;
    });
    if (!read) return std::unexpected(read.error());
  }
  return told;
}

schemas::Result<DryRunReport> report_of(const engine::DatasetState& state, const engine::DryRun& dry_run,
                                        const engine::BlobReader& blobs) {
  auto graded = scores_of(dry_run, blobs);
  if (!graded) return std::unexpected(graded.error());
  const std::uint64_t seed = state.run(schemas::RunId(dry_run.run))->seed;
  const auto names = topic_names(*state.topics);
  DryRunReport report;
  report.graded = std::move(*graded);
  const std::vector<grade::Score>& scores = report.graded.scores;
  report.statistics = grade::statistics(scores);
  report.judgement = grade::judge(report.statistics);
  report.histogram = grade::histogram(scores);
  report.intervals = grade::intervals(scores, seed);
  report.by_topic = grade::by_topic(scores, seed);
  report.signal = grade::signal(scores);
  report.advice = grade::advice(scores, names);
  report.diagnosis = grade::diagnose(scores, report.graded.evidence, names);
  return report;
}

std::map<std::uint32_t, std::string> topic_names(const engine::TopicTree& tree) {
  std::map<std::uint32_t, std::string> names;
  for (const engine::Topic& topic : tree.topics) names.emplace(topic.id, topic.name);
  return names;
}

schemas::DryRunMeasuredT measured(std::uint64_t run, const grade::Statistics& statistics,
                                  const grade::Judgement& judgement) {
  schemas::DryRunMeasuredT event;
  event.run = schemas::RunId(run);
  switch (judgement.verdict) {
    case grade::Verdict::go:
      event.verdict = schemas::Verdict::go;
      break;
    case grade::Verdict::caution:
      event.verdict = schemas::Verdict::caution;
      break;
    case grade::Verdict::no_go:
      event.verdict = schemas::Verdict::no_go;
      break;
  }
  event.mean = statistics.mean;
  event.std = statistics.std;
  event.above_zero = statistics.above_zero;
  event.scored = statistics.scored;
  event.unscored = statistics.unscored;
  event.cause = judgement.cause;
  return event;
}

}  // namespace steps
