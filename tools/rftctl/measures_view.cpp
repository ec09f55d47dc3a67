// Health and coverage as bars.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/rftctl/canvas_view.hpp"

namespace rftctl {

namespace {

constexpr std::size_t health_columns = 24;
constexpr std::size_t coverage_columns = 32;

Colour colour_of_severity(std::string_view severity) {
  if (severity == "healthy") return Colour::green;
  return severity == "warning" ? Colour::yellow : Colour::red;
}

std::string percent(const json& object, const char* key) {
  const auto value = number(object, key);
  return value ? fmt::format("{:.1f}%", *value) : std::string("–");
}

std::string decimal(const json& object, const char* key) {
  const auto value = number(object, key);
  return value ? fmt::format("{:.2f}", *value) : std::string("–");
}

// A bar with a tick at the target: full block, light block, and a bar of its own character.
std::string bar_with_tick(const Terminal& terminal, double actual, double target, double widest,
                          Colour colour) {
  const auto column_of = [&](double value) {
    const double share = widest > 0 ? std::clamp(value / widest, 0.0, 1.0) : 0.0;
    return static_cast<std::size_t>(std::lround(share * static_cast<double>(coverage_columns - 1)));
  };
  const std::size_t filled = actual > 0 ? column_of(actual) + 1 : 0;
  const std::size_t tick = column_of(target);
  std::string before;
  std::string after;
  for (std::size_t column = 0; column < coverage_columns; ++column) {
    if (column == tick) continue;
    (column < tick ? before : after) += column < filled ? "█" : "░";
  }
  return painted(terminal, colour, before) + painted(terminal, Colour::bold, "│") +
         painted(terminal, colour, after);
}

}  // namespace

std::string draw_health(const Terminal& terminal, const json& health, bool details) {
  if (!health.is_object()) return {};
  const std::uint64_t records = count(health, "records");
  const std::uint64_t valid = count(health, "valid");
  const std::string severity = text(health, "severity");
  const Colour colour = colour_of_severity(severity);
  std::string out;
  if (records == 0) {
    out = "no records yet\n";
  } else {
    const double share = static_cast<double>(valid) / static_cast<double>(records);
    out = "▕" + painted(terminal, colour, bar(share, health_columns)) + "▏ ";
    out += fmt::format("✓ {} valid", with_commas(valid));
    if (const std::uint64_t invalid = count(health, "invalid"); invalid > 0)
      out += fmt::format("  ⚠ {} invalid ({}%)", with_commas(invalid), text(health, "invalid_percent"));
    if (const std::uint64_t duplicates = count(health, "duplicates"); duplicates > 0)
      out += fmt::format("  {} duplicates", with_commas(duplicates));
    out += "  " + painted(terminal, colour, printable(severity)) + "\n";
  }
  const json& codes = member(health, "by_code");
  if (!details || !codes.is_object() || codes.empty()) return out;
  std::vector<std::vector<std::string>> rows{{"CODE", "RECORDS>"}};
  for (const auto& [code, records_of_code] : codes.items()) {
    if (code != "valid" && records_of_code != 0)
      rows.push_back({printable(code), with_commas(count(codes, code.c_str()))});
  }
  return rows.size() > 1 ? out + table(terminal, rows) : out;
}

std::string draw_coverage(const Terminal& terminal, const json& coverage) {
  std::string out =
      painted(terminal, Colour::bold,
              fmt::format("Balance {} ({})", decimal(coverage, "balance"), text(coverage, "tier")));
  out += fmt::format("  even sampling would give {}  entropy {}  effective topics {}  uncategorized {}\n",
                     decimal(coverage, "noise_floor"), decimal(coverage, "entropy"),
                     decimal(coverage, "effective_topics"), with_commas(count(coverage, "uncategorized")));
  const json& topics = member(coverage, "topics");
  if (!topics.is_array() || topics.empty()) return out + "no topics yet\n";
  double widest = 0;
  std::size_t name_columns = 0;
  for (const json& topic : topics) {
    widest =
        std::max({widest, number(topic, "percent").value_or(0), number(topic, "target_percent").value_or(0)});
    name_columns = std::max(name_columns, columns_of(printable(text(topic, "name"))));
  }
  name_columns = std::min<std::size_t>(name_columns, 28);
  for (const json& topic : topics) {
    const std::string status = text(topic, "status");
    const Colour colour = status == "ok" ? Colour::green : status == "under" ? Colour::red : Colour::yellow;
    out += padded(printable(text(topic, "name")), name_columns) + " " +
           bar_with_tick(terminal, number(topic, "percent").value_or(0),
                         number(topic, "target_percent").value_or(0), widest, colour);
    out += fmt::format(" {:>9} {:>6} of {:>6}  {}", with_commas(count(topic, "records")),
                       percent(topic, "percent"), percent(topic, "target_percent"),
                       painted(terminal, colour, printable(status)));
    if (const std::uint64_t recommend = count(topic, "recommend"); recommend > 0)
      out += fmt::format("  +{} recommended", with_commas(recommend));
    out += "\n";
  }
  return out;
}

}  // namespace rftctl
