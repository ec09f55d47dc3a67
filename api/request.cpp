#include "api/request.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace api {

namespace {
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// Filters of which any, or all, of several values count.
constexpr std::array<std::string_view, 4> repeatable{"model", "provider", "label", "dialect"};

std::string parameter_place(std::string_view name) {
  return "?" + std::string(name);
}

Result<void> split_query(std::string_view text, Request& request) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, equals), true);
    if (!name) return std::unexpected(name.error());
    auto value = percent_decode(equals < pair.size() ? pair.substr(equals + 1) : std::string_view{}, true);
    if (!value) return std::unexpected(value.error());
    if (request.parameter(*name) && std::ranges::find(repeatable, *name) == repeatable.end()) {
      return fail(ErrorCode::invalid_argument, "each query parameter once", "'" + *name + "' twice", {},
                  parameter_place(*name));
    }
    request.query.emplace_back(std::move(*name), std::move(*value));
  }
  return {};
}
}  // namespace

std::string_view name_of(Verb verb) {
  switch (verb) {
    case Verb::get:
      return "GET";
    case Verb::head:
      return "HEAD";
    case Verb::post:
      return "POST";
    case Verb::put:
      return "PUT";
    case Verb::patch:
      return "PATCH";
    case Verb::delete_:
      return "DELETE";
    case Verb::other:
      return "OTHER";
  }
  return "OTHER";
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string_view Request::id(std::string_view name) const {
  for (const auto& [key, value] : ids) {
    if (key == name) return value;
  }
  return {};
}

std::string_view Request::path_text() const {
  const std::string_view text = target;
  return text.substr(0, text.find('?'));
}

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      const int value = high * 16 + low;
      if (high < 0 || low < 0 || value == 0) {
        return fail(ErrorCode::invalid_argument, "two hexadecimal digits other than 00 after each '%'",
                    "'" + std::string(text.substr(i, 3)) + "'", "write a literal '%' as '%25'",
                    "request target");
      }
      decoded += static_cast<char>(value);
      i += 2;
    }
  }
  return decoded;
}

Result<void> split_target(Request& request) {
  const std::string_view target = request.target;
  if (target.empty() || target[0] != '/') {
    return fail(ErrorCode::invalid_argument, "a target that begins with '/'",
                "'" + std::string(target.substr(0, 80)) + "'", "this is a server, not a proxy",
                "request target");
  }
  std::string_view path = request.path_text();
  path.remove_prefix(1);
  request.path.clear();
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/'));
    const bool was_last = segment.size() == path.size();
    path.remove_prefix(was_last ? segment.size() : segment.size() + 1);
    auto decoded = percent_decode(segment, false);
    if (!decoded) return std::unexpected(decoded.error());
    request.path.push_back(std::move(*decoded));
    if (!was_last && path.empty()) request.path.emplace_back();
  }
  const std::size_t question = target.find('?');
  if (question == std::string_view::npos) return {};
  return split_query(target.substr(question + 1), request);
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<std::uint64_t> number_parameter(const Request& request, std::string_view name, std::uint64_t fallback,
                                       std::uint64_t low, std::uint64_t high) {
  const auto text = request.parameter(name);
  if (!text) return fallback;
  const auto value = whole_number(*text);
  if (value && *value >= low && *value <= high) return *value;
  return fail(ErrorCode::invalid_argument,
              "a whole number from " + std::to_string(low) + " to " + std::to_string(high),
              "'" + std::string(*text) + "'", {}, parameter_place(name));
}

Result<std::optional<double>> decimal_parameter(const Request& request, std::string_view name) {
  const auto text = request.parameter(name);
  if (!text) return std::nullopt;
  double value = 0;
  const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (!text->empty() && problem == std::errc{} && end == text->data() + text->size()) return value;
  return fail(ErrorCode::invalid_argument, "a number such as 0.7", "'" + std::string(*text) + "'", {},
              parameter_place(name));
}

Result<std::optional<bool>> flag_parameter(const Request& request, std::string_view name) {
  const auto text = request.parameter(name);
  if (!text) return std::nullopt;
  if (*text == "true" || *text == "1") return true;
  if (*text == "false" || *text == "0") return false;
  return fail(ErrorCode::invalid_argument, "true or false", "'" + std::string(*text) + "'", {},
              parameter_place(name));
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace api
