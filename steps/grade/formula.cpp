#include "steps/grade/formula.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace steps::grade {

using schemas::ErrorCode;

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

class FormulaParser {
 public:
  FormulaParser(std::string_view text, std::span<const std::string> names) : text_(text), names_(names) {}

  schemas::Result<Formula> parse() {
    if (text_.size() > Formula::bytes_max) {
      return schemas::fail(ErrorCode::invalid_argument, "a formula of at most 10000 characters",
                           std::to_string(text_.size()));
    }
    if (sum() && peek() != '\0') wrong("an operator or the end");
    if (problem_) return std::unexpected(*problem_);
    return std::move(formula_);
  }

 private:
  using Op = Formula::Op;

  char peek() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool wrong(const std::string& wanted, std::string hint = {}) {
    if (problem_) return false;
    const std::string found = at_ < text_.size() ? "'" + std::string(text_.substr(at_, 1)) + "'" : "the end";
    problem_ = schemas::Error{ErrorCode::invalid_argument,
                              wanted,
                              found + " at column " + std::to_string(at_ + 1),
                              std::move(hint),
                              {}};
    return false;
  }
  void put(Op op, std::size_t count) { formula_.program_.push_back({op, 0, 0, count}); }

  bool sum() {
    if (++depth_ > Formula::depth_max) return wrong("a formula nested at most 100 deep");
    if (!product()) return false;
    while (peek() == '+' || peek() == '-') {
      const Op op = text_[at_++] == '+' ? Op::add : Op::subtract;
      if (!product()) return false;
      put(op, 2);
    }
    --depth_;
    return true;
  }

  bool product() {
    if (!sign()) return false;
    while (peek() == '*' || peek() == '/') {
      const Op op = text_[at_++] == '*' ? Op::multiply : Op::divide;
      if (!sign()) return false;
      put(op, 2);
    }
    return true;
  }

  bool sign() {
    if (++depth_ > Formula::depth_max) return wrong("a formula nested at most 100 deep");
    bool negative = false;
    while (peek() == '+' || peek() == '-') negative ^= text_[at_++] == '-';
    if (!atom()) return false;
    if (take('^')) {
      if (!sign()) return false;
      put(Op::power, 2);
    }
    if (negative) put(Op::negate, 1);
    --depth_;
    return true;
  }

  bool atom() {
    const char c = peek();
    if (is_digit(c) || c == '.') return number();
    if (is_letter(c)) return name();
    if (!take('(')) return wrong("a number, a grader's name, a function or '('");
    if (!sum()) return false;
    return take(')') || wrong("')'");
  }

  bool number() {
    double value = 0;
    const auto end = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (end.ec != std::errc{}) return wrong("a number");
    at_ = static_cast<std::size_t>(end.ptr - text_.data());
    formula_.program_.push_back({Op::number, value, 0, 0});
    return true;
  }

  bool name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    const auto found = std::ranges::find(names_, word);
    if (found != names_.end() && peek() != '(') {
      formula_.program_.push_back({Op::name, 0, static_cast<std::size_t>(found - names_.begin()), 0});
      return true;
    }
    return call(word, begin);
  }

  bool call(std::string_view word, std::size_t begin) {
    constexpr std::array<std::pair<std::string_view, Op>, 8> functions{{{"min", Op::min},
                                                                        {"max", Op::max},
                                                                        {"abs", Op::abs},
                                                                        {"floor", Op::floor},
                                                                        {"ceil", Op::ceil},
                                                                        {"exp", Op::exp},
                                                                        {"sqrt", Op::sqrt},
                                                                        {"log", Op::log}}};
    const auto function = std::ranges::find(functions, word, &std::pair<std::string_view, Op>::first);
    if (function == functions.end()) {
      at_ = begin;
      std::string known;
      for (const auto& each : names_) known += (known.empty() ? "" : ", ") + each;
      return wrong("the name of one of the graders",
                   "'" + std::string(word) + "' is none; there are: " + known +
                       "; functions: min, max, abs, floor, ceil, exp, sqrt, log");
    }
    if (!take('(')) return wrong("'(' after " + std::string(word));
    std::size_t count = 0;
    do {
      if (!sum()) return false;
      ++count;
    } while (take(','));
    if (!take(')')) return wrong("',' or ')'");
    const bool takes_many = function->second == Op::min || function->second == Op::max;
    if (!takes_many && count != 1) return wrong("one argument for " + std::string(word));
    put(function->second, count);
    return true;
  }

  std::string_view text_;
  std::span<const std::string> names_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::optional<schemas::Error> problem_;
  Formula formula_;
};

schemas::Result<Formula> Formula::parse(std::string_view text, std::span<const std::string> names) {
  return FormulaParser(text, names).parse();
}

bool Formula::uses(std::size_t name) const {
  return std::ranges::any_of(program_,
                             [&](const Instruction& i) { return i.op == Op::name && i.name == name; });
}

schemas::Result<double> Formula::evaluate(std::span<const double> values) const {
  const auto no_result = [](std::string found) {
    return schemas::fail(ErrorCode::invalid_argument, "calculate_output to have a result", std::move(found));
  };
  std::vector<double> stack;
  for (const Instruction& i : program_) {
    const std::span<double> taken(stack.data() + (stack.size() - i.count), i.count);
    const double first = i.count > 0 ? taken.front() : 0;
    const double last = i.count > 0 ? taken.back() : 0;
    double result = 0;
    switch (i.op) {
      case Op::number:
        result = i.number;
        break;
      case Op::name:
        result = values[i.name];
        break;
      case Op::add:
        result = first + last;
        break;
      case Op::subtract:
        result = first - last;
        break;
      case Op::multiply:
        result = first * last;
        break;
      case Op::divide:
        if (last == 0) return no_result("a division by zero");
        result = first / last;
        break;
      case Op::power:
        result = std::pow(first, last);
        break;
      case Op::negate:
        result = -first;
        break;
      case Op::min:
        result = *std::ranges::min_element(taken);
        break;
      case Op::max:
        result = *std::ranges::max_element(taken);
        break;
      case Op::abs:
        result = std::abs(first);
        break;
      case Op::floor:
        result = std::floor(first);
        break;
      case Op::ceil:
        result = std::ceil(first);
        break;
      case Op::exp:
        result = std::exp(first);
        break;
      case Op::sqrt:
        if (first < 0) return no_result("the square root of " + std::to_string(first));
        result = std::sqrt(first);
        break;
      case Op::log:
        if (first <= 0) return no_result("the logarithm of " + std::to_string(first));
        result = std::log(first);
        break;
    }
    if (!std::isfinite(result)) return no_result("a number too large, or none");
    stack.resize(stack.size() - i.count);
    stack.push_back(result);
  }
  return stack.back();
}

}  // namespace steps::grade
