#include "api/text_diff.hpp"

#include <algorithm>
#include <cstdint>

namespace api {

namespace {
using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

// Per number of edits: how far down `a` each diagonal has come. Empty when it takes more than `edits_max`.
using Frontier = std::vector<std::int64_t>;
std::vector<Frontier> search(const Lines& a, const Lines& b, std::int64_t edits_max) {
  const auto n = static_cast<std::int64_t>(a.size());
  const auto m = static_cast<std::int64_t>(b.size());
  const std::int64_t offset = edits_max + 1;
  Frontier reach(static_cast<std::size_t>(2 * offset + 1), 0);
  const auto at = [&](std::int64_t diagonal) -> std::int64_t& {
    return reach[static_cast<std::size_t>(diagonal + offset)];
  };
  std::vector<Frontier> trace;
  for (std::int64_t edits = 0; edits <= edits_max; ++edits) {
    trace.push_back(reach);
    for (std::int64_t k = -edits; k <= edits; k += 2) {
      const bool down = k == -edits || (k != edits && at(k - 1) < at(k + 1));
      std::int64_t x = down ? at(k + 1) : at(k - 1) + 1;
      while (x < n && x - k < m && x - k >= 0 &&
             a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)])
        ++x;
      at(k) = x;
      if (x >= n && x - k >= m) return trace;
    }
  }
  return {};
}

std::vector<DiffLine> walk_back(const Lines& a, const Lines& b, const std::vector<Frontier>& trace,
                                std::int64_t edits_max) {
  const std::int64_t offset = edits_max + 1;
  auto x = static_cast<std::int64_t>(a.size());
  auto y = static_cast<std::int64_t>(b.size());
  std::vector<DiffLine> out;
  const auto push = [&](char sign, std::string_view line) { out.push_back({sign, std::string(line)}); };
  for (auto edits = static_cast<std::int64_t>(trace.size()) - 1; edits >= 0; --edits) {
    const auto at = [&](std::int64_t k) {
      return trace[static_cast<std::size_t>(edits)][static_cast<std::size_t>(k + offset)];
    };
    const std::int64_t k = x - y;
    const bool down = k == -edits || (k != edits && at(k - 1) < at(k + 1));
    const std::int64_t from_x = edits == 0 ? 0 : at(down ? k + 1 : k - 1);
    const std::int64_t start_x = edits == 0 || down ? from_x : from_x + 1;
    while (x > start_x) {
      push(' ', a[static_cast<std::size_t>(--x)]);
      --y;
    }
    if (edits == 0) break;
    down ? push('+', b[static_cast<std::size_t>(--y)]) : push('-', a[static_cast<std::size_t>(--x)]);
  }
  std::ranges::reverse(out);
  return out;
}
}  // namespace

std::vector<DiffLine> diff_lines(std::string_view before, std::string_view after, std::size_t edits_max) {
  const Lines a = lines_of(before);
  const Lines b = lines_of(after);
  const auto most = static_cast<std::int64_t>(std::min(edits_max, a.size() + b.size()));
  const auto trace = search(a, b, most);
  if (!trace.empty()) return walk_back(a, b, trace, most);
  std::vector<DiffLine> out;
  for (const std::string_view line : a) out.push_back({'-', std::string(line)});
  for (const std::string_view line : b) out.push_back({'+', std::string(line)});
  return out;
}

}  // namespace api
