#include "steps/grade/formula.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace steps::grade;

namespace {

const std::vector<std::string> names{"a", "b", "min_tokens"};

double value_of(const std::string& text, const std::vector<double>& values = {0.5, 0.25, 2}) {
  const auto formula = Formula::parse(text, names);
  INFO(text << ": " << (formula ? "" : formula.error().message()));
  REQUIRE(formula);
  const auto value = formula->evaluate(values);
  REQUIRE(value);
  return *value;
}

std::string fault_of(const std::string& text) {
  const auto formula = Formula::parse(text, names);
  if (!formula) return formula.error().message();
  const auto value = formula->evaluate(std::vector<double>{0.0, 0.25, -1});
  return value ? "" : value.error().message();
}

}  // namespace

TEST_CASE("formulas follow the rules of arithmetic", "[grade][formula]") {
  REQUIRE(value_of("0.5 * a + 0.5 * b") == 0.375);
  REQUIRE(value_of("(a + b) / 2") == 0.375);
  REQUIRE(value_of("1 - 2 - 3") == -4);
  REQUIRE(value_of("8 / 4 / 2") == 1);
  REQUIRE(value_of("2 ^ 3 ^ 2") == 512);
  REQUIRE(value_of("-2 ^ 2") == -4);
  REQUIRE(value_of("2 ^ -1") == 0.5);
  REQUIRE(value_of("--a") == 0.5);
  REQUIRE(value_of("a * -b") == -0.125);
  REQUIRE(value_of("1e-1 + .5") == 0.6);
  REQUIRE(value_of("min_tokens") == 2);
}

TEST_CASE("formulas have OpenAI's functions", "[grade][formula]") {
  REQUIRE(value_of("min(a, b, 0.1)") == 0.1);
  REQUIRE(value_of("max(a)") == 0.5);
  REQUIRE(value_of("abs(b - a)") == 0.25);
  REQUIRE(value_of("floor(2.7) + ceil(2.1)") == 5);
  REQUIRE(value_of("exp(log(2))") == Approx(2));
  REQUIRE(value_of("sqrt(16)") == 4);
  REQUIRE(value_of("min(max(a, b), 1) ^ 2") == 0.25);
}

TEST_CASE("formulas that do not parse are told with their column", "[grade][formula]") {
  REQUIRE(fault_of("a +").find("the end at column 4") != std::string::npos);
  REQUIRE(fault_of("").find("column 1") != std::string::npos);
  REQUIRE(fault_of("a b").find("'b' at column 3") != std::string::npos);
  REQUIRE(fault_of("(a").find("')'") != std::string::npos);
  REQUIRE(fault_of("a + c").find("'c' is none; there are: a, b, min_tokens") != std::string::npos);
  REQUIRE(fault_of("abs(a, b)").find("one argument for abs") != std::string::npos);
  REQUIRE(fault_of("min()").find("column 5") != std::string::npos);
  REQUIRE(fault_of("__import__('os')").find("column 1") != std::string::npos);
  REQUIRE(fault_of("a ** b").find("column 4") != std::string::npos);
  REQUIRE(fault_of(std::string(5000, '(') + "a").find("nested at most 100") != std::string::npos);
  REQUIRE(fault_of(std::string(5000, '-') + "a") == "");
  REQUIRE(fault_of(std::string(20000, '1')).find("at most 10000 characters") != std::string::npos);
}

TEST_CASE("formulas without a finite result have none", "[grade][formula]") {
  REQUIRE(fault_of("b / a").find("a division by zero") != std::string::npos);
  REQUIRE(fault_of("log(a)").find("the logarithm of 0") != std::string::npos);
  REQUIRE(fault_of("sqrt(min_tokens)").find("the square root of -1") != std::string::npos);
  REQUIRE(fault_of("exp(10000)").find("too large") != std::string::npos);
  REQUIRE(fault_of("min_tokens ^ 0.5").find("too large, or none") != std::string::npos);
}
