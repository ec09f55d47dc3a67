#include "api/time_text.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace api {

namespace {
// Reads exactly `digits` digits at the front of `text`.
bool take_number(std::string_view& text, std::size_t digits, int& value) {
  if (text.size() < digits) return false;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + digits, value);
  if (problem != std::errc{} || end != text.data() + digits || text[0] == '-') return false;
  text.remove_prefix(digits);
  return true;
}

bool take_sign(std::string_view& text, char sign) {
  if (text.empty() || (text[0] | 0x20) != (sign | 0x20)) return false;
  text.remove_prefix(1);
  return true;
}

int days_in(int year, int month) {
  static constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days.at(static_cast<std::size_t>(month - 1));
}

std::optional<std::int64_t> take_offset(std::string_view& text) {
  if (take_sign(text, 'z')) return 0;
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int sign = text[0] == '+' ? 1 : -1;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!take_number(text, 2, hours) || !take_sign(text, ':') || !take_number(text, 2, minutes) || hours > 23 ||
      minutes > 59)
    return std::nullopt;
  return sign * (hours * 3600 + minutes * 60);
}
}  // namespace

std::string rfc3339(std::int64_t microseconds) {
  std::time_t seconds = microseconds / 1'000'000;
  std::int64_t fraction = microseconds % 1'000'000;
  if (fraction < 0) {
    fraction += 1'000'000;
    --seconds;
  }
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  // Not strftime: its %Y does not pad years before 1000.
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  std::string out(text.data());
  if (fraction != 0) {
    std::snprintf(text.data(), text.size(), ".%06d", static_cast<int>(fraction));
    out += text.data();
  }
  return out + "Z";
}

std::optional<std::int64_t> from_rfc3339(std::string_view text) {
  std::tm parts{};
  int year = 0;
  int month = 0;
  if (!take_number(text, 4, year) || !take_sign(text, '-') || !take_number(text, 2, month) ||
      !take_sign(text, '-') || !take_number(text, 2, parts.tm_mday) ||
      (!take_sign(text, 't') && !take_sign(text, ' ')) || !take_number(text, 2, parts.tm_hour) ||
      !take_sign(text, ':') || !take_number(text, 2, parts.tm_min) || !take_sign(text, ':') ||
      !take_number(text, 2, parts.tm_sec))
    return std::nullopt;
  if (month < 1 || month > 12 || parts.tm_mday < 1 || parts.tm_mday > days_in(year, month) ||
      parts.tm_hour > 23 || parts.tm_min > 59 || parts.tm_sec > 60)
    return std::nullopt;
  std::int64_t fraction = 0;
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    std::int64_t unit = 100'000;
    if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
    for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), unit /= 10)
      fraction += unit * (text[0] - '0');
  }
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  parts.tm_year = year - 1900;
  parts.tm_mon = month - 1;
  return (static_cast<std::int64_t>(timegm(&parts)) - *offset) * 1'000'000 + fraction;
}

std::string http_date(std::time_t seconds) {
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

}  // namespace api
