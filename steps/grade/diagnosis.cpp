#include "steps/grade/diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "steps/grade/numbers.hpp"

namespace steps::grade {

namespace {

constexpr std::size_t shown_max = 5;
constexpr std::uint64_t topic_scores_min = 5;
constexpr std::uint64_t sample_min = 100;

using Names = std::map<std::uint32_t, std::string>;

std::string name_of(std::uint32_t topic, const Names& names) {
  const auto found = names.find(topic);
  if (found != names.end()) return found->second;
  return topic == 0 ? "(no topic)" : "topic " + std::to_string(topic);
}

// The value that most scores have, and the share that has it. `values` ascending.
struct Common {
  double value = 0;
  double share = 0;
};
Common most_common(const std::vector<double>& values) {
  Common common;
  for (std::size_t i = 0; i < values.size();) {
    std::size_t end = i;
    while (end < values.size() && values[end] == values[i]) ++end;
    const double share = static_cast<double>(end - i) / static_cast<double>(values.size());
    if (share > common.share) common = {values[i], share};
    i = end;
  }
  return common;
}

struct Split {
  double explained = 0;  // of the variance
  double smaller = 0;    // share of the scores on the smaller side
  double low_mean = 0;
  double high_mean = 0;
};

Split best_split(std::span<const Score> scores) {
  const Histogram bins = histogram(scores);
  const double total = std::accumulate(bins.begin(), bins.end(), 0.0);
  Split best;
  if (total == 0) return best;
  const auto middle = [](std::size_t bin) { return (static_cast<double>(bin) + 0.5) / 20; };
  double whole = 0;
  double squares = 0;
  for (std::size_t bin = 0; bin < bins.size(); ++bin) {
    whole += middle(bin) * static_cast<double>(bins[bin]);
    squares += middle(bin) * middle(bin) * static_cast<double>(bins[bin]);
  }
  const double variance = squares / total - (whole / total) * (whole / total);
  if (variance < 1e-12) return best;
  double count = 0;
  double sum_low = 0;
  for (std::size_t bin = 0; bin + 1 < bins.size(); ++bin) {
    count += static_cast<double>(bins[bin]);
    sum_low += middle(bin) * static_cast<double>(bins[bin]);
    if (count == 0 || count == total) continue;
    const double low = sum_low / count;
    const double high = (whole - sum_low) / (total - count);
    const double explained = count / total * (1 - count / total) * (high - low) * (high - low) / variance;
    if (explained > best.explained) best = {explained, std::min(count, total - count) / total, low, high};
  }
  return best;
}

bool is_bimodal(const Split& split) {
  return split.explained > bimodal_from && split.smaller >= 0.1;
}

// Share of the variance of all scores that lies between topics (eta squared).
double between_topics(const std::vector<TopicStatistics>& topics, const Statistics& all) {
  if (all.std < 1e-9) return 0;
  double between = 0;
  for (const TopicStatistics& topic : topics) {
    const double offset = topic.statistics.mean - all.mean;
    between += static_cast<double>(topic.statistics.scored) * offset * offset;
  }
  return between / (static_cast<double>(all.scored) * all.std * all.std);
}

class Findings {
 public:
  void data(std::string code, double weight, std::string message) {
    add(FixFirst::data, code, weight, message);
  }
  void grader(std::string code, double weight, std::string message) {
    add(FixFirst::grader, code, weight, message);
  }
  std::vector<Finding> heaviest_first() && {
    std::ranges::sort(findings_, {},
                      [](const Finding& f) { return std::pair(-f.weight, std::string_view(f.code)); });
    return std::move(findings_);
  }

 private:
  void add(FixFirst side, std::string& code, double weight, std::string& message) {
    findings_.push_back({side, std::move(code), std::move(message), std::min(weight, 1.0)});
  }
  std::vector<Finding> findings_;
};

void look_at_voids(std::span<const Score> scores, std::span<const Evidence> evidence, const Statistics& all,
                   Findings& findings) {
  if (all.unscored == 0 || scores.empty()) return;
  const double share = static_cast<double>(all.unscored) / static_cast<double>(scores.size());
  if (share < 0.01) return;
  std::map<std::string, std::size_t> errors;
  std::size_t empty = 0;
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    if (scores[i].score) continue;
    ++errors[evidence[i].error];
    empty += evidence[i].is_empty ? 1 : 0;
  }
  const auto most = std::ranges::max_element(errors, {}, [](const auto& entry) { return entry.second; });
  const std::string why = most == errors.end() ? ""
                                               : fmt::format("; most often ({} times): {}", most->second,
                                                             most->first.substr(0, 200));
  if (2 * empty > all.unscored) {
    findings.data("void_without_answer", 0.5 + 5 * share,
                  fmt::format("{} of {} answers have no score, most of them because they are empty",
                              all.unscored, scores.size()));
  } else {
    findings.grader("void", 0.5 + 5 * share,
                    fmt::format("{} of {} answers have no score{}", all.unscored, scores.size(), why));
  }
}

void look_at_answers(std::span<const Score> scores, std::span<const Evidence> evidence, const Statistics& all,
                     Findings& findings) {
  if (evidence.empty() || all.scored == 0) return;
  double empty = 0;
  double referenced = 0;
  double low = 0;
  double low_without = 0;
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    empty += evidence[i].is_empty ? 1 : 0;
    referenced += evidence[i].has_reference ? 1 : 0;
    if (!scores[i].score || *scores[i].score >= 0.1) continue;
    low += 1;
    low_without += evidence[i].has_reference ? 0 : 1;
  }
  const auto count = static_cast<double>(evidence.size());
  if (empty / count > 0.05)
    findings.data("empty_answers", 0.4 + empty / count,
                  fmt::format("{:.0f} of {} answers are empty", empty, count));
  if (referenced > 0 && low > 0 && low_without / low > 0.8 && referenced / count < 0.8) {
    findings.data("missing_references", 0.6,
                  fmt::format("{:.0f} of {:.0f} low scores are of records without a reference_answer",
                              low_without, low));
  }
}

void look_at_spread(std::span<const Score> scores, const Statistics& all, const Split& split,
                    Findings& findings) {
  const std::vector<double> values = sorted_values(scores);
  const Common common = most_common(values);
  if (values.size() >= 10 && common.share >= 0.8) {
    const double weight = 0.5 + common.share / 2;
    findings.grader(
        common.value == 0 ? "all_zero" : "one_value", weight,
        fmt::format("{:.0f} % of the scores are {:.3g}: the grader does not tell these answers apart",
                    100 * common.share, common.value));
  } else if (all.std < std_go) {
    findings.grader("narrow", 0.7,
                    fmt::format("the scores lie within a standard deviation of {:.3f}: give partial "
                                "credit, or ask for more than one quality",
                                all.std));
  }
  if (common.share < 0.8 && is_bimodal(split) && all.mean < 0.5) {
    findings.grader(
        "all_or_nothing", 0.4,
        fmt::format("the scores fall into two heaps, about {:.2f} and {:.2f}: a grader with partial credit "
                    "would show more",
                    split.low_mean, split.high_mean));
  }
}

void look_at_topics(const std::vector<TopicStatistics>& topics, const Statistics& all, const Names& names,
                    Findings& findings) {
  const double explained = between_topics(topics, all);
  std::string hard;
  for (const TopicStatistics& topic : topics) {
    const bool is_hard =
        topic.statistics.scored >= topic_scores_min && topic.statistics.mean < 0.5 * all.mean;
    if (is_hard)
      hard += fmt::format("{}{} ({:.2f})", hard.empty() ? "" : ", ", name_of(topic.topic, names),
                          topic.statistics.mean);
  }
  if (topics.size() > 1 && explained > 0.25 && !hard.empty()) {
    findings.data("hard_topics", 0.4 + explained,
                  fmt::format("{:.0f} % of the differences lie between topics; far below the mean: {}",
                              100 * explained, hard));
  } else if (all.mean < mean_go && all.scored > 0) {
    findings.grader(
        "low_everywhere", 0.45,
        "the scores are low in all topics alike: look at the lowest answers; if they are good, the grader "
        "is too strict or reads the wrong field, else the model cannot do the task yet");
  }
}

std::string summary_of(const Diagnosis& diagnosis) {
  switch (diagnosis.fix_first) {
    case FixFirst::nothing:
      return "Nothing stands out that would have to be fixed first.";
    case FixFirst::data:
      return "Look at the data first: " + diagnosis.findings.front().message + ".";
    case FixFirst::grader:
      return "Look at the grader first: " + diagnosis.findings.front().message + ".";
  }
  return {};
}

template <class Less>
std::vector<std::size_t> first_by(const std::vector<std::size_t>& scored, Less less) {
  std::vector<std::size_t> chosen = scored;
  const auto end = chosen.begin() + static_cast<std::ptrdiff_t>(std::min(shown_max, chosen.size()));
  std::partial_sort(chosen.begin(), end, chosen.end(), less);
  chosen.erase(end, chosen.end());
  return chosen;
}

}  // namespace

double two_peaks(std::span<const Score> scores) {
  return best_split(scores).explained;
}

std::vector<Advice> advice(std::span<const Score> scores, const Names& names) {
  std::vector<Advice> all;
  const Statistics s = statistics(scores);
  if (s.scored == 0) return all;
  if (s.mean > 0.65)
    all.push_back({"too_easy",
                   fmt::format("the mean is {:.2f}: the model can do most of this already, and training has "
                               "little to gain; ask for harder prompts or a stricter grader",
                               s.mean),
                   0});
  const Split split = best_split(scores);
  if (is_bimodal(split))
    all.push_back({"bimodal",
                   fmt::format("two heaps of scores, about {:.2f} and {:.2f}, with little between them",
                               split.low_mean, split.high_mean),
                   0});
  const Common common = most_common(sorted_values(scores));
  if (s.scored >= 10 && common.share >= 0.8)
    all.push_back(
        {"one_value", fmt::format("{:.0f} % of the scores are {:.3g}", 100 * common.share, common.value), 0});
  for (const TopicStatistics& topic : by_topic(scores, 0)) {
    if (topic.topic == 0 || topic.statistics.scored < topic_scores_min || topic.statistics.mean >= 0.15)
      continue;
    all.push_back({"topic_too_hard",
                   fmt::format("{}: mean {:.2f} over {} scores; there is hardly anything to reinforce",
                               name_of(topic.topic, names), topic.statistics.mean, topic.statistics.scored),
                   topic.topic});
  }
  if (const auto line = signal(scores); line && line->zero_variance > 0.5)
    all.push_back({"no_gradient",
                   fmt::format("{:.0f} % of the prompts get the same score for every answer and would "
                               "teach nothing",
                               100 * line->zero_variance),
                   0});
  if (s.scored < sample_min)
    all.push_back(
        {"small_sample",
         fmt::format("only {} scores: the intervals are wide; {} or more tell more", s.scored, sample_min),
         0});
  return all;
}

std::string_view fix_first_name(FixFirst fix) {
  switch (fix) {
    case FixFirst::nothing:
      return "nothing";
    case FixFirst::data:
      return "data";
    case FixFirst::grader:
      return "grader";
  }
  return "nothing";
}

Diagnosis diagnose(std::span<const Score> scores, std::span<const Evidence> evidence, const Names& names) {
  Diagnosis diagnosis;
  const Statistics all = statistics(scores);
  Findings findings;
  look_at_voids(scores, evidence, all, findings);
  look_at_answers(scores, evidence, all, findings);
  if (all.scored > 0) {
    look_at_spread(scores, all, best_split(scores), findings);
    look_at_topics(by_topic(scores, 0), all, names, findings);
  }
  diagnosis.findings = std::move(findings).heaviest_first();
  if (!diagnosis.findings.empty()) diagnosis.fix_first = diagnosis.findings.front().side;
  diagnosis.summary = summary_of(diagnosis);

  std::vector<std::size_t> scored;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i].score) scored.push_back(i);
  }
  const auto value = [&](std::size_t i) { return *scores[i].score; };
  const auto distance = [&](std::size_t i) { return std::abs(*scores[i].score - all.mean); };
  diagnosis.highest =
      first_by(scored, [&](auto a, auto b) { return std::pair(-value(a), a) < std::pair(-value(b), b); });
  diagnosis.lowest =
      first_by(scored, [&](auto a, auto b) { return std::pair(value(a), a) < std::pair(value(b), b); });
  diagnosis.nearest_to_mean =
      first_by(scored, [&](auto a, auto b) { return std::pair(distance(a), a) < std::pair(distance(b), b); });
  return diagnosis;
}

}  // namespace steps::grade
