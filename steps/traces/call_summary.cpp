#include "steps/traces/call_summary.hpp"

#include <algorithm>

#include "steps/text/json_index.hpp"
#include "steps/traces/bytes.hpp"

namespace steps::traces {
namespace {

constexpr std::uint64_t version = 1;

// At a border between characters.
std::string cut(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text;
}

template <class Number>
void write(ByteWriter& out, const std::optional<Number>& value) {
  out.number(value ? 1 : 0);
  if (!value) return;
  if constexpr (std::is_floating_point_v<Number>) {
    out.real(*value);
  } else {
    out.number(*value);
  }
}

template <class Number>
void read(ByteReader& in, std::optional<Number>& value) {
  if (in.number() == 0) return;
  if constexpr (std::is_floating_point_v<Number>) {
    value = in.real();
  } else {
    value = in.number();
  }
}

void write(ByteWriter& out, const std::vector<std::string>& texts) {
  out.number(texts.size());
  for (const std::string& text : texts) out.text(text);
}

std::vector<std::string> read_texts(ByteReader& in) {
  std::vector<std::string> texts(in.count());
  for (std::string& text : texts) text = in.text();
  return texts;
}

void read_prompt(const Call& call, CallSummary& summary) {
  summary.messages = static_cast<std::uint32_t>(call.prompt.size());
  for (const Message& message : call.prompt) {
    if (message.role == "user") {
      ++summary.turns;
      summary.text = content_text(message, summary_text_max);
    } else if ((message.role == "system" || message.role == "developer") && summary.system.empty()) {
      summary.system = content_text(message, summary_text_max);
    }
  }
}

}  // namespace

std::string content_text(const Message& message, std::size_t bytes_max) {
  text::JsonIndex json;
  if (message.content.empty() || json.parse(message.content)) return {};
  std::string all;
  std::string piece;
  const text::JsonRef root = json.root();
  if (json.is(root, text::JsonKind::string)) return cut(std::string(json.string(root, piece)), bytes_max);
  if (!json.is(root, text::JsonKind::array)) return {};
  for (text::JsonRef part = json.first(root); part != json.end(root) && all.size() < bytes_max;
       part = json.next(part)) {
    if (!json.is(part, text::JsonKind::object)) continue;
    const text::JsonRef said = json.field(part, "text");
    if (said == text::no_value || !json.is(said, text::JsonKind::string)) continue;
    if (!all.empty()) all += '\n';
    all += json.string(said, piece);
  }
  return cut(std::move(all), bytes_max);
}

CallSummary summary_of(const Call& call, std::string_view trace, std::int64_t received) {
  CallSummary summary;
  summary.received = received;
  summary.time = call.start_ns == 0 ? received : static_cast<std::int64_t>(call.start_ns / 1000);
  summary.problems = call.problems;
  if (summary.time > received + clock_ahead_max) {
    summary.time = received;
    add_problem(summary.problems, Problem::clock_ahead, "");
  }
  summary.trace = trace;
  summary.span_ids = call.span_ids;
  summary.dialect = call.dialect;
  summary.provider = call.provider;
  summary.model = call.model();
  summary.model_asked = call.model_asked;
  summary.failed = call.failed;
  summary.error = cut(call.error, summary_answer_max);
  read_prompt(call, summary);
  summary.has_tools = !call.tools.empty();
  summary.has_output = call.output.has_value();
  if (call.output) summary.answer = content_text(*call.output, summary_answer_max);
  summary.tokens_in = call.tokens_in;
  summary.tokens_out = call.tokens_out;
  summary.cost_usd = call.cost_usd;
  if (call.end_ns > call.start_ns && call.start_ns != 0) summary.latency_ns = call.latency_ns();
  summary.first_token_ns = call.first_token_ns;
  summary.session = call.session;
  summary.thread = call.thread;
  summary.run = call.run;
  summary.user = call.user;
  summary.labels = call.labels;
  return summary;
}

std::string encode(const CallSummary& summary) {
  ByteWriter out;
  out.number(version);
  out.number(static_cast<std::uint64_t>(summary.time));
  out.number(static_cast<std::uint64_t>(summary.received));
  out.text(summary.trace);
  write(out, summary.span_ids);
  for (const std::string* text : {&summary.dialect, &summary.provider, &summary.model, &summary.model_asked,
                                  &summary.error, &summary.session, &summary.thread, &summary.run,
                                  &summary.user, &summary.text, &summary.answer, &summary.system})
    out.text(*text);
  out.number((summary.failed ? 1U : 0U) | (summary.has_tools ? 2U : 0U) | (summary.has_output ? 4U : 0U));
  out.number(summary.turns);
  out.number(summary.messages);
  write(out, summary.tokens_in);
  write(out, summary.tokens_out);
  write(out, summary.cost_usd);
  write(out, summary.latency_ns);
  write(out, summary.first_token_ns);
  write(out, summary.labels);
  out.number(summary.problems.size());
  for (const CallProblem& problem : summary.problems) {
    out.number(static_cast<std::uint64_t>(problem.problem));
    out.text(problem.attribute);
  }
  return out.take();
}

schemas::Result<CallSummary> decode_summary(std::string_view bytes) {
  ByteReader in(bytes);
  CallSummary summary;
  bool good = in.number() == version;
  summary.time = static_cast<std::int64_t>(in.number());
  summary.received = static_cast<std::int64_t>(in.number());
  summary.trace = in.text();
  summary.span_ids = read_texts(in);
  for (std::string* text : {&summary.dialect, &summary.provider, &summary.model, &summary.model_asked,
                            &summary.error, &summary.session, &summary.thread, &summary.run, &summary.user,
                            &summary.text, &summary.answer, &summary.system})
    *text = in.text();
  const std::uint64_t flags = in.number();
  summary.failed = (flags & 1U) != 0;
  summary.has_tools = (flags & 2U) != 0;
  summary.has_output = (flags & 4U) != 0;
  summary.turns = static_cast<std::uint32_t>(in.number());
  summary.messages = static_cast<std::uint32_t>(in.number());
  read(in, summary.tokens_in);
  read(in, summary.tokens_out);
  read(in, summary.cost_usd);
  read(in, summary.latency_ns);
  read(in, summary.first_token_ns);
  summary.labels = read_texts(in);
  summary.problems.resize(in.count());
  for (CallProblem& problem : summary.problems) {
    const std::uint64_t kind = in.number();
    good = good && kind < problem_count;
    problem.problem = static_cast<Problem>(kind);
    problem.attribute = in.text();
  }
  if (!good || !in.good() || !in.at_end()) {
    return schemas::fail(schemas::ErrorCode::corrupt, "a call's row as this version keeps it", "other bytes");
  }
  return summary;
}

}  // namespace steps::traces
