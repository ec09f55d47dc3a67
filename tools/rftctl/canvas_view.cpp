#include "tools/rftctl/canvas_view.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rftctl {

namespace {

constexpr std::size_t card_columns_min = 23;
constexpr std::size_t card_columns_max = 30;
constexpr std::size_t arrow_columns = 3;
constexpr std::size_t arrow_row = 3;  // beside the badge

struct Line {
  std::string text;
  Colour colour = Colour::plain;
};
using CardLines = std::vector<Line>;

std::string_view dot_of(std::string_view state) {
  if (state == "complete") return "●";
  if (state == "processing") return "◐";
  if (state == "attention") return "▲";
  if (state == "failed") return "✕";
  if (state == "ready") return "◉";
  return "○";
}

CardLines lines_of(const json& card, std::size_t inner) {
  const std::string state = text(card, "state");
  CardLines lines;
  lines.push_back({fmt::format("{} {}", text(card, "number"), text(card, "name")), Colour::bold});
  lines.push_back({text(card, "tag"), Colour::dim});
  lines.push_back({fmt::format("{} {}", dot_of(state), text(card, "badge")), colour_of_state(state)});
  const auto add_wrapped = [&](const std::string& text, Colour colour) {
    for (std::string& part : wrapped(printable(text), inner, 3)) lines.push_back({std::move(part), colour});
  };
  add_wrapped(text(card, "line"), Colour::plain);
  if (const auto progress = number(card, "progress"); progress && state == "processing")
    lines.push_back({bar(*progress, inner), Colour::cyan});
  if (flag(card, "skipped")) lines.push_back({"skipped", Colour::dim});
  if (const json& stale = member(card, "stale"); stale.is_array()) {
    for (const json& cause : stale) add_wrapped("↻ stale: " + text(cause, "because"), Colour::yellow);
  }
  if (const json& blocked = member(card, "blocked"); blocked.is_array() && state != "processing") {
    for (const json& reason : blocked) add_wrapped("⊘ " + text(reason, "reason"), Colour::dim);
  }
  for (Line& line : lines) line.text = printable(line.text);
  return lines;
}

std::string draw_row(const Terminal& terminal, const std::vector<CardLines>& cards, std::size_t inner,
                     bool leads_on) {
  std::size_t height = 0;
  for (const CardLines& card : cards) height = std::max(height, card.size());
  const std::string gap(arrow_columns, ' ');
  std::string out;
  for (std::size_t row = 0; row < height + 2; ++row) {
    std::string text;
    for (std::size_t i = 0; i < cards.size(); ++i) {
      if (row == 0) {
        text += "╭" + repeated("─", inner + 2) + "╮";
      } else if (row == height + 1) {
        text += "╰" + repeated("─", inner + 2) + "╯";
      } else {
        const Line line = row - 1 < cards[i].size() ? cards[i][row - 1] : Line{};
        text += "│ " + painted(terminal, line.colour, padded(line.text, inner)) + " │";
      }
      const bool arrow = row == arrow_row && (i + 1 < cards.size() || leads_on);
      if (arrow || i + 1 < cards.size()) text += arrow ? "──▶" : gap;
    }
    out += text + "\n";
  }
  return out;
}

std::string draw_next(const Terminal& terminal, const json& next) {
  if (!next.is_object()) return {};
  std::string step = text(next, "step");
  std::string action = text(next, "action");
  std::replace(step.begin(), step.end(), '_', ' ');
  std::replace(action.begin(), action.end(), '_', ' ');
  return painted(terminal, Colour::bold, printable(fmt::format("Next: {} — {}", step, action))) +
         printable(fmt::format("  {}", text(next, "why"))) + "\n";
}

// Cards in one row: all that fit, but four when seven would leave two uneven rows.
std::size_t cards_in_row(std::size_t width) {
  const std::size_t fit = (width + arrow_columns) / (card_columns_min + arrow_columns);
  return fit >= 7 ? 7 : std::clamp<std::size_t>(fit, 1, 4);
}

}  // namespace

Colour colour_of_state(std::string_view state) {
  if (state == "complete" || state == "completed") return Colour::green;
  if (state == "processing" || state == "running") return Colour::cyan;
  if (state == "attention" || state == "parked") return Colour::yellow;
  if (state == "failed") return Colour::red;
  if (state == "ready") return Colour::blue;
  return Colour::dim;
}

std::string draw_canvas(const Terminal& terminal, const json& canvas, const std::string& name) {
  const std::size_t in_row = cards_in_row(terminal.width);
  const std::size_t outer = std::clamp((terminal.width + arrow_columns) / in_row - arrow_columns,
                                       std::min(card_columns_min, terminal.width), card_columns_max);
  std::string title = printable(name.empty() ? text(canvas, "dataset") : name);
  std::string out = painted(terminal, Colour::bold, title) +
                    painted(terminal, Colour::dim, fmt::format("  position {}", text(canvas, "position")));
  if (const std::string at = text(canvas, "at"); !at.empty())
    out += painted(terminal, Colour::dim, "  " + printable(at));
  out += "\n" + draw_health(terminal, member(canvas, "health"), false);
  const json& steps = member(canvas, "steps");
  std::vector<CardLines> row;
  for (std::size_t i = 0; steps.is_array() && i < steps.size(); ++i) {
    row.push_back(lines_of(steps[i], outer - 4));
    const bool last = i + 1 == steps.size();
    if (row.size() < in_row && !last) continue;
    out += draw_row(terminal, row, outer - 4, !last && in_row * (outer + arrow_columns) <= terminal.width);
    row.clear();
  }
  return out + draw_next(terminal, member(canvas, "next"));
}

}  // namespace rftctl
