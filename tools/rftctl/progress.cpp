#include "tools/rftctl/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace rftctl {

namespace {

constexpr auto redraw_after = std::chrono::milliseconds(100);
constexpr auto quiet_for = std::chrono::seconds(2);  // work that ends sooner is told by its result alone
constexpr std::size_t bar_columns = 28;

void write(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

Progress::Progress(std::string label, bool unit_bytes)
    : terminal_(terminal_of(STDERR_FILENO)),
      label_(std::move(label)),
      unit_bytes_(unit_bytes),
      began_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (line_open_) write("\r\033[K");
}

void Progress::say(std::string label) {
  label_ = std::move(label);
  if (terminal_.is_terminal) {
    write("\r\033[K" + fitted(label_, terminal_.width - 1));
    line_open_ = true;
  } else {
    write(label_ + "\n");
  }
}

void Progress::draw(std::int64_t done, std::int64_t total) {
  const double share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began_;
  constexpr double mebibyte = 1024.0 * 1024.0;
  std::string amount;
  if (unit_bytes_) {
    const double sent = static_cast<double>(done) / mebibyte;
    amount = fmt::format("{:.1f} MiB", sent);
    if (elapsed.count() > 0.2) amount += fmt::format("  {:.0f} MiB/s", sent / elapsed.count());
  } else if (total <= 0) {
    amount = fmt::format("{}", done);
  }
  const std::string percent = total > 0 ? fmt::format(" {:3.0f}%", share * 100) : std::string{};
  if (!terminal_.is_terminal) {
    write(fmt::format("{}{}{}{}\n", label_, percent, amount.empty() ? "" : "  ", amount));
    return;
  }
  const std::string gauge =
      total > 0 ? " ▕" + painted(terminal_, Colour::cyan, bar(share, bar_columns)) + "▏" : std::string{};
  write("\r\033[K" + label_ + gauge + percent + "  " + amount);
  line_open_ = true;
}

void Progress::show(std::int64_t done, std::int64_t total) {
  const auto now = std::chrono::steady_clock::now();
  if (terminal_.is_terminal) {
    if (now - drawn_ < redraw_after && done != total) return;
    drawn_ = now;
    draw(done, total);
    return;
  }
  if (!unit_bytes_ && now - began_ < quiet_for) return;
  // A line for every tenth, or for every second where the total is unknown.
  const std::int64_t tenth =
      total > 0 ? done * 10 / total : std::chrono::duration_cast<std::chrono::seconds>(now - began_).count();
  if (tenth == tenth_) return;
  tenth_ = tenth;
  draw(done, total);
}

}  // namespace rftctl
