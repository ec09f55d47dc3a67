// Any text as calculate_output: what parses gives a finite number or says why not, the same each time.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "steps/grade/formula.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::string> names{"a", "b", "grader_1", "min"};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto formula = steps::grade::Formula::parse(text, names);
  if (!formula) {
    if (formula.error().message().empty()) std::abort();
    return 0;
  }
  const std::vector<double> values{0.25, 0, -3, 1};
  const auto first = formula->evaluate(values);
  const auto again = formula->evaluate(values);
  if (first.has_value() != again.has_value()) std::abort();
  if (first && (!std::isfinite(*first) || *first != *again)) std::abort();
  return 0;
}
