// Applies a dialect's table to whatever has attributes: a span, a log record, a line of JSON. Internal to
// steps/traces.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "steps/text/json_index.hpp"
#include "steps/traces/call.hpp"
#include "steps/traces/chat_messages.hpp"
#include "steps/traces/dialect.hpp"
#include "steps/traces/otlp.hpp"

namespace steps::traces {

// Where a table's attributes are looked up. What find() gives lives as long as the source.
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;
  [[nodiscard]] virtual std::optional<Datum> find(std::string_view name) = 0;
  // The JSON that the flattened attributes of this prefix stand for; empty: none.
  [[nodiscard]] virtual std::string indexed(std::string_view prefix) = 0;
  // Whether an attribute is there, or any that begins so for a name that ends with `*`.
  [[nodiscard]] virtual bool has(std::string_view name) = 0;
};

// Attributes of a span. A name that is not there may also be a path into one that holds JSON.
class AttributeSource final : public Source {
 public:
  explicit AttributeSource(const Attributes& attributes) : attributes_(attributes) {}
  [[nodiscard]] std::optional<Datum> find(std::string_view name) override;
  [[nodiscard]] std::string indexed(std::string_view prefix) override;
  [[nodiscard]] bool has(std::string_view name) override;

 private:
  struct Parsed {
    const Value* value;
    text::JsonIndex json;
  };
  const Attributes& attributes_;
  std::deque<Parsed> parsed_;
  std::deque<std::string> kept_;
};

// One object of JSON; names are paths into it. Strings of JSON on the way are looked into.
class JsonSource final : public Source {
 public:
  explicit JsonSource(const text::JsonIndex& json) : json_(json) {}
  [[nodiscard]] std::optional<Datum> find(std::string_view name) override;
  [[nodiscard]] std::string indexed(std::string_view) override { return {}; }
  [[nodiscard]] bool has(std::string_view name) override { return find(name).has_value(); }

 private:
  const text::JsonIndex& json_;
  std::deque<std::string> kept_;
};

// The value at a path of object fields; nullopt when there is none, or null. `kept` holds texts that had
// escapes.
[[nodiscard]] std::optional<Datum> find_path(const text::JsonIndex& json, text::JsonRef value,
                                             std::string_view path, std::deque<std::string>& kept);

[[nodiscard]] bool matches(Source& source, std::string_view span_name, std::span<const Mark> marks);

// Sets what the call lacks, from the first rule that has a value for it.
void read_fields(const Dialect& dialect, Source& source, Call& call);
// The same with context_rules().
void read_context(Source& source, Call& call);
// Takes the first of `in` as the answer and counts the others.
void take_output(MessagesIn in, Call& call);

}  // namespace steps::traces
