#include "steps/sample_lines.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "steps/text/json_string.hpp"

namespace steps {

namespace {
using text::JsonIndex;
using text::JsonKind;
using text::JsonRef;

void append_key(const SampleKey& key, std::string& lines) {
  lines += "{\"record\":" + std::to_string(key.record) + ",\"topic\":" + std::to_string(key.topic) +
           ",\"k\":" + std::to_string(key.k);
}

void append_text(std::string_view name, std::string_view value, std::string& lines) {
  if (value.empty()) return;
  lines += ",\"" + std::string(name) + "\":";
  text::append_quoted(value, lines);
}

void append_json(std::string_view name, std::string_view json, std::string& lines) {
  if (json.empty()) return;
  lines += ",\"" + std::string(name) + "\":";
  text::append_compact(json, lines);
}

std::string parts_of(const grade::Graded& graded) {
  if (graded.parts.empty()) return {};
  std::string parts = "[";
  for (const grade::Part& part : graded.parts) {
    parts += parts.size() > 1 ? ",{\"name\":" : "{\"name\":";
    text::append_quoted(part.name, parts);
    parts += ",\"score\":" + (part.score ? number_text(*part.score) : std::string("null"));
    append_text("error", part.error, parts);
    parts += "}";
  }
  return parts + "]";
}

std::string text_at(const JsonIndex& json, JsonRef object, std::string_view name) {
  const JsonRef value = json.field(object, name);
  std::string buffer;
  return json.is(value, JsonKind::string) ? std::string(json.string(value, buffer)) : std::string{};
}

std::string_view raw_at(const JsonIndex& json, std::string_view name) {
  const JsonRef value = json.field(json.root(), name);
  return value == text::no_value ? std::string_view{} : json.raw(value);
}

bool is_true(const JsonIndex& json, std::string_view name) {
  return raw_at(json, name) == "true";
}

// Neither text nor tool calls.
bool is_empty_sample(std::string_view sample) {
  JsonIndex json;
  if (json.parse(sample)) return true;
  const JsonRef tools = json.field(json.root(), "output_tools");
  if (json.is(tools, JsonKind::array) && json.has_children(tools)) return false;
  return text_at(json, json.root(), "output_text").find_first_not_of(" \t\r\n") == std::string::npos;
}

bool has_field(std::string_view object, std::string_view name) {
  JsonIndex json;
  return !json.parse(object) && json.field(json.root(), name) != text::no_value;
}
}  // namespace

double number_at(const JsonIndex& json, std::string_view name) {
  const JsonRef value = json.field(json.root(), name);
  if (!json.is(value, JsonKind::number)) return 0;
  const std::string_view raw = json.raw(value);
  double number = 0;
  std::from_chars(raw.data(), raw.data() + raw.size(), number);
  return number;
}

std::string number_text(double value) {
  std::array<char, 32> text{};
  if (!std::isfinite(value)) return "null";
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

void append_sampled(const SampleKey& key, std::string& lines) {
  append_key(key, lines);
  lines += "}\n";
}

void append_answer(const SampleKey& key, std::string_view item, std::string_view sample,
                   const llm::ChatAnswer* answer, std::string& lines) {
  append_key(key, lines);
  append_json("item", item, lines);
  append_json("sample", sample, lines);
  if (answer != nullptr) append_json("answer", llm::to_json(*answer), lines);
  lines += "}\n";
}

void append_missing(const SampleKey& key, std::string_view item, std::string_view error, std::string& lines) {
  append_key(key, lines);
  append_json("item", item, lines);
  append_text("error", error, lines);
  lines += "}\n";
}

void append_grade(const AnswerLine& answer, const grade::Graded& graded, std::string& lines) {
  append_key(answer.key, lines);
  lines += ",\"score\":" + (graded.score ? number_text(*graded.score) : std::string("null"));
  append_text("reason", graded.reason, lines);
  append_text("error", graded.error, lines);
  append_text("console", graded.console, lines);
  append_json("parts", parts_of(graded), lines);
  if (graded.raw) lines += ",\"raw\":" + number_text(*graded.raw);
  if (graded.passed) lines += *graded.passed ? ",\"passed\":true" : ",\"passed\":false";
  if (!answer.sample.empty() && is_empty_sample(answer.sample)) lines += ",\"empty\":true";
  if (has_field(answer.item, "reference_answer")) lines += ",\"reference\":true";
  lines += "}\n";
}

schemas::Result<void> for_each_line(std::string_view lines, const OnLine& on_line) {
  JsonIndex json;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    if (json.parse(line) || !json.is(json.root(), JsonKind::object)) {
      return schemas::fail(schemas::ErrorCode::corrupt, "a line of a dry run", "something else",
                           "run `rftctl audit --verify --blobs`");
    }
    if (!on_line(json, line)) return {};
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
  }
  return {};
}

SampleKey read_key(const JsonIndex& json) {
  return {static_cast<std::uint64_t>(number_at(json, "record")),
          static_cast<std::uint32_t>(number_at(json, "topic")),
          static_cast<std::uint32_t>(number_at(json, "k"))};
}

AnswerLine read_answer_line(const JsonIndex& json) {
  return {read_key(json), raw_at(json, "item"), raw_at(json, "sample"), raw_at(json, "answer"),
          text_at(json, json.root(), "error")};
}

GradeLine read_grade_line(const JsonIndex& json) {
  GradeLine line;
  line.key = read_key(json);
  if (json.is(json.field(json.root(), "score"), JsonKind::number)) line.score = number_at(json, "score");
  line.reason = text_at(json, json.root(), "reason");
  line.error = text_at(json, json.root(), "error");
  line.console = text_at(json, json.root(), "console");
  line.parts = raw_at(json, "parts");
  line.is_empty = is_true(json, "empty");
  line.has_reference = is_true(json, "reference");
  return line;
}

}  // namespace steps
