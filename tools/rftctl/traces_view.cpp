#include "tools/rftctl/traces_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace rftctl {

namespace {

constexpr std::size_t bar_columns = 24;

std::string or_dash(const json& object, const char* key) {
  const std::string found = printable(text(object, key));
  return found.empty() ? "–" : found;
}

std::string count_or_dash(const json& object, const char* key) {
  return number(object, key) ? with_commas(count(object, key)) : "–";
}

// "3 failed, 12 folded", largest first; empty when nothing was left out.
std::string by_reason(const json& counts) {
  if (!counts.is_object()) return {};
  std::vector<std::pair<std::uint64_t, std::string>> reasons;
  for (const auto& [reason, value] : counts.items()) {
    if (const std::uint64_t n = count(counts, reason.c_str()); n > 0) reasons.emplace_back(n, reason);
  }
  std::ranges::sort(reasons, std::ranges::greater{});
  std::string out;
  for (const auto& [n, reason] : reasons)
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", with_commas(n), printable(reason));
  return out;
}

std::string facet(const Terminal& terminal, const char* title, const json& values) {
  if (!values.is_array() || values.empty()) return {};
  std::uint64_t largest = 1;
  for (const json& value : values) largest = std::max(largest, count(value, "count"));
  std::vector<std::vector<std::string>> rows{{title, "calls>", ""}};
  for (const json& value : values) {
    const std::uint64_t n = count(value, "count");
    rows.push_back({fitted(or_dash(value, "value"), 48), with_commas(n),
                    bar(static_cast<double>(n) / static_cast<double>(largest), bar_columns)});
  }
  return table(terminal, rows) + "\n";
}

}  // namespace

std::string traces_view(const Terminal& terminal, const json& list) {
  const json& items = member(list, "items");
  if (!items.is_array() || items.empty()) {
    return count(list, "kept") == 0
               ? "there is no call yet\n  hint    docs/traces.md says how to point a program at this daemon\n"
               : fmt::format("no call matches; {} are kept\n", with_commas(count(list, "kept")));
  }
  std::vector<std::vector<std::string>> rows{
      {"ID", "TIME", "MODEL", "STATUS", "TURNS>", "IN>", "OUT>", "MS>", "LAST USER MESSAGE"}};
  for (const json& call : items) {
    const auto latency = number(call, "latency_ms");
    rows.push_back({text(call, "id"), text(call, "time"), fitted(or_dash(call, "model"), 28),
                    text(call, "status"), count_or_dash(call, "turns"), count_or_dash(call, "tokens_in"),
                    count_or_dash(call, "tokens_out"), latency ? fmt::format("{:.0f}", *latency) : "–",
                    printable(text(call, "preview"))});
  }
  std::string out = table(terminal, rows);
  // Where words left too many calls to look at each, the total is an upper bound.
  const json& exact = member(list, "total_is_exact");
  const char* bound = exact.is_boolean() && !exact.get<bool>() ? "at most " : "";
  out += fmt::format("{} of {}{} that match; {} are kept", items.size(), bound,
                     with_commas(count(list, "total")), with_commas(count(list, "kept")));
  if (const std::string next = text(list, "next"); !next.empty()) out += "; more with --cursor " + next;
  return out + "\n";
}

std::string trace_facets_view(const Terminal& terminal, const json& facets) {
  std::string out = fmt::format("{} of {} calls match", with_commas(count(facets, "total")),
                                with_commas(count(facets, "kept")));
  if (const std::string oldest = text(facets, "oldest"); !oldest.empty())
    out += fmt::format(", from {} to {}", oldest, text(facets, "newest"));
  out += fmt::format(", {:.1f} MiB on disk\n\n", number(facets, "bytes").value_or(0) / (1024.0 * 1024.0));
  out += facet(terminal, "MODEL", member(facets, "models"));
  out += facet(terminal, "PROVIDER", member(facets, "providers"));
  out += facet(terminal, "STATUS", member(facets, "statuses"));
  out += facet(terminal, "LABEL", member(facets, "labels"));
  out += facet(terminal, "DIALECT", member(facets, "dialects"));
  if (const std::string waiting = by_reason(member(facets, "waiting")); !waiting.empty())
    out += "waiting until their trace is quiet: " + waiting + "\n";
  if (const std::string problems = by_reason(member(facets, "problems")); !problems.empty())
    out += "problems: " + problems + "\n";
  return out;
}

std::string imported_traces_view(const json& answer) {
  std::string out =
      fmt::format("took {} calls and {} spans from {} lines", with_commas(count(answer, "calls")),
                  with_commas(count(answer, "spans")), with_commas(count(answer, "lines")));
  if (const std::uint64_t n = count(answer, "repeated"); n > 0)
    out += fmt::format(", {} were there already", with_commas(n));
  out += "\n";
  const std::uint64_t refused = count(answer, "refused_total");
  if (refused == 0) return out;
  out += fmt::format("refused {} lines:\n", with_commas(refused));
  const json& lines = member(answer, "refused");
  if (!lines.is_array()) return out;
  for (const json& line : lines)
    out += fmt::format("  line {}: {}\n", text(line, "line"), printable(text(line, "error")));
  if (lines.size() < refused) out += fmt::format("  and {} more\n", with_commas(refused - lines.size()));
  return out;
}

std::string pulled_view(const json& answer, bool preview) {
  const char* taken = preview ? "offered" : "pulled";
  std::string out = fmt::format("{} {} of {} calls that match", preview ? "would take" : "took",
                                with_commas(count(answer, taken)), with_commas(count(answer, "matching")));
  if (const std::string skipped = by_reason(member(answer, "skipped")); !skipped.empty())
    out += "; left out: " + skipped;
  out += fmt::format("  (watermark {}", or_dash(answer, "watermark"));
  if (const std::string run = text(answer, "run"); !run.empty()) out += ", " + run;
  return out + ")\n";
}

std::string trace_sources_view(const Terminal& terminal, const json& list) {
  const json& items = member(list, "items");
  if (!items.is_array() || items.empty())
    return "no source is configured\n  hint    [[trace_sources]] in rftd.toml names one to pull from\n";
  std::vector<std::vector<std::string>> rows{
      {"NAME", "KIND", "STATE", "LAST PULL", "TAKEN>", "TOTAL>", "NEXT PULL", "LAST ERROR"}};
  for (const json& source : items) {
    rows.push_back({or_dash(source, "name"), text(source, "kind"), text(source, "state"),
                    or_dash(source, "last_pull_at"), with_commas(count(source, "last_taken")),
                    with_commas(count(source, "taken_total")), or_dash(source, "next_pull_at"),
                    or_dash(source, "last_error")});
  }
  return table(terminal, rows);
}

}  // namespace rftctl
