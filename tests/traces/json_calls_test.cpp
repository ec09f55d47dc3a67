#include "steps/traces/json_calls.hpp"

#include <catch2/catch.hpp>

#include "steps/traces/assemble.hpp"
#include "steps/traces/call_values.hpp"

using namespace steps::traces;

namespace {

Call call_in(const std::string& line) {
  const auto read = read_call_line(line);
  INFO((read ? std::string{} : read.error().message()));
  REQUIRE(read);
  REQUIRE(std::holds_alternative<Call>(*read));
  return std::get<Call>(*read);
}

}  // namespace

TEST_CASE("a LiteLLM payload is a call", "[traces][lines]") {
  const Call call = call_in(
      R"({"id":"chatcmpl-1","trace_id":"tr","call_type":"acompletion","response_cost":0.0025,"status":"success",
    "prompt_tokens":10,"completion_tokens":4,"startTime":1795337600.5,"endTime":1795337602.5,"completionStartTime":1795337601.0,
    "model":"gpt-4o","model_group":"smart","custom_llm_provider":"openai","end_user":"u1","request_tags":["prod","eu"],
    "metadata":{"requester_metadata":{"session_id":"s1"}},"error_str":null,
    "messages":[{"role":"user","content":"q"}],"model_parameters":{"tools":[{"type":"function","function":{"name":"f"}}]},
    "response":{"model":"gpt-4o-2024","choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"a"}},
                                                 {"finish_reason":"stop","message":{"role":"assistant","content":"b"}}]}})");
  CHECK(call.dialect == "litellm");
  CHECK(call.trace_id == "tr");
  CHECK(call.span_id == "chatcmpl-1");
  CHECK(call.prompt.size() == 1);
  CHECK(call.output->content == "\"a\"");
  CHECK(call.other_answers == 1);
  CHECK(call.model_asked == "smart");
  CHECK(call.model_used == "gpt-4o-2024");
  CHECK(call.latency_ns() == 2'000'000'000U);
  CHECK(call.first_token_ns == 500'000'000U);
  CHECK(call.cost_usd == 0.0025);
  CHECK(call.session == "s1");
  CHECK(call.labels == std::vector<std::string>{"eu", "prod"});
  CHECK_FALSE(call.failed);
  CHECK(call.tools.find("\"f\"") != std::string::npos);
}

TEST_CASE("a LiteLLM failure says why, and an embedding is no call", "[traces][lines]") {
  const Call failed =
      call_in(R"({"id":"1","call_type":"completion","status":"failure","error_str":"rate limited",
    "messages":[{"role":"user","content":"q"}],"response":{}})");
  CHECK(failed.failed);
  CHECK(failed.error == "rate limited");
  CHECK(std::get<Problem>(read_call_line(R"({"call_type":"aembedding","messages":[]})").value()) ==
        Problem::not_a_call);
}

TEST_CASE("a Langfuse observation is a call, with its texts as JSON or as strings of it", "[traces][lines]") {
  const std::string head =
      R"({"id":"o1","traceId":"t1","type":"GENERATION","startTime":"2026-11-22T10:00:00.250Z",
    "endTime":"2026-11-22T12:00:01.250+02:00","model":"gpt-4o","usageDetails":{"input":3,"output":4},"costDetails":{"total":0.5},)";
  for (
      const char* texts :
      {R"("level":"DEFAULT","input":{"messages":[{"role":"user","content":"q"}],"tools":[]},"output":{"role":"assistant","content":"a"}})",
       R"("input":"[{\"role\":\"user\",\"content\":\"q\"}]","output":"a"})",
       R"("statusMessage":"fine","level":"DEFAULT","input":"q","output":{"choices":[{"message":{"content":"a"}}]}})"}) {
    INFO(texts);
    const Call call = call_in(head + texts);
    CHECK(call.dialect == "langfuse");
    CHECK(call.prompt == std::vector<Message>{{"user", "\"q\"", {}, {}, {}}});
    CHECK(call.output->content == "\"a\"");
    CHECK(call.latency_ns() == 1'000'000'000U);
    CHECK(call.tokens_out == 4U);
    CHECK(call.cost_usd == 0.5);
    CHECK_FALSE(call.failed);
    CHECK(call.error.empty());
  }
  const Call failed = call_in(head + R"("level":"ERROR","statusMessage":"gone","input":"q"})");
  CHECK(failed.error == "gone");
}

TEST_CASE("vLLora's spans come as spans, which need their trace", "[traces][lines]") {
  std::vector<Span> spans;
  for (
      const char* line :
      {R"({"trace_id":"t","span_id":"1","parent_span_id":null,"operation_name":"api_invoke","start_time_us":1795337600000000,
            "finish_time_us":1795337601000000,"thread_id":"th","run_id":"r","attribute":{"request":{"messages":[{"role":"user","content":"q"}]}}})",
       R"({"trace_id":"t","span_id":"2","parent_span_id":"1","operation_name":"openai","start_time_us":1795337600100000,
            "finish_time_us":1795337600900000,"attribute":{"output":"{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"a\"}}]}"}})"}) {
    auto read = read_call_line(line);
    REQUIRE(read);
    spans.push_back(std::get<Span>(*read));
  }
  const auto calls = assemble(spans, {}).calls;
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].prompt.at(0).content == "\"q\"");
  CHECK(calls[0].output->content == "\"a\"");
  CHECK(calls[0].thread == "th");
  CHECK(calls[0].latency_ns() == 800'000'000U);
}

TEST_CASE("plain lines: a request and its response, or messages that end with the answer",
          "[traces][lines]") {
  for (
      const char* line :
      {R"({"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]})",
       R"({"messages":[{"role":"user","content":"q"}],"output":"a"})",
       R"({"request":{"model":"m","messages":[{"role":"user","content":"q"}]},"response":{"choices":[{"message":{"role":"assistant","content":"a"}}]}})",
       R"({"prompt":"q","completion":"a"})"}) {
    INFO(line);
    const Call call = call_in(line);
    CHECK(call.prompt == std::vector<Message>{{"user", "\"q\"", {}, {}, {}}});
    CHECK(call.output->content == "\"a\"");
    CHECK(call.span_id == call_in(line).span_id);
    CHECK(call.span_id.size() == 16);
  }
}

TEST_CASE("lines that are nothing known are refused with the shapes that are", "[traces][lines]") {
  CHECK(read_call_line(R"({"hello":1})").error().message().find("LiteLLM") != std::string::npos);
  for (const char* line : {"", "[]", "null", "{", "5", "\xff"}) {
    CHECK(read_call_line(line).error().code == schemas::ErrorCode::invalid_argument);
  }
}

TEST_CASE("moments are read whatever their unit and zone", "[traces][lines]") {
  const std::uint64_t expected = 1'795'337'600'000'000'000U;
  for (const char* text :
       {"1795337600", "1795337600.0", "1795337600000", "1795337600000000", "1795337600000000000"}) {
    INFO(text);
    CHECK(read_time({false, text}) == expected);
  }
  CHECK(read_time({true, "1970-01-01T00:00:01Z"}) == 1'000'000'000U);
  CHECK(read_time({true, "1970-01-01 02:00:00.5+02:00"}) == 500'000'000U);
  for (const char* text :
       {"", "soon", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01", "-5", "1e400"}) {
    CHECK_FALSE(read_time({true, text}));
  }
}
