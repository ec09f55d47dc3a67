// The lines that dry runs keep in blobs: one JSON object for a sampled record, for an answer, for a score,
// for a model's call. Written and read here alone. Pure; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/step.hpp"
#include "steps/grade/grader.hpp"
#include "steps/llm/chat.hpp"
#include "steps/text/json_index.hpp"

namespace steps {

struct SampleKey {
  std::uint64_t record = 0;
  std::uint32_t topic = 0;  // when it was sampled; 0 = none
  std::uint32_t k = 0;      // which of the answers to this prompt, from 0
};

// An answer: what the grader is given. Views stay valid as long as the line.
struct AnswerLine {
  SampleKey key;
  std::string_view item;    // JSON object
  std::string_view sample;  // JSON object; empty when there is no answer
  std::string_view answer;  // llm::to_json of a model's answer; empty for a recorded one
  std::string error;        // why there is none
};
struct GradeLine {
  SampleKey key;
  std::optional<double> score;
  std::string reason;
  std::string error;  // exactly when there is no score
  std::string console;
  std::string_view parts;  // JSON array of {name, score, error}; empty when the grader has none
  bool is_empty = false;   // neither text nor tool calls were answered
  bool has_reference = false;
};

void append_sampled(const SampleKey& key, std::string& lines);
void append_answer(const SampleKey& key, std::string_view item, std::string_view sample,
                   const llm::ChatAnswer* answer, std::string& lines);
void append_missing(const SampleKey& key, std::string_view item, std::string_view error, std::string& lines);
void append_grade(const AnswerLine& answer, const grade::Graded& graded, std::string& lines);

// Visit the lines of a blob in order; false stops. corrupt for a line that is none of ours.
using OnLine = std::function<bool(const text::JsonIndex& json, std::string_view line)>;
schemas::Result<void> for_each_line(std::string_view lines, const OnLine& on_line);
SampleKey read_key(const text::JsonIndex& json);
AnswerLine read_answer_line(const text::JsonIndex& json);
GradeLine read_grade_line(const text::JsonIndex& json);

// A field of the root that is a number; 0 where there is none.
double number_at(const text::JsonIndex& json, std::string_view name);
// A number as JSON; the shortest text that reads as the same double.
std::string number_text(double value);

}  // namespace steps
