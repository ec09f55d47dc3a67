#include "api/trace_json.hpp"

#include <algorithm>

#include "api/grading_json.hpp"
#include "api/time_text.hpp"
#include "steps/traces/record_line.hpp"

namespace api {

namespace traces = steps::traces;

namespace {
constexpr std::size_t preview_bytes = 300;
constexpr std::size_t name_bytes = 60;

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}
template <class Number>
Json number_or_null(const std::optional<Number>& number) {
  return number ? Json(*number) : Json();
}
Json milliseconds(const std::optional<std::uint64_t>& ns) {
  if (!ns) return {};
  const std::uint64_t microseconds = *ns / 1000;
  return static_cast<double>(microseconds) / 1000.0;
}

// At a border between characters.
std::string beginning(const std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  std::size_t end = bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

Json problems_view(const std::vector<traces::CallProblem>& problems) {
  Json told = Json::array();
  for (const auto& problem : problems)
    told.push_back({{"problem", traces::problem_name(problem.problem)}, {"attribute", problem.attribute}});
  return told;
}

Json span_view(const traces::Span& span, const traces::CallSummary& summary) {
  const auto time = [](std::uint64_t ns) {
    return ns == 0 ? Json() : Json(rfc3339(static_cast<std::int64_t>(ns / 1000)));
  };
  return {{"span_id", span.span_id},
          {"parent_span_id", text_or_null(span.parent_span_id)},
          {"name", span.name},
          {"start", time(span.start_ns)},
          {"end", time(span.end_ns)},
          {"is_call", std::ranges::find(summary.span_ids, span.span_id) != summary.span_ids.end()}};
}

// "You are a patient chess tutor. Always…" -> "Patient chess tutor"
std::string name_from(const std::string& system) {
  std::string sentence = system.substr(0, system.find_first_of(".!?\n:,;"));
  for (const std::string_view opening :
       {"You are ", "you are ", "You're ", "Act as ", "As ", "a ", "an ", "the "}) {
    if (sentence.starts_with(opening)) sentence.erase(0, opening.size());
  }
  if (sentence.empty()) return {};
  if (sentence[0] >= 'a' && sentence[0] <= 'z') sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
  return beginning(sentence, name_bytes);
}
}  // namespace

std::string call_id(std::uint64_t number) {
  return "c" + std::to_string(number);
}

Json call_summary_view(const traces::CallSummary& call) {
  return {{"id", call_id(call.number)},
          {"time", rfc3339(call.time)},
          {"received_at", rfc3339(call.received)},
          {"trace_id", call.trace},
          {"span_id", call.span_ids.empty() ? Json() : Json(call.span_ids.front())},
          {"dialect", call.dialect},
          {"provider", text_or_null(call.provider)},
          {"model", text_or_null(call.model)},
          {"model_asked", text_or_null(call.model_asked)},
          {"status", call.failed ? "error" : "ok"},
          {"error", text_or_null(call.error)},
          {"turns", call.turns},
          {"messages", call.messages},
          {"has_tools", call.has_tools},
          {"has_output", call.has_output},
          {"tokens_in", number_or_null(call.tokens_in)},
          {"tokens_out", number_or_null(call.tokens_out)},
          {"cost_usd", number_or_null(call.cost_usd)},
          {"latency_ms", milliseconds(call.latency_ns)},
          {"first_token_ms", milliseconds(call.first_token_ns)},
          {"session", text_or_null(call.session)},
          {"thread", text_or_null(call.thread)},
          {"run", text_or_null(call.run)},
          {"user", text_or_null(call.user)},
          {"labels", call.labels},
          {"preview", beginning(call.text, preview_bytes)},
          {"answer_preview", call.answer},
          {"problems", problems_view(call.problems)}};
}

Json call_view(const traces::FoundCall& found, const std::vector<traces::Span>& spans) {
  Json told = call_summary_view(found.summary);
  const traces::Call& call = found.call;
  Json messages = Json::array();
  std::string bytes;
  for (const traces::Message& message : call.prompt) {
    bytes.clear();
    append_json(message, bytes);
    messages.push_back(json_from(bytes));
  }
  told["messages"] = std::move(messages);
  told["tools"] = json_from(call.tools);
  told["tool_choice"] = json_from(call.tool_choice);
  told["output"] = Json();
  if (call.output) {
    bytes.clear();
    append_json(*call.output, bytes);
    told["output"] = json_from(bytes);
  }
  told["finish_reason"] = text_or_null(call.finish_reason);
  told["other_answers"] = call.other_answers;
  told["tokens_cached"] = number_or_null(call.tokens_cached);
  told["tokens_reasoning"] = number_or_null(call.tokens_reasoning);
  told["spans"] = Json::array();
  for (const traces::Span& span : spans) told["spans"].push_back(span_view(span, found.summary));
  const auto line = traces::record_line(call, {.with_failed = true});
  told["record"] = line ? json_from(*line) : Json();
  const auto usual = traces::record_line(call);
  told["skip"] = usual ? Json() : Json(traces::skip_name(usual.error()));
  return told;
}

Json counts_view(const std::map<std::string, std::uint64_t>& counts) {
  Json told = Json::object();
  for (const auto& [name, count] : counts) told[name] = count;
  return told;
}

Json facet_view(const std::vector<traces::FacetCount>& values) {
  Json told = Json::array();
  for (const auto& [value, count] : values) told.push_back({{"value", value}, {"count", count}});
  return told;
}

Json pattern_view(const traces::CallPattern& pattern) {
  Json tools = Json::array();
  for (const auto& [name, count] : pattern.tools) tools.push_back({{"name", name}, {"count", count}});
  std::string name = name_from(pattern.system_prompt);
  if (name.empty() && !pattern.models.empty() && !pattern.models.front().value.empty())
    name = "Calls of " + pattern.models.front().value;
  const std::string objective =
      pattern.system_prompt.empty() ? "" : "Better answers of: " + beginning(pattern.system_prompt, 200);
  return {{"system_prompt", text_or_null(pattern.system_prompt)},
          {"system_prompt_share", pattern.system_prompt_share},
          {"tools", std::move(tools)},
          {"models", facet_view(pattern.models)},
          {"suggested_name", text_or_null(name)},
          {"suggested_objective", text_or_null(objective)}};
}

}  // namespace api
