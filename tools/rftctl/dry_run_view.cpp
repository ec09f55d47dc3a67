#include "tools/rftctl/dry_run_view.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rftctl {

namespace {
Colour colour_of(std::string_view verdict) {
  if (verdict == "GO") return Colour::green;
  return verdict == "CAUTION" ? Colour::yellow : Colour::red;
}

std::string figure(const json& value, int places = 3) {
  return value.is_number() ? fmt::format("{:.{}f}", value.get<double>(), places) : "-";
}

std::string share(const json& value) {
  return value.is_number() ? fmt::format("{:.1f}%", 100 * value.get<double>()) : "-";
}

std::string interval_text(const json& interval, bool as_share) {
  if (!interval.is_object()) return "";
  const auto one = [&](const char* name) {
    return as_share ? share(member(interval, name)) : figure(member(interval, name));
  };
  return fmt::format("{} to {}", one("low"), one("high"));
}

std::string verdict_table(const Terminal& terminal, const json& answer) {
  const json& metrics = member(answer, "metrics");
  const json& intervals = member(answer, "intervals");
  std::string out = fmt::format("{} {:>9}  {}  {}  {}\n", padded("metric", 14), "value", padded("95 %", 18),
                                padded("GO", 7), "verdict");
  const auto row = [&](const char* name, const char* title, bool as_share, const char* sign) {
    const json& metric = member(metrics, name);
    const json& value = member(metric, "value");
    const json& go = member(metric, "go");
    const std::string verdict = text(metric, "verdict");
    out += fmt::format("{} {:>9}  {}  {}  {}\n", padded(title, 14), as_share ? share(value) : figure(value),
                       padded(interval_text(member(intervals, name), as_share), 18),
                       padded(sign + (as_share ? share(go) : figure(go, 2)), 7),
                       painted(terminal, colour_of(verdict), verdict));
  };
  row("mean", "mean score", false, "> ");
  row("above_zero", "scoring > 0", true, "> ");
  row("std", "std deviation", false, "> ");
  row("unscored", "no score", true, "≤ ");
  return out;
}

std::string histogram_text(const Terminal& terminal, const json& bins) {
  std::uint64_t most = 0;
  if (!bins.is_array()) return {};
  for (const json& bin : bins) most = std::max(most, count(bin, "count"));
  if (most == 0) return {};
  std::string out = "\n" + painted(terminal, Colour::bold, "scores") + "\n";
  const std::size_t width = std::clamp<std::size_t>(terminal.width, 50, 90) - 24;
  for (const json& bin : bins) {
    const std::uint64_t here = count(bin, "count");
    out += fmt::format("{}–{} {:>7} {}\n", figure(member(bin, "from"), 2), figure(member(bin, "to"), 2),
                       with_commas(here), bar(static_cast<double>(here) / static_cast<double>(most), width));
  }
  return out;
}

std::string topics_text(const Terminal& terminal, const json& topics) {
  if (!topics.is_array() || topics.size() < 2) return {};
  std::vector<std::vector<std::string>> rows{{"topic", "scored>", "mean>", "95 %", "> 0>"}};
  for (const json& topic : topics) {
    const json& statistics = member(topic, "statistics");
    const std::string name = text(topic, "name");
    rows.push_back({printable(name.empty() ? "(none)" : name), with_commas(count(statistics, "scored")),
                    figure(member(statistics, "mean")), interval_text(member(topic, "mean_interval"), false),
                    share(member(statistics, "above_zero"))});
  }
  return "\n" + table(terminal, rows);
}

std::string advice_text(const Terminal& terminal, const json& answer) {
  std::string out;
  const json& advice = member(answer, "advice");
  if (advice.is_array()) {
    for (const json& one : advice) out += "advice  " + printable(text(one, "message")) + "\n";
  }
  const json& diagnosis = member(answer, "diagnosis");
  if (const std::string summary = text(diagnosis, "summary"); !summary.empty())
    out += painted(terminal, Colour::bold, "fix     ") + printable(summary) + "\n";
  return out.empty() ? out : "\n" + out;
}

std::string signal_text(const json& signal) {
  if (!signal.is_object()) return {};
  const json& pass = member(signal, "pass_at");
  return fmt::format("\nsignal  k = {}, within-prompt std {}, no gradient {}, learnable {}, pass@{} {}\n",
                     count(signal, "k"), figure(member(signal, "within_std")),
                     share(member(signal, "zero_variance")), share(member(signal, "learnable")),
                     pass.is_array() ? pass.size() : 0,
                     pass.is_array() && !pass.empty() ? share(pass.back()) : "-");
}

std::string output_of(const json& sample) {
  return printable(text(member(sample, "sample"), "output_text"));
}

std::string why(const json& sample) {
  const std::string error = text(sample, "error");
  return printable(error.empty() ? text(sample, "reason") : "error: " + error);
}
}  // namespace

std::string grader_view(const Terminal& terminal, const json& answer) {
  if (count(answer, "version") == 0) return "no grader yet\n  hint    rftctl grader set DATASET FILE\n";
  std::string out = painted(terminal, Colour::bold,
                            fmt::format("grader, version {}: {}", text(answer, "version"),
                                        printable(text(answer, "title")))) +
                    "\n";
  out += fmt::format("by {} at {}\n", printable(text(answer, "by")), text(answer, "at"));
  if (const std::string reason = text(answer, "reason"); !reason.empty()) out += printable(reason) + "\n";
  json definition = member(answer, "grader");
  if (const std::string source = text(definition, "source"); !source.empty()) {
    out += "\n";
    std::string_view rest = source;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      out += printable(rest.substr(0, end)) + "\n";
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return out;
  }
  return out + "\n" + definition.dump(2) + "\n";
}

std::string grader_versions_view(const Terminal& terminal, const json& answer) {
  std::vector<std::vector<std::string>> rows{{"version>", "what", "by", "at", "why"}};
  for (const json& one : member(answer, "items")) {
    rows.push_back({text(one, "version"), printable(text(one, "title")), printable(text(one, "by")),
                    text(one, "at"), printable(text(one, "reason"))});
  }
  return rows.size() == 1 ? "no grader yet\n" : table(terminal, rows);
}

std::string grader_diff_view(const Terminal& terminal, const json& answer) {
  std::string out = fmt::format("version {} to {}: +{} -{}\n", text(answer, "from"), text(answer, "to"),
                                text(answer, "added"), text(answer, "removed"));
  for (const json& line : member(answer, "lines")) {
    const std::string sign = text(line, "sign");
    const std::string shown = sign + " " + printable(text(line, "text"));
    out += painted(terminal,
                   sign == "+"   ? Colour::green
                   : sign == "-" ? Colour::red
                                 : Colour::plain,
                   shown) +
           "\n";
  }
  return out;
}

std::string grader_test_view(const Terminal& terminal, const json& answer) {
  std::vector<std::vector<std::string>> rows{{"record", "score>", "answer", "why"}};
  for (const json& sample : member(answer, "samples")) {
    rows.push_back({text(sample, "record"), figure(member(sample, "score")), fitted(output_of(sample), 50),
                    why(sample)});
  }
  const json& statistics = member(answer, "statistics");
  return table(terminal, rows) + fmt::format("mean {}, std {}, min {}, max {}, without a score {}\n",
                                             figure(member(statistics, "mean")),
                                             figure(member(statistics, "std")),
                                             figure(member(statistics, "min")),
                                             figure(member(statistics, "max")), text(statistics, "unscored"));
}

std::string dry_run_view(const Terminal& terminal, const json& answer) {
  const std::string verdict = text(answer, "verdict");
  std::string out = painted(terminal, Colour::bold, "dry run " + text(answer, "id")) + "  ";
  out += verdict.empty() ? text(answer, "state") + fmt::format(", {} of {} graded", count(answer, "graded"),
                                                               count(member(answer, "progress"), "total"))
                         : painted(terminal, colour_of(verdict), verdict);
  out += fmt::format("\n{} records, {} scored, {} without a score, grader version {}\n",
                     with_commas(count(answer, "sampled")),
                     with_commas(count(answer, "graded") - count(answer, "unscored")),
                     with_commas(count(answer, "unscored")), text(answer, "grader_version"));
  if (const std::string error = text(answer, "error"); !error.empty()) out += printable(error) + "\n";
  if (const std::string cause = text(answer, "cause_of_verdict"); !cause.empty())
    out += printable(cause) + "\n";
  if (count(answer, "graded") == 0) return out;
  return out + "\n" + verdict_table(terminal, answer) +
         histogram_text(terminal, member(answer, "histogram")) +
         topics_text(terminal, member(answer, "by_topic")) + signal_text(member(answer, "signal")) +
         advice_text(terminal, answer);
}

std::string dry_runs_view(const Terminal& terminal, const json& answer) {
  std::vector<std::vector<std::string>> rows{
      {"run", "state", "verdict", "mean>", "graded>", "grader>", "started"}};
  for (const json& one : member(answer, "items")) {
    rows.push_back({text(one, "id"), text(one, "state"), text(one, "verdict"), figure(member(one, "mean")),
                    with_commas(count(one, "graded")), text(one, "grader_version"),
                    text(one, "requested_at")});
  }
  return rows.size() == 1 ? "no dry runs yet\n  hint    rftctl dry-run start DATASET\n"
                          : table(terminal, rows);
}

std::string samples_view(const Terminal& terminal, const json& answer) {
  std::vector<std::vector<std::string>> rows{{"record", "score>", "prompt", "answer", "why"}};
  for (const json& sample : member(answer, "items")) {
    rows.push_back({text(sample, "record"), figure(member(sample, "score")),
                    fitted(printable(text(member(sample, "item"), "user_message")), 36),
                    fitted(output_of(sample), 36), why(sample)});
  }
  return table(terminal, rows) + fmt::format("{} in all\n", with_commas(count(answer, "total")));
}

std::string comparison_view(const Terminal& terminal, const json& answer) {
  std::string out = fmt::format("{} against {}: {} records in both\n", text(answer, "b"), text(answer, "a"),
                                with_commas(count(answer, "matched")));
  out +=
      fmt::format("mean {} -> {}, difference {} ({}){}\n", figure(member(member(answer, "before"), "mean")),
                  figure(member(member(answer, "after"), "mean")), figure(member(answer, "mean_difference")),
                  interval_text(member(answer, "interval"), false),
                  member(answer, "significant") == true ? "" : ", which may be chance");
  out += fmt::format("better {}, worse {}, the same {}\n", text(answer, "improved"), text(answer, "worsened"),
                     text(answer, "unchanged"));
  std::vector<std::vector<std::string>> rows{{"record", "before>", "after>"}};
  for (const char* list : {"most_improved", "most_worsened"}) {
    for (const json& one : member(answer, list))
      rows.push_back({text(one, "record"), figure(member(one, "before")), figure(member(one, "after"))});
  }
  return rows.size() == 1 ? out : out + "\n" + table(terminal, rows);
}

}  // namespace rftctl
