#include "tools/rftctl/text.hpp"

#include <catch2/catch.hpp>

#include "tools/rftctl/json.hpp"

namespace {

using namespace rftctl;

Terminal plain(std::size_t width) {
  return Terminal{false, false, width};
}

}  // namespace

TEST_CASE("control characters and bidirectional marks cannot reach the terminal", "[tools][text]") {
  REQUIRE(printable("a\033[31mb\nc\x7f") == "a [31mb c ");
  REQUIRE(printable("a\u202eb\u0085c") == "a b c");
  REQUIRE(printable("naïve ♞ 将") == "naïve ♞ 将");
}

TEST_CASE("broken UTF-8 is shown as replacement characters", "[tools][text]") {
  REQUIRE(printable("a\xff"
                    "b\xe2\x82") == "a\uFFFDb\uFFFD\uFFFD");
}

TEST_CASE("wide characters count two columns and combining ones none", "[tools][text]") {
  REQUIRE(columns_of("abc") == 3);
  REQUIRE(columns_of("将棋") == 4);
  REQUIRE(columns_of("e\u0301") == 1);
}

TEST_CASE("text that does not fit ends in an ellipsis and never takes more than its columns",
          "[tools][text]") {
  REQUIRE(fitted("abcdef", 6) == "abcdef");
  REQUIRE(fitted("abcdef", 4) == "abc…");
  REQUIRE(fitted("将棋将棋", 4) == "将…");
  REQUIRE(fitted("abc", 0).empty());
  REQUIRE(padded("ab", 4) == "ab  ");
  REQUIRE(padded("ab", 4, true) == "  ab");
  REQUIRE(columns_of(padded("将棋将棋", 4)) == 4);
}

TEST_CASE("text is broken between words, and the last line is cut", "[tools][text]") {
  REQUIRE(wrapped("configure a grader first", 12, 3) ==
          std::vector<std::string>{"configure a", "grader first"});
  REQUIRE(wrapped("one two three four", 8, 2) == std::vector<std::string>{"one two", "three f…"});
  REQUIRE(wrapped("indivisible", 5, 3) == std::vector<std::string>{"indi…"});
  REQUIRE(wrapped("", 5, 3).empty());
}

TEST_CASE("a bar fills by eighths of a column and clamps its share", "[tools][text]") {
  REQUIRE(bar(0.5, 4) == "██  ");
  REQUIRE(bar(0.53125, 4) == "██▏ ");
  REQUIRE(bar(2, 2) == "██");
  REQUIRE(bar(-1, 2) == "  ");
}

TEST_CASE("a table aligns its columns and cuts the last one to the width", "[tools][text]") {
  const std::string out = table(plain(40), {{"NAME", "N>", "TEXT"}, {"a", "1,008", std::string(60, 'x')}});
  REQUIRE(out == "NAME      N  TEXT\na     1,008  " + std::string(26, 'x') + "…\n");
}

TEST_CASE("colours are written only where the terminal shows them", "[tools][text]") {
  REQUIRE(painted(plain(80), Colour::red, "x") == "x");
  REQUIRE(painted(Terminal{true, true, 80}, Colour::red, "x") == "\033[31mx\033[0m");
}

TEST_CASE("reading JSON gives fallbacks where a member is missing, null or of another type",
          "[tools][json]") {
  const json document = parse(R"({"a": "x", "n": 2.5, "u": 7, "b": true, "z": null, "l": [1]})");
  REQUIRE(text(document, "a") == "x");
  REQUIRE(text(document, "z").empty());
  REQUIRE(text(document, "l").empty());
  REQUIRE(number(document, "n") == 2.5);
  REQUIRE_FALSE(number(document, "a").has_value());
  REQUIRE(count(document, "u") == 7);
  REQUIRE(count(document, "missing") == 0);
  REQUIRE(flag(document, "b"));
  REQUIRE(member(parse("[]"), "a").is_null());
  REQUIRE(parse("{").is_discarded());
}

TEST_CASE("numbers are grouped by thousands", "[tools][json]") {
  REQUIRE(with_commas(7) == "7");
  REQUIRE(with_commas(1008) == "1,008");
  REQUIRE(with_commas(1234567) == "1,234,567");
}

TEST_CASE("an outline shows any document in its own order", "[tools][json]") {
  const json document = parse(R"({"z": 1, "a": {"list": ["x", {"k": true}], "none": []}})");
  REQUIRE(outline(document) == "z: 1\na:\n  list:\n    - x\n    - k: true\n  none: none\n");
}

TEST_CASE("a summary names scalars and the sizes of columns", "[tools][json]") {
  const json document =
      parse(R"({"run": {"value": 3}, "lengths": [1, 2], "source": "upload", "gone": null})");
  REQUIRE(summary(document, 100) == "run=3 lengths[2] source=upload");
  REQUIRE(columns_of(summary(document, 10)) == 10);
}
