// calculate_output of a multi grader: arithmetic over the scores of its parts. Pure; any thread.
//   sum     = product {("+" | "-") product}
//   product = sign {("*" | "/") sign}
//   sign    = {"+" | "-"} power
//   power   = atom ["^" sign]                  right to left; -2^2 is -4
//   atom    = number | name | function "(" sum {"," sum} ")" | "(" sum ")"
// Functions: min and max of one or more, abs, floor, ceil, exp, sqrt, log (natural) of one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"

namespace steps::grade {

class Formula {
 public:
  static constexpr std::size_t bytes_max = 10'000;
  static constexpr std::size_t depth_max = 100;

  // invalid_argument with the column (from 1) for what does not parse, and for names that are not in `names`.
  [[nodiscard]] static schemas::Result<Formula> parse(std::string_view text,
                                                      std::span<const std::string> names);

  // `values` in the order of `names`. invalid_argument where there is no finite result: division by zero, the
  // logarithm or root of what has none, overflow.
  [[nodiscard]] schemas::Result<double> evaluate(std::span<const double> values) const;
  [[nodiscard]] bool uses(std::size_t name) const;

 private:
  friend class FormulaParser;
  enum class Op : std::uint8_t {
    number,
    name,
    add,
    subtract,
    multiply,
    divide,
    power,
    negate,
    min,
    max,
    abs,
    floor,
    ceil,
    exp,
    sqrt,
    log
  };
  // Postfix: operands stand before their operator, which takes `count` of them.
  struct Instruction {
    Op op = Op::number;
    double number = 0;
    std::size_t name = 0;
    std::size_t count = 0;
  };
  std::vector<Instruction> program_;
};

}  // namespace steps::grade
