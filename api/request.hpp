// One HTTP request as handlers see it. A value, any thread. Never touches a socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schemas/error.hpp"

namespace api {

using schemas::Error;
using schemas::ErrorCode;
using schemas::fail;
using schemas::Result;

enum class Verb : std::uint8_t { get, head, post, put, patch, delete_, other };
std::string_view name_of(Verb verb);

struct Request {
  Verb verb = Verb::get;
  std::string method;  // as it was sent
  std::string target;
  unsigned version = 11;                                      // 10 or 11
  std::vector<std::pair<std::string, std::string>> headers;   // names in lower case
  std::vector<std::string> path;                              // decoded segments: "/a/b" is {"a", "b"}
  std::vector<std::pair<std::string, std::string>> query;     // decoded, in order
  std::vector<std::pair<std::string_view, std::string>> ids;  // what stood in the route's {braces}
  std::string body;
  std::string client;  // address without port
  std::optional<std::uint64_t> content_length;
  bool has_body = false;
  bool expects_continue = false;

  // The first header of that name (in lower case).
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
  [[nodiscard]] std::string_view id(std::string_view name) const;  // empty when the route has none such
  // The target without its query.
  [[nodiscard]] std::string_view path_text() const;
  [[nodiscard]] bool is_write() const { return verb != Verb::get && verb != Verb::head; }
};

// Fills `path` and `query` from `target`. invalid_argument: not in origin form, a broken or NUL escape, or a
// query parameter given twice that stands for one value.
Result<void> split_target(Request& request);
// "%41b" -> "Ab"; '+' is a space when `plus_is_space`.
Result<std::string> percent_decode(std::string_view text, bool plus_is_space);

// A whole parameter as a number within [low, high]; `fallback` when it is absent.
Result<std::uint64_t> number_parameter(const Request& request, std::string_view name, std::uint64_t fallback,
                                       std::uint64_t low, std::uint64_t high);
Result<std::optional<double>> decimal_parameter(const Request& request, std::string_view name);
Result<std::optional<bool>> flag_parameter(const Request& request, std::string_view name);

// Decimal digits only, no sign, no blanks.
std::optional<std::uint64_t> whole_number(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string lower_case(std::string_view text);
std::string_view trimmed(std::string_view text);  // of spaces and tabs

}  // namespace api
