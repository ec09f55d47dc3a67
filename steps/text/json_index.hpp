// Checks one JSON text (RFC 8259) and remembers where every value stands, without copying or converting any.
// Runs on: any thread, one object per thread. Never recurses, so nesting cannot exhaust the stack.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace steps::text {

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

// "null", "a boolean", "a number", "a string", "an array", "an object": for messages.
[[nodiscard]] std::string_view json_kind_name(JsonKind kind);

using JsonRef = std::uint32_t;  // index of a value in the JsonIndex that gave it
inline constexpr JsonRef no_value = 0xffffffffU;

// Why a text is no JSON, in words for a person, and the offset of the first byte that cannot be right.
struct JsonFault {
  std::string_view what = {};  // a literal; empty: no fault
  std::uint64_t offset = 0;

  explicit operator bool() const { return !what.empty(); }
};

// The values of a text in document order; an object's children alternate between key and value.
// Numbers stay the bytes they were, so integers of any size and 1e999 are fine. Decisions beyond the RFC:
// a lone surrogate escape (\ud800) is a fault, as no UTF-8 text can hold it; \u0000 is content; a byte order
// mark is a fault; depth is at most depth_max, values at most values_max, size below 4 GiB.
class JsonIndex {
 public:
  static constexpr std::size_t depth_max = 1024;
  static constexpr std::size_t values_max = std::size_t{1} << 22;

  // The text must outlive the index's use. After a fault the index is empty.
  [[nodiscard]] JsonFault parse(std::string_view text);
  void clear();

  [[nodiscard]] bool empty() const { return values_.empty(); }
  [[nodiscard]] JsonRef root() const { return 0; }
  [[nodiscard]] JsonKind kind(JsonRef value) const { return values_[value].kind; }
  [[nodiscard]] bool is(JsonRef value, JsonKind wanted) const {
    return value != no_value && values_[value].kind == wanted;
  }
  // The bytes of the value as they stand in the text, quotes and brackets included.
  [[nodiscard]] std::string_view raw(JsonRef value) const {
    const Value& v = values_[value];
    return text_.substr(v.begin, v.end - v.begin);
  }
  // A string's bytes between the quotes, escapes not undone.
  [[nodiscard]] std::string_view raw_string(JsonRef value) const {
    const Value& v = values_[value];
    return text_.substr(v.begin + 1, v.end - v.begin - 2);
  }
  [[nodiscard]] bool has_escapes(JsonRef value) const { return values_[value].has_escapes; }
  // A string's text as valid UTF-8. Points into the text when nothing was escaped, else into `buffer`.
  [[nodiscard]] std::string_view string(JsonRef value, std::string& buffer) const;
  [[nodiscard]] bool string_equals(JsonRef value, std::string_view expected) const;

  // Children: for (JsonRef c = first(v); c != end(v); c = next(c)). In an object c is a key and value_of(c)
  // its value; go on with next(value_of(c)).
  [[nodiscard]] JsonRef first(JsonRef container) const { return container + 1; }
  [[nodiscard]] JsonRef end(JsonRef container) const { return values_[container].next; }
  [[nodiscard]] JsonRef next(JsonRef value) const { return values_[value].next; }
  [[nodiscard]] JsonRef value_of(JsonRef key) const { return key + 1; }
  [[nodiscard]] bool has_children(JsonRef container) const { return first(container) != end(container); }

  // The value of the LAST field of that name, as JavaScript and Python read duplicate keys; no_value when
  // there is none or `object` is no object.
  [[nodiscard]] JsonRef field(JsonRef object, std::string_view name) const;

 private:
  friend class JsonParser;
  struct Value {
    std::uint32_t begin;
    std::uint32_t end;
    JsonRef next;
    JsonKind kind;
    bool has_escapes;
  };

  std::string_view text_;
  std::vector<Value> values_;
  std::vector<JsonRef> open_;  // containers not yet closed, while parsing
};

}  // namespace steps::text
