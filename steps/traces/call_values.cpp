#include "steps/traces/call_values.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include "steps/text/json_string.hpp"

namespace steps::traces {

using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;

std::optional<double> read_number(const Datum& datum) {
  double number = 0;
  const char* end = datum.bytes.data() + datum.bytes.size();
  const auto [ptr, error] = std::from_chars(datum.bytes.data(), end, number);
  if (datum.bytes.empty() || error != std::errc{} || ptr != end || !std::isfinite(number))
    return std::nullopt;
  return number;
}

std::uint64_t nanoseconds_of(double length, Form form) {
  double factor = 1;
  if (form == Form::microseconds) factor = 1e3;
  if (form == Form::milliseconds) factor = 1e6;
  if (form == Form::seconds) factor = 1e9;
  return static_cast<std::uint64_t>(std::clamp(length * factor, 0.0, 9e18));
}

namespace {

// Digits of exactly this width at the beginning of `text`, which is then cut off.
std::optional<unsigned> take_digits(std::string_view& text, std::size_t width) {
  unsigned number = 0;
  if (text.size() < width) return std::nullopt;
  const auto [ptr, error] = std::from_chars(text.data(), text.data() + width, number);
  if (error != std::errc{} || ptr != text.data() + width) return std::nullopt;
  text.remove_prefix(width);
  return number;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::uint64_t take_fraction(std::string_view& text) {
  std::uint64_t nanoseconds = 0;
  std::uint64_t unit = 100'000'000;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    nanoseconds += unit * static_cast<std::uint64_t>(text.front() - '0');
    unit /= 10;
    text.remove_prefix(1);
  }
  return nanoseconds;
}

// Seconds east of UTC at the end of a moment; nullopt when that is no zone.
std::optional<int> take_zone(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return 0;
  const bool west = text.front() == '-';
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = take_digits(text, 2);
  take(text, ":");
  const auto minutes = text.empty() ? std::optional(0U) : take_digits(text, 2);
  if (!hours || !minutes || !text.empty()) return std::nullopt;
  const int east = static_cast<int>(*hours * 3600 + *minutes * 60);
  return west ? -east : east;
}

std::optional<std::uint64_t> read_iso(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || !take(text, "Tt ")) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ":")) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || !take(text, ":")) return std::nullopt;
  const auto second = take_digits(text, 2);
  const std::uint64_t fraction = take(text, ".,") ? take_fraction(text) : 0;
  const auto zone = take_zone(text);
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{*month}, std::chrono::day{*day}};
  if (!second || !zone || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  const std::int64_t seconds = days * 86'400 + *hour * 3600 + *minute * 60 + *second - *zone;
  if (seconds < 0 || seconds > 18'000'000'000) return std::nullopt;
  return static_cast<std::uint64_t>(seconds) * 1'000'000'000 + fraction;
}

}  // namespace

std::optional<std::uint64_t> read_time(const Datum& datum) {
  const auto number = read_number(datum);
  if (!number) return datum.is_text ? read_iso(datum.bytes) : std::nullopt;
  if (*number < 0 || *number > 1.8e19) return std::nullopt;
  // The year 5138 in seconds is 1973 in milliseconds, and so on: each unit has a thousand years of its own.
  Form form = Form::seconds;
  if (*number >= 1e11) form = Form::milliseconds;
  if (*number >= 1e14) form = Form::microseconds;
  if (*number >= 1e17) form = Form::nanoseconds;
  std::uint64_t whole = 0;
  const char* end = datum.bytes.data() + datum.bytes.size();
  const bool is_whole = std::from_chars(datum.bytes.data(), end, whole).ptr == end;
  // Whole numbers of small units have more digits than a double.
  if (!is_whole || form == Form::seconds) return nanoseconds_of(*number, form);
  return whole * (form == Form::milliseconds ? 1'000'000U : form == Form::microseconds ? 1'000U : 1U);
}

std::vector<std::string> read_list(const Datum& datum) {
  JsonIndex json;
  const bool may_be_array = !datum.is_text || datum.bytes.starts_with('[');
  if (!may_be_array || json.parse(datum.bytes) || !json.is(json.root(), JsonKind::array)) {
    return {std::string(datum.bytes)};
  }
  std::vector<std::string> texts;
  for (JsonRef c = json.first(json.root()); c != json.end(json.root()); c = json.next(c)) {
    texts.push_back(text_of(json, c));
  }
  return texts;
}

std::string as_json(const Datum& datum) {
  JsonIndex json;
  if (!datum.is_text || (datum.bytes.starts_with('{') && !json.parse(datum.bytes)))
    return std::string(datum.bytes);
  std::string quoted;
  text::append_quoted(datum.bytes, quoted);
  return quoted;
}

bool says_failed(std::string_view status) {
  std::string lower(status);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return lower == "true" || lower == "error" || lower == "failed" || lower == "failure";
}

}  // namespace steps::traces
