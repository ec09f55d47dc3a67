#include "tools/rftctl/text.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cwchar>

namespace rftctl {

namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
  bool broken = false;
};

CodePoint code_point_at(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {first, 1, false};
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + bytes > text.size()) return {0xFFFD, 1, true};
  char32_t value = first & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xC0U) != 0x80U) return {0xFFFD, 1, true};
    value = (value << 6U) | (next & 0x3FU);
  }
  return {value, bytes, false};
}

// C0, DEL, C1, line and paragraph separators, and the marks that reorder text.
bool steers(char32_t value) {
  return value < 0x20 || (value >= 0x7F && value < 0xA0) || (value >= 0x200E && value <= 0x200F) ||
         (value >= 0x2028 && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
}

std::size_t width_of(char32_t value) {
  static const bool utf8 = std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
  if (!utf8) return 1;
  const int width = wcwidth(static_cast<wchar_t>(value));
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

}  // namespace

Terminal terminal_of(int descriptor) {
  Terminal terminal;
  terminal.is_terminal = isatty(descriptor) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  terminal.colours = terminal.is_terminal && (no_colour == nullptr || *no_colour == '\0') &&
                     (kind == nullptr || std::string_view(kind) != "dumb");
  winsize window{};
  if (terminal.is_terminal && ioctl(descriptor, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) {
    terminal.width = window.ws_col;
  } else if (const char* columns = std::getenv("COLUMNS"); columns != nullptr) {
    terminal.width = std::strtoul(columns, nullptr, 10);
  }
  terminal.width = std::clamp<std::size_t>(terminal.width, 40, 400);
  return terminal;
}

std::string painted(const Terminal& terminal, Colour colour, std::string_view text) {
  static constexpr std::array<std::string_view, 8> codes{"", "1", "2", "31", "32", "33", "34", "36"};
  if (!terminal.colours || colour == Colour::plain || text.empty()) return std::string(text);
  std::string out = "\033[";
  out += codes.at(static_cast<std::size_t>(colour));
  out += 'm';
  out += text;
  out += "\033[0m";
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    if (point.broken) {
      out += "\uFFFD";
    } else if (steers(point.value)) {
      out += ' ';
    } else {
      out += text.substr(at, point.bytes);
    }
    at += point.bytes;
  }
  return out;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    columns += width_of(point.value);
    at += point.bytes;
  }
  return columns;
}

std::string fitted(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t used = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const CodePoint point = code_point_at(text, at);
    if (used + width_of(point.value) > columns - 1) break;
    used += width_of(point.value);
    at += point.bytes;
  }
  return std::string(text.substr(0, at)) + "…";
}

std::string padded(std::string_view text, std::size_t columns, bool right_aligned) {
  std::string cut = fitted(text, columns);
  const std::string fill(columns - std::min(columns, columns_of(cut)), ' ');
  return right_aligned ? fill + cut : cut + fill;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns, std::size_t lines_max) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    std::size_t end = text.size();
    if (lines.size() + 1 < lines_max) {
      while (end != std::string_view::npos && columns_of(text.substr(0, end)) > columns)
        end = text.rfind(' ', end - 1);
      if (end == std::string_view::npos || end == 0) end = text.size();
    }
    lines.push_back(fitted(text.substr(0, end), columns));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return lines;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string bar(double share, std::size_t width) {
  static constexpr std::array<std::string_view, 8> parts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double clamped = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0.0;
  const auto eighths = static_cast<std::size_t>(std::lround(clamped * static_cast<double>(width) * 8));
  return padded(repeated("█", eighths / 8) + std::string(parts.at(eighths % 8)), width);
}

std::string table(const Terminal& terminal, const std::vector<std::vector<std::string>>& rows) {
  if (rows.empty()) return {};
  std::vector<std::vector<std::string>> cells = rows;
  std::vector<bool> right(cells[0].size(), false);
  for (std::size_t column = 0; column < cells[0].size(); ++column) {
    if (cells[0][column].ends_with('>')) {
      right[column] = true;
      cells[0][column].pop_back();
    }
  }
  std::vector<std::size_t> widths(cells[0].size(), 0);
  for (const auto& row : cells)
    for (std::size_t column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], columns_of(row[column]));
  std::size_t before_last = 0;
  for (std::size_t column = 0; column + 1 < widths.size(); ++column) before_last += widths[column] + 2;
  const std::size_t left_over = terminal.width > before_last + 8 ? terminal.width - before_last : 8;
  widths.back() = std::min(widths.back(), left_over);
  std::string out;
  for (std::size_t row = 0; row < cells.size(); ++row) {
    std::string line;
    for (std::size_t column = 0; column < cells[row].size(); ++column)
      line += padded(cells[row][column], widths[column], right[column]) + "  ";
    line.erase(line.find_last_not_of(' ') + 1);
    out += (row == 0 ? painted(terminal, Colour::bold, line) : line) + "\n";
  }
  return out;
}

}  // namespace rftctl
