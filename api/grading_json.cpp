#include "api/grading_json.hpp"

#include "api/json_views.hpp"

namespace api {

namespace grade = steps::grade;
using schemas::RecordId;
using schemas::RunId;
using schemas::TopicId;

namespace {
Json parameters_view(const schemas::DryRunParametersT& parameters) {
  Json told;
  told["sample_size"] = parameters.sample_size == 0 ? Json("all") : Json(parameters.sample_size);
  told["answers"] = schemas::EnumNameAnswerSource(parameters.answers);
  told["model"] = parameters.model.empty() ? Json() : Json(parameters.model);
  told["k"] = parameters.k;
  told["temperature"] = parameters.temperature < 0 ? Json() : Json(parameters.temperature);
  told["max_tokens"] = parameters.max_tokens == 0 ? Json() : Json(parameters.max_tokens);
  told["duplicates"] = parameters.duplicates;
  told["records"] = parameters.records.empty() ? Json() : Json::array();
  for (const std::uint64_t record : parameters.records) told["records"].push_back(to_text(RecordId(record)));
  return told;
}

Json metric_view(double value, grade::Verdict verdict, double go, double no_go) {
  return {{"value", value}, {"verdict", grade::verdict_name(verdict)}, {"go", go}, {"no_go", no_go}};
}

Json metrics_view(const grade::Statistics& statistics, const grade::Judgement& judgement) {
  const double all = static_cast<double>(statistics.scored + statistics.unscored);
  const double unscored = all == 0 ? 0 : static_cast<double>(statistics.unscored) / all;
  return {
      {"mean", metric_view(statistics.mean, judgement.mean, grade::mean_go, grade::mean_no_go)},
      {"above_zero", metric_view(statistics.above_zero, judgement.above_zero, grade::above_zero_go,
                                 grade::above_zero_no_go)},
      {"std", metric_view(statistics.std, judgement.std, grade::std_go, grade::std_no_go)},
      {"unscored", metric_view(unscored, judgement.scored, grade::unscored_no_go, grade::unscored_no_go)}};
}

Json histogram_view(const grade::Histogram& histogram) {
  Json bins = Json::array();
  const auto count = static_cast<double>(histogram.size());
  for (std::size_t i = 0; i < histogram.size(); ++i) {
    bins.push_back({{"from", static_cast<double>(i) / count},
                    {"to", static_cast<double>(i + 1) / count},
                    {"count", histogram.at(i)}});
  }
  return bins;
}

Json by_topic_view(const std::vector<grade::TopicStatistics>& topics,
                   const std::map<std::uint32_t, std::string>& names) {
  Json list = Json::array();
  for (const grade::TopicStatistics& topic : topics) {
    const auto name = names.find(topic.topic);
    list.push_back({{"topic", topic_or_null(topic.topic)},
                    {"name", name == names.end() ? Json() : Json(name->second)},
                    {"statistics", statistics_view(topic.statistics)},
                    {"mean_interval", interval_view(topic.mean)}});
  }
  return list;
}

Json signal_view(const std::optional<grade::Signal>& signal) {
  if (!signal) return {};
  return {{"prompts", signal->prompts},       {"k", signal->k},
          {"within_std", signal->within_std}, {"zero_variance", signal->zero_variance},
          {"learnable", signal->learnable},   {"pass_at", signal->pass_at}};
}

Json examples_view(const std::vector<std::size_t>& indexes, const std::vector<grade::Score>& scores) {
  Json list = Json::array();
  for (const std::size_t i : indexes) {
    list.push_back({{"sample", i},
                    {"record", to_text(RecordId(scores[i].record))},
                    {"topic", topic_or_null(scores[i].topic)},
                    {"score", scores[i].score ? Json(*scores[i].score) : Json()}});
  }
  return list;
}

Json diagnosis_view(const grade::Diagnosis& diagnosis, const std::vector<grade::Score>& scores) {
  Json told{{"fix_first", grade::fix_first_name(diagnosis.fix_first)}, {"summary", diagnosis.summary}};
  told["findings"] = Json::array();
  for (const grade::Finding& finding : diagnosis.findings) {
    told["findings"].push_back({{"side", grade::fix_first_name(finding.side)},
                                {"code", finding.code},
                                {"message", finding.message},
                                {"weight", finding.weight}});
  }
  told["highest"] = examples_view(diagnosis.highest, scores);
  told["lowest"] = examples_view(diagnosis.lowest, scores);
  told["nearest_to_mean"] = examples_view(diagnosis.nearest_to_mean, scores);
  return told;
}

// Of a run that counts, what has changed since.
Json stale_view(const engine::DatasetState& state, const engine::DryRun& dry_run) {
  Json stale = Json::array();
  const engine::Run& run = *state.run(RunId(dry_run.run));
  for (const engine::LastChange* change :
       {&state.records_changed, &state.topics_changed, &state.assignments_changed, &state.grader_changed}) {
    if (change->position > run.requested_at && !change->because.empty())
      stale.push_back({{"because", change->because}, {"position", change->position}});
  }
  return stale;
}
}  // namespace

Json topic_or_null(std::uint32_t topic) {
  return topic == 0 ? Json() : Json(to_text(TopicId(topic)));
}

Json name_or_null(const std::map<std::uint32_t, std::string>& names, std::uint32_t topic) {
  const auto found = names.find(topic);
  return found == names.end() ? Json() : Json(found->second);
}

Json json_from(std::string_view text) {
  if (text.empty()) return {};
  Json value = Json::parse(text, nullptr, false);
  return value.is_discarded() ? Json() : value;
}

std::string_view verdict_text(schemas::Verdict verdict) {
  switch (verdict) {
    case schemas::Verdict::go:
      return "GO";
    case schemas::Verdict::caution:
      return "CAUTION";
    case schemas::Verdict::no_go:
      return "NO-GO";
  }
  return "NO-GO";
}

Json statistics_view(const grade::Statistics& s) {
  const auto or_null = [&](double value) { return s.scored == 0 ? Json() : Json(value); };
  return {{"mean", or_null(s.mean)},
          {"std", or_null(s.std)},
          {"median", or_null(s.median)},
          {"min", or_null(s.min)},
          {"max", or_null(s.max)},
          {"p10", or_null(s.p10)},
          {"p25", or_null(s.p25)},
          {"p75", or_null(s.p75)},
          {"p90", or_null(s.p90)},
          {"above_zero", or_null(s.above_zero)},
          {"equal_one", or_null(s.equal_one)},
          {"scored", s.scored},
          {"unscored", s.unscored}};
}

Json interval_view(const grade::Interval& interval) {
  return {{"low", interval.low}, {"high", interval.high}};
}

Json graded_view(const grade::Graded& graded) {
  Json told;
  told["score"] = graded.score ? Json(*graded.score) : Json();
  told["reason"] = graded.reason;
  told["error"] = graded.error.empty() ? Json() : Json(graded.error);
  told["console"] = graded.console;
  told["passed"] = graded.passed ? Json(*graded.passed) : Json();
  told["parts"] = Json::array();
  for (const grade::Part& part : graded.parts) {
    told["parts"].push_back({{"name", part.name},
                             {"score", part.score ? Json(*part.score) : Json()},
                             {"error", part.error.empty() ? Json() : Json(part.error)}});
  }
  return told;
}

Json dry_run_view(const engine::DatasetState& state, const engine::DryRun& dry_run) {
  const engine::Run& run = *state.run(RunId(dry_run.run));
  Json told = run_view(run);
  told.erase("result");
  told["parameters"] = parameters_view(*run.dry_run);
  told["grader_version"] = dry_run.grader_version;
  told["grader_title"] = state.grader(dry_run.grader_version)->title;
  told["regrade_of"] = dry_run.regrade_of == 0 ? Json() : Json(to_text(RunId(dry_run.regrade_of)));
  told["candidates"] = dry_run.candidates;
  told["without_answer"] = dry_run.without_answer;
  told["sampled"] = dry_run.records;
  told["answered"] = dry_run.answered;
  told["missing"] = dry_run.missing;
  told["graded"] = dry_run.graded;
  told["unscored"] = dry_run.unscored;
  told["spent"] = {{"input_tokens", dry_run.spent.input_tokens},
                   {"output_tokens", dry_run.spent.output_tokens},
                   {"cost_usd", dry_run.spent.cost_usd}};
  const std::uint64_t scored = dry_run.graded - dry_run.unscored;
  told["mean"] = dry_run.measured ? Json(dry_run.measured->mean)
                 : scored == 0    ? Json()
                                  : Json(dry_run.score_sum / static_cast<double>(scored));
  told["verdict"] = dry_run.measured ? Json(verdict_text(dry_run.measured->verdict)) : Json();
  told["cause_of_verdict"] = dry_run.measured ? Json(dry_run.measured->cause) : Json();
  told["partial"] = !dry_run.measured.has_value();
  told["stale"] = dry_run.measured ? stale_view(state, dry_run) : Json::array();
  return told;
}

void add_report(const engine::DatasetState& state, const engine::DryRun& /*dry_run*/,
                const steps::DryRunReport& report, Json& view) {
  const auto names = steps::topic_names(*state.topics);
  view["metrics"] = metrics_view(report.statistics, report.judgement);
  view["statistics"] = statistics_view(report.statistics);
  view["histogram"] = histogram_view(report.histogram);
  view["intervals"] = {{"mean", interval_view(report.intervals.mean)},
                       {"above_zero", interval_view(report.intervals.above_zero)},
                       {"std", interval_view(report.intervals.std)}};
  view["by_topic"] = by_topic_view(report.by_topic, names);
  view["signal"] = signal_view(report.signal);
  view["advice"] = Json::array();
  for (const grade::Advice& advice : report.advice) {
    view["advice"].push_back({{"code", advice.code},
                              {"message", advice.message},
                              {"topic", advice.topic == 0 ? Json() : topic_or_null(advice.topic)}});
  }
  view["diagnosis"] = diagnosis_view(report.diagnosis, report.graded.scores);
}

}  // namespace api
