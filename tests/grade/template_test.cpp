#include "steps/grade/template.hpp"

#include <catch2/catch.hpp>

using namespace steps::grade;

namespace {

constexpr std::string_view sample =
    R"({"output_text":"Paris","output_json":{"city":"Paris","at":[1,{"x":true}]},"output_tools":[{"function":{"name":"find"}}]})";
constexpr std::string_view item =
    R"({"reference_answer":"Paris","odd key":"größer \"q\"","n":12345678901234567890,"none":null,"messages":[ {"role":"user"} ]})";

std::string rendered(const std::string& text) {
  const auto parsed = Template::parse(text);
  if (!parsed) return "parse: " + parsed.error().message();
  const auto values = Values::read(sample, item);
  REQUIRE(values);
  const auto out = parsed->render(*values);
  return out ? *out : "render: " + out.error().message();
}

}  // namespace

TEST_CASE("templates put values in their place", "[grade][template]") {
  REQUIRE(rendered("no variable at all") == "no variable at all");
  REQUIRE(rendered("{{ item.reference_answer }}={{sample.output_text}}") == "Paris=Paris");
  REQUIRE(rendered("{{sample.output_json.at[1].x}} {{ sample.output_json . city }}") == "true Paris");
  REQUIRE(rendered("{{sample.output_tools[0].function.name}}") == "find");
  REQUIRE(rendered("{{sample.choices[0].message.content}}") == "Paris");
  REQUIRE(rendered("{{sample.choices[0].message.tool_calls[0].function.name}}") == "find");
  REQUIRE(rendered(R"({{item["odd key"]}})") == "größer \"q\"");
  REQUIRE(rendered("{{item.n}} {{item.messages}}") == "12345678901234567890 [{\"role\":\"user\"}]");
  REQUIRE(rendered(R"({"a": {"b": 1}} {{"{{"}} }})") == R"({"a": {"b": 1}} {{ }})");
}

TEST_CASE("unknown variables are an error before anything is graded", "[grade][template]") {
  REQUIRE(rendered("x {{ output }}")
              .find("parse: expected a variable below item or sample, found 'output' at column 3") == 0);
  REQUIRE(rendered("{{ sample.answer }}")
              .find("expected sample.output_text, sample.output_json or sample.output_tools") !=
          std::string::npos);
  REQUIRE(rendered("{{ item }}").find("'item' alone") != std::string::npos);
  REQUIRE(rendered("{{ item.a").find("parse:") == 0);
  REQUIRE(rendered("{{ }}").find("parse:") == 0);
  REQUIRE(rendered("{{ item.a b }}").find("parse:") == 0);
  REQUIRE(rendered("{{ item.a[x] }}").find("a number or a quoted name") != std::string::npos);
  REQUIRE(rendered("{{ item..a }}").find("a field's name after '.'") != std::string::npos);
}

TEST_CASE("a missing field is an error that names those there are", "[grade][template]") {
  REQUIRE(rendered("{{ item.answer }}") ==
          "render: expected item.answer, found the fields reference_answer, odd key, n, none, messages");
  REQUIRE(rendered("{{ item.none }}").find("found null") != std::string::npos);
  REQUIRE(rendered("{{ sample.output_json.at[7] }}").find("found 2 elements") != std::string::npos);
  REQUIRE(rendered("{{ item.reference_answer.x }}").find("a string where the path goes on") !=
          std::string::npos);
}
