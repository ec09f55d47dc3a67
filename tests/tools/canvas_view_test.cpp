#include "tools/rftctl/canvas_view.hpp"

#include <catch2/catch.hpp>
#include <sstream>

namespace {

using namespace rftctl;

json card(int number, const char* name, const char* state, const char* badge) {
  return {{"number", number},
          {"step", "s"},
          {"name", name},
          {"tag", "TAG"},
          {"state", state},
          {"badge", badge},
          {"line", ""},
          {"progress", nullptr},
          {"stale", json::array()},
          {"blocked", json::array()}};
}

json canvas() {
  json steps = json::array();
  const char* names[] = {"Extract Data",  "Topics & Category", "Coverage Analysis",
                         "Grader Config", "Dry Run",           "Train Model",
                         "Deploy"};
  for (int i = 0; i < 7; ++i) steps.push_back(card(i + 1, names[i], "waiting", "Waiting"));
  steps[0]["state"] = "complete";
  steps[0]["badge"] = "Active";
  steps[0]["line"] = "Uploaded File";
  steps[1]["stale"] = json::array({{{"because", "records imported"}, {"position", 9}}});
  steps[2]["state"] = "processing";
  steps[2]["progress"] = 0.5;
  steps[4]["blocked"] = json::array({{{"reason", "configure a grader first"}, {"fix", "…"}}});
  return {{"dataset", "d1"},
          {"position", 12},
          {"health",
           {{"records", 1042},
            {"valid", 1008},
            {"invalid", 34},
            {"invalid_percent", 3},
            {"severity", "healthy"}}},
          {"steps", steps},
          {"next", {{"step", "dry_run"}, {"action", "start_run"}, {"why", "because"}}}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::size_t rows_of_cards(const std::string& drawing) {
  std::size_t rows = 0;
  for (const std::string& line : lines_of(drawing)) rows += line.starts_with("╭") ? 1 : 0;
  return rows;
}

}  // namespace

TEST_CASE("the canvas is drawn in two rows at 120 columns and never wider than the terminal",
          "[tools][canvas]") {
  for (const std::size_t width : {40U, 80U, 100U, 120U, 200U}) {
    const std::string drawing = draw_canvas(Terminal{false, false, width}, canvas(), "chess");
    INFO(drawing);
    for (const std::string& line : lines_of(drawing))
      if (line.starts_with("│") || line.starts_with("╭")) REQUIRE(columns_of(line) <= width);
    for (const char* name : {"1 Extract Data", "2 Topics & Category", "7 Deploy"})
      REQUIRE(drawing.find(name) != std::string::npos);
  }
  REQUIRE(rows_of_cards(draw_canvas(Terminal{false, false, 120}, canvas(), "x")) == 2);
  REQUIRE(rows_of_cards(draw_canvas(Terminal{false, false, 80}, canvas(), "x")) == 3);
  REQUIRE(rows_of_cards(draw_canvas(Terminal{false, false, 200}, canvas(), "x")) == 1);
}

TEST_CASE("every line of a row of cards has the same width", "[tools][canvas]") {
  const auto lines = lines_of(draw_canvas(Terminal{false, false, 120}, canvas(), "chess"));
  std::size_t first_row_width = 0;
  for (const std::string& line : lines) {
    if (line.starts_with("╭")) first_row_width = columns_of(line);
    if (line.starts_with("│") && !line.ends_with("▶")) REQUIRE(columns_of(line) == first_row_width);
  }
  REQUIRE(first_row_width > 0);
}

TEST_CASE("cards show badges, stale and blocked marks, and the canvas its health and next step",
          "[tools][canvas]") {
  const std::string drawing = draw_canvas(Terminal{false, false, 120}, canvas(), "chess");
  for (const char* part :
       {"chess  position 12", "✓ 1,008 valid  ⚠ 34 invalid (3%)", "● Active", "Uploaded File",
        "↻ stale:", "⊘ configure a grader", "Next: dry run — start run  because", "──▶"})
    REQUIRE_THAT(drawing, Catch::Contains(part));
  REQUIRE(drawing.find('\033') == std::string::npos);
  REQUIRE(draw_canvas(Terminal{true, true, 120}, canvas(), "chess").find("\033[32m") != std::string::npos);
}

TEST_CASE("names that carry escape sequences are drawn harmless", "[tools][canvas]") {
  json evil = canvas();
  evil["steps"][0]["line"] = "\033]0;owned\007";
  REQUIRE(draw_canvas(Terminal{false, false, 120}, evil, "a\033[2Jb").find('\033') == std::string::npos);
}

TEST_CASE("a canvas without steps is drawn without cards", "[tools][canvas]") {
  REQUIRE(rows_of_cards(draw_canvas(Terminal{false, false, 120}, json::object(), "x")) == 0);
}

TEST_CASE("health lists its codes when asked for details", "[tools][health]") {
  const json health{{"records", 10},
                    {"valid", 9},
                    {"invalid", 1},
                    {"invalid_percent", 10},
                    {"duplicates", 2},
                    {"severity", "warning"},
                    {"by_code", {{"invalid_json", 1}, {"invalid_role", 0}}}};
  const Terminal terminal{false, false, 120};
  REQUIRE(draw_health(terminal, health, false).find("invalid_json") == std::string::npos);
  const std::string detailed = draw_health(terminal, health, true);
  REQUIRE_THAT(detailed, Catch::Contains("invalid_json        1"));
  REQUIRE_THAT(detailed, Catch::Contains("2 duplicates  warning"));
  REQUIRE(detailed.find("invalid_role") == std::string::npos);
  REQUIRE(draw_health(terminal, json{{"records", 0}}, true) == "no records yet\n");
}

TEST_CASE("a coverage bar is filled to its share and ticked at its target", "[tools][coverage]") {
  const json coverage{
      {"balance", 0.5},
      {"tier", "Fair"},
      {"topics",
       {{{"name", "a"}, {"records", 2}, {"percent", 100.0}, {"target_percent", 50.0}, {"status", "over"}},
        {{"name", "b"},
         {"records", 0},
         {"percent", 0.0},
         {"target_percent", 50.0},
         {"status", "under"},
         {"recommend", 12}}}}};
  const auto lines = lines_of(draw_coverage(Terminal{false, false, 120}, coverage));
  REQUIRE(lines.size() == 3);
  REQUIRE_THAT(lines[0], Catch::Contains("Balance 0.50 (Fair)"));
  REQUIRE(lines[1].starts_with("a " + repeated("█", 16) + "│" + repeated("█", 15) + " "));
  REQUIRE(lines[2].starts_with("b " + repeated("░", 16) + "│" + repeated("░", 15) + " "));
  REQUIRE_THAT(lines[2], Catch::Contains("under  +12 recommended"));
}
