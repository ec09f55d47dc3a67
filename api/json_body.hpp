// Reads a JSON request body: what it must hold, in which types, and nothing else. Pure, any thread. Included
// by .cpp files only. The first thing that is wrong is kept and told by `good()`.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>

#include "api/handler.hpp"
#include "api/json.hpp"

namespace api {

// Parsed text; an Error names line and column, or a nesting deeper than `depth_max`.
Result<Json> parse_json(std::string_view text, std::size_t depth_max);

class Fields {
 public:
  // `known`: every field that may stand there; `pointer`: JSON pointer of the object.
  Fields(const Json& object, std::string pointer, std::initializer_list<std::string_view> known);

  std::string text(std::string_view name);
  std::optional<std::string> optional_text(std::string_view name);
  bool flag(std::string_view name, bool fallback);
  std::uint64_t number(std::string_view name, std::uint64_t fallback, std::uint64_t low, std::uint64_t high);
  std::optional<double> optional_decimal(std::string_view name, double low, double high);
  // One of `allowed`; `fallback` when absent.
  std::string choice(std::string_view name, std::string_view fallback,
                     std::initializer_list<std::string_view> allowed);
  std::vector<std::string> texts(std::string_view name);
  // Null when absent; the Error is kept when it is of another kind.
  const Json* object(std::string_view name);
  const Json* array(std::string_view name);
  [[nodiscard]] bool has(std::string_view name) const;
  void refuse(std::string_view name, std::string wanted, std::string found, std::string hint = {});

  [[nodiscard]] Result<void> good() const;
  [[nodiscard]] std::string at(std::string_view name) const;

 private:
  const Json* find(std::string_view name) const;
  void refuse_kind(std::string_view name, std::string wanted, const Json& found);

  const Json* object_;
  std::string pointer_;
  std::optional<Error> error_;
};

// The body of a call as an object; an absent body is an empty one.
Result<Json> body_of(const Call& call);

// The numbers of the record ids in an array, which stands at /ids.
Result<std::vector<std::uint64_t>> record_numbers(const Json& ids);

}  // namespace api
