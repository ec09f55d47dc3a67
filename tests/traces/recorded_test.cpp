#include "tests/traces/recorded.hpp"

#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "steps/traces/call_keys.hpp"
#include "steps/traces/fold.hpp"
#include "steps/traces/record_line.hpp"

using namespace steps::traces;
using namespace tests::traces;
using nlohmann::json;

namespace {

const std::vector<std::string> files{
    "otel.traces.json",          "openinference.traces.json", "traceloop.traces.json", "vercel.traces.json",
    "genai_semconv.traces.json", "openinference.traces.pb",   "traceloop.traces.pb"};

struct Said {
  std::string trace_id;
  bool failed = false;
  json messages;
};

std::vector<Said> said_in(const std::string& file) {
  std::vector<Said> all;
  std::istringstream lines(otlp_file("conversations.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const json one = json::parse(line);
    if (one["file"] == file) all.push_back({one["trace_id"], one.contains("error"), one["messages"]});
  }
  return all;
}

json as_json(const std::vector<Message>& messages) {
  json all = json::array();
  for (const Message& message : messages) {
    std::string text;
    append_json(message, text);
    all.push_back(json::parse(text));
  }
  return all;
}

std::vector<LogRecord> logs_of(const std::string& file) {
  return file == "otel.traces.json" ? recorded_logs() : std::vector<LogRecord>{};
}

void require_all_said(const std::string& file, const std::vector<Span>& spans,
                      const std::vector<LogRecord>& logs) {
  const Assembled assembled = assemble(spans, logs);
  const std::vector<bool> kept = fold(assembled.calls, Folding::not_a_prefix);
  std::map<std::string, std::vector<const Call*>> found;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) found[assembled.calls[i].trace_id].push_back(&assembled.calls[i]);
  }
  const std::vector<Said> said = said_in(file);
  REQUIRE_FALSE(said.empty());
  const std::size_t missing = file == "openinference.traces.json" ? 2 : 0;
  CHECK(found.size() + missing == said.size());
  for (const Said& one : said) {
    INFO(file << " " << one.trace_id);
    // That library sent no span for the two calls that failed: all that there is of them is the program's own
    // span.
    if (missing > 0 && one.failed) {
      CHECK(std::ranges::count(spans, one.trace_id, &Span::trace_id) <= 2);
      CHECK(found[one.trace_id].empty());
      continue;
    }
    REQUIRE(found[one.trace_id].size() == 1);
    const Call& call = *found[one.trace_id].front();
    CHECK(as_json(conversation_of(call)) == one.messages);
    CHECK(call.failed == one.failed);
    CHECK(call.output.has_value() != one.failed);
  }
}

}  // namespace

TEST_CASE("every recorded conversation is recovered, word for word, and none twice", "[traces][recorded]") {
  for (const std::string& file : files) require_all_said(file, recorded_spans(file), logs_of(file));
}

TEST_CASE("the order of arrival and exports that come twice change nothing", "[traces][recorded]") {
  std::mt19937 random(7);
  for (const std::string& file : files) {
    std::vector<Span> spans = recorded_spans(file);
    std::vector<LogRecord> logs = logs_of(file);
    const std::vector<Span> again = spans;
    const std::vector<LogRecord> logs_again = logs;
    spans.insert(spans.end(), again.begin(), again.end());
    logs.insert(logs.end(), logs_again.begin(), logs_again.end());
    std::ranges::shuffle(spans, random);
    std::ranges::shuffle(logs, random);
    require_all_said(file, spans, logs);
  }
}

TEST_CASE("every recorded call knows its model, its tokens, its session and its user", "[traces][recorded]") {
  for (const std::string& file : files) {
    INFO(file);
    const Assembled assembled = assemble(recorded_spans(file), logs_of(file));
    REQUIRE_FALSE(assembled.calls.empty());
    std::size_t with_tokens = 0;
    for (const Call& call : assembled.calls) {
      INFO(call.trace_id << " " << call.span_id);
      CHECK_FALSE(call.model().empty());
      CHECK(call.provider.starts_with("openai"));
      CHECK(call.session.starts_with("sess-"));
      CHECK(call.user.starts_with("u"));
      CHECK(call.latency_ns() > 0);
      CHECK(call.failed == !call.error.empty());
      with_tokens += call.tokens_in && call.tokens_out;
    }
    CHECK(with_tokens > 0);
    // What is left over are the spans of the program around the calls, and tools.
    for (const OtherSpan& other : assembled.others) CHECK(other.why == Problem::not_a_call);
  }
}

TEST_CASE("recorded calls that used tools keep the declared tools", "[traces][recorded]") {
  for (const std::string& file : files) {
    if (file == "otel.traces.json" || file == "genai_semconv.traces.json") continue;  // did not record them
    std::size_t with_tools = 0;
    for (const Call& call : assemble(recorded_spans(file), {}).calls) {
      if (call.tools.empty()) continue;
      ++with_tools;
      const json tools = json::parse(call.tools);
      CHECK(tools.at(0).at("function").at("name") == "get_weather");
      CHECK(tools.at(0).at("function").at("parameters").at("required") == json::array({"city"}));
    }
    INFO(file);
    CHECK(with_tools > 0);
  }
}

TEST_CASE("every recorded call that was answered gives a record that validates", "[traces][recorded]") {
  steps::text::Scratch scratch;
  const auto tokenizer = steps::text::Tokenizer::load("chars/4", "").value();
  for (const std::string& file : files) {
    for (const Call& call : assemble(recorded_spans(file), logs_of(file)).calls) {
      const auto line = record_line(call);
      REQUIRE(line.has_value() != call.failed);
      if (!line) continue;
      const auto verdict = steps::text::validate(*line, {}, tokenizer, scratch);
      INFO(*line << verdict.detail);
      CHECK(verdict.code == steps::text::Code::valid);
      CHECK(verdict.has_output);
      CHECK(verdict.span_hash == span_key(call.trace_id, call.span_id));
    }
  }
}

TEST_CASE("a log record that comes before its span waits for it", "[traces][recorded]") {
  const std::vector<LogRecord> logs = recorded_logs();
  CHECK(assemble({}, logs).records_waiting == logs.size());
  const Assembled without_logs = assemble(recorded_spans("otel.traces.json"), {});
  for (const Call& call : without_logs.calls) {
    CHECK(call.problems == std::vector<CallProblem>{{Problem::no_messages, ""}});
    CHECK(record_line(call).error() == Skip::no_messages);
  }
}
