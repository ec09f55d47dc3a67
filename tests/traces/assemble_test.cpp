#include "steps/traces/assemble.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace steps::traces;

namespace {

Span span(std::string id, std::string parent, std::string name,
          std::vector<std::pair<std::string, std::string>> texts) {
  Span made;
  made.trace_id = "t";
  made.span_id = std::move(id);
  made.parent_span_id = std::move(parent);
  made.name = std::move(name);
  made.start_ns = 1'000;
  made.end_ns = 3'000;
  for (auto& [key, text] : texts) made.attributes.push_back({key, {true, text}});
  made.origin = std::make_shared<Origin>();
  return made;
}

const std::string asked = R"([{"role":"user","content":"q"}])";
const std::string answered = R"([{"role":"assistant","content":"a"}])";

Span chat(std::string id, std::string parent, std::string output = answered) {
  return span(std::move(id), std::move(parent), "chat",
              {{"gen_ai.operation.name", "chat"},
               {"gen_ai.input.messages", asked},
               {"gen_ai.output.messages", output}});
}

std::vector<Call> calls_of(const std::vector<Span>& spans, const std::vector<LogRecord>& logs = {}) {
  return assemble(spans, logs).calls;
}

LogRecord record(std::string name, std::string body, std::uint64_t time, std::uint32_t index,
                 std::uint64_t batch = 1) {
  LogRecord made;
  made.trace_id = "t";
  made.span_id = "a";
  made.event_name = std::move(name);
  made.body = {false, std::move(body)};
  made.time_ns = time;
  made.batch = batch;
  made.index = index;
  return made;
}

}  // namespace

TEST_CASE("an outer span with the same answer is the same call", "[traces][assemble]") {
  Span outer = chat("outer", "");
  outer.attributes.push_back({"session.id", {true, "s"}});
  outer.attributes.push_back({"gen_ai.usage.input_tokens", {false, "12"}});
  const auto calls = calls_of({outer, chat("inner", "outer")});
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].span_id == "inner");
  CHECK(calls[0].span_ids == std::vector<std::string>{"inner", "outer"});
  CHECK(calls[0].session == "s");
  CHECK(calls[0].tokens_in == 12U);
}

TEST_CASE("a call inside a call that says something else is a call of its own", "[traces][assemble]") {
  const auto calls =
      calls_of({chat("outer", ""), chat("inner", "outer", R"([{"role":"assistant","content":"other"}])")});
  CHECK(calls.size() == 2);
}

TEST_CASE("an agent's span gives way to its calls, and stands for them where there are none",
          "[traces][assemble]") {
  Span agent = chat("agent", "", R"([{"role":"assistant","content":"all in all"}])");
  agent.attributes[0].value.text = "invoke_agent";
  const auto both = calls_of(
      {agent, chat("one", "agent"), chat("two", "agent", R"([{"role":"assistant","content":"b"}])")});
  REQUIRE(both.size() == 2);
  CHECK(both[0].span_ids == std::vector<std::string>{"one"});
  CHECK(both[1].span_ids == std::vector<std::string>{"two", "agent"});
  REQUIRE(calls_of({agent}).size() == 1);
}

TEST_CASE("of several calls within a span the one whose answer it repeats has its id, and no other",
          "[traces][assemble]") {
  Span agent = chat("agent", "", R"([{"role":"assistant","content":"b"}])");
  agent.attributes[0].value.text = "invoke_agent";
  const std::vector<Span> spans{agent, chat("one", "agent"),
                                chat("two", "agent", R"([{"role":"assistant","content":"b"}])"),
                                chat("three", "agent", R"([{"role":"assistant","content":"c"}])")};
  const auto calls = calls_of(spans);
  REQUIRE(calls.size() == 3);
  for (const Call& call : calls) {
    const bool repeated = call.span_id == "two";
    CHECK(call.span_ids.size() == (repeated ? 2 : 1));
  }
}

TEST_CASE("an inner span without texts takes those of the one around it", "[traces][assemble]") {
  const Span inner = span("inner", "between", "openai.chat", {{"gen_ai.request.model", "m"}});
  const auto calls = calls_of({chat("outer", ""), span("between", "outer", "http", {}), inner});
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].span_id == "inner");
  CHECK(calls[0].model() == "m");
  CHECK(calls[0].prompt.size() == 1);
  CHECK(calls[0].output->content == "\"a\"");
}

TEST_CASE("several inner spans without texts leave the call to the one around them", "[traces][assemble]") {
  const auto inner = [](const char* id) { return span(id, "outer", "try", {{"gen_ai.request.model", "m"}}); };
  const Assembled assembled = assemble(std::vector{chat("outer", ""), inner("one"), inner("two")}, {});
  REQUIRE(assembled.calls.size() == 1);
  CHECK(assembled.calls[0].span_id == "outer");
  REQUIRE(assembled.others.size() == 2);
  CHECK(assembled.others[0].why == Problem::told_by_outer);
}

TEST_CASE("spans that name each other as parents end, and lose nothing", "[traces][assemble]") {
  CHECK(calls_of({chat("a", "b"), chat("b", "a", R"([{"role":"assistant","content":"b"}])"), chat("c", "c")})
            .size() >= 2);
}

TEST_CASE("messages come from events, the newest batch of records, and in the order of their times",
          "[traces][assemble]") {
  const Span bare = span("a", "", "chat m", {{"gen_ai.operation.name", "chat"}});
  const std::vector<LogRecord> logs{
      record("gen_ai.choice", R"({"index":0,"finish_reason":"stop","message":{"content":"fine"}})", 20, 3),
      record("gen_ai.user.message", R"({"content":"again"})", 10, 1),
      record("gen_ai.user.message", R"({"content":"again"})", 10, 2),
      record("gen_ai.system.message", R"({"content":"be brief"})", 10, 0),
      record("gen_ai.system.message", R"({"content":"be brief"})", 10, 0),  // the same export once more
      record("http.request", "{}", 10, 9),
  };
  const auto calls = calls_of({bare}, logs);
  REQUIRE(calls.size() == 1);
  REQUIRE(calls[0].prompt.size() == 3);
  CHECK(calls[0].prompt[0].role == "system");
  CHECK(calls[0].prompt[1] == calls[0].prompt[2]);
  CHECK(calls[0].output->content == "\"fine\"");
  CHECK(calls[0].finish_reason == "stop");
  CHECK(calls[0].problems.empty());

  Span with_events = bare;
  with_events.events = {
      {5, "gen_ai.user.message", {{"content", {true, "q"}}}},
      {6, "gen_ai.choice", {{"message", {false, R"({"role":"assistant","content":"a"})"}}}}};
  const auto told = calls_of({with_events});
  CHECK(told[0].prompt.at(0).content == "\"q\"");
  CHECK(told[0].output->content == "\"a\"");
}

TEST_CASE("records of one time that two or three batches have between them are in order",
          "[traces][assemble]") {
  const Span bare = span("a", "", "chat m", {{"gen_ai.operation.name", "chat"}});
  for (const std::vector<std::uint64_t>& batches :
       {std::vector<std::uint64_t>{1, 2, 3}, {3, 2, 1}, {2, 3, 1}}) {
    std::vector<LogRecord> logs;
    for (std::uint32_t number = 0; number < 9; ++number) {
      // Of batches of five: the last two of the first, all of the second, two of the third.
      const std::size_t batch = number < 2 ? 0 : number < 7 ? 1 : 2;
      const std::uint32_t index = number < 2 ? 3 + number : number < 7 ? number - 2 : number - 7;
      const std::string body = R"({"content":")" + std::to_string(number) + R"("})";
      logs.push_back(record("gen_ai.user.message", body, 10, index, batches[batch]));
    }
    std::ranges::reverse(logs);
    const auto calls = calls_of({bare}, logs);
    REQUIRE(calls.at(0).prompt.size() == 9);
    for (std::size_t number = 0; number < 9; ++number) {
      CHECK(calls[0].prompt[number].content == '"' + std::to_string(number) + '"');
    }
  }
}

TEST_CASE("an AI SDK call whose inner span never came has the prompt of its outer one",
          "[traces][assemble]") {
  const auto prompt_of = [](const char* json) {
    return calls_of(
               {span("a", "", "ai.streamText", {{"ai.operationId", "ai.streamText"}, {"ai.prompt", json}})})
        .at(0)
        .prompt;
  };
  const std::vector<Message> wanted{{"system", "\"be brief\"", {}, {}, {}}, {"user", "\"q\"", {}, {}, {}}};
  CHECK(prompt_of(R"({"system":"be brief","prompt":"q"})") == wanted);
  CHECK(prompt_of(R"({"system":"be brief","messages":[{"role":"user","content":"q"}]})") == wanted);
}

TEST_CASE("details in log records: instructions on the span, and a streamed answer in parts",
          "[traces][assemble]") {
  constexpr const char* event = "gen_ai.client.inference.operation.details";
  const Span bare = span("a", "", "chat m",
                         {{"gen_ai.operation.name", "chat"}, {"gen_ai.system_instructions", "be brief"}});
  const auto details = [](const char* attribute, std::string messages, std::uint64_t time) {
    LogRecord made = record(event, "", time, 0, time);
    made.attributes = {{attribute, {false, std::move(messages)}}};
    return made;
  };
  const std::string question = R"({"role":"user","parts":[{"type":"text","content":"q"}]})";
  const std::string instructions = R"({"role":"system","parts":[{"type":"text","content":"be brief"}]},)";
  const auto answer = [](std::string part) { return R"([{"role":"assistant","parts":[)" + part + "]}]"; };
  const auto tool_call = [](std::string id) {
    return R"({"type":"tool_call","id":")" + id + R"(","name":"f","arguments":"{}"})";
  };
  const LogRecord text = details("gen_ai.output.messages", answer(R"({"type":"text","content":"a"})"), 2);
  for (const std::string& head : {std::string(), instructions}) {
    const auto calls = calls_of({bare}, {details("gen_ai.input.messages", "[" + head + question + "]", 1),
                                         text, details("gen_ai.output.messages", answer(tool_call("1")), 3),
                                         details("gen_ai.output.messages", answer(tool_call("2")), 4),
                                         details("gen_ai.output.messages", answer(tool_call("2")), 5)});
    REQUIRE(calls.size() == 1);
    REQUIRE(calls[0].prompt.size() == 2);
    CHECK(calls[0].prompt[0].content == "\"be brief\"");
    CHECK(calls[0].prompt[1].content == "\"q\"");
    CHECK(calls[0].output->content == "\"a\"");
    CHECK(calls[0].output->tool_calls.size() == 2);
  }
}

TEST_CASE("items of the responses API that stand as messages of their own are one answer",
          "[traces][assemble]") {
  Span inference = span("a", "", "OpenAI Responses", {{"openinference.span.kind", "LLM"}});
  const auto add = [&](std::string list, int at, std::string field, std::string text) {
    inference.attributes.push_back(
        {"llm." + list + "_messages." + std::to_string(at) + ".message." + field, {true, std::move(text)}});
  };
  add("input", 0, "role", "user");
  add("input", 0, "content", "q");
  for (const char* list : {"input", "output"}) {
    const int first = list == std::string("input") ? 1 : 0;
    for (int at = first; at < first + 3; ++at) add(list, at, "role", "assistant");
    add(list, first, "contents.0.message_content.type", "output_text");
    add(list, first, "contents.0.message_content.text", "let me see");
    for (int at = first + 1; at < first + 3; ++at) {
      add(list, at, "tool_calls.0.tool_call.id", "call_" + std::to_string(at - first));
      add(list, at, "tool_calls.0.tool_call.function.name", "f");
      add(list, at, "tool_calls.0.tool_call.function.arguments", "{}");
    }
  }
  const auto calls = calls_of({inference});
  REQUIRE(calls.size() == 1);
  REQUIRE(calls[0].prompt.size() == 2);
  REQUIRE(calls[0].output);
  CHECK(calls[0].prompt[1] == *calls[0].output);
  CHECK(calls[0].output->content == "\"let me see\"");
  CHECK(calls[0].output->tool_calls.size() == 2);
  CHECK(calls[0].other_answers == 0);
}

TEST_CASE("a request's items in one text are messages again, and a user's JSON stays a text",
          "[traces][assemble]") {
  const auto asked_with = [](std::string text) {
    std::string quoted;
    for (const char c : text) quoted += (c == '"' ? "\\\"" : std::string(1, c));
    const std::string messages =
        R"([{"role":"user","parts":[{"type":"text","content":")" + quoted + R"("}]}])";
    return calls_of({span("a", "", "chat m",
                          {{"gen_ai.operation.name", "chat"}, {"gen_ai.input.messages", messages}})})
        .at(0)
        .prompt;
  };
  const auto items = asked_with(
      R"([{"role":"user","content":"q"},{"type":"function_call","call_id":"1","name":"f","arguments":"5"},)"
      R"({"type":"function_call_output","call_id":"1","output":"x"}])");
  REQUIRE(items.size() == 3);
  CHECK(items[0].content == "\"q\"");
  CHECK(items[1].tool_calls.size() == 1);
  CHECK(items[2].tool_call_id == "1");
  for (const char* text : {R"([{"name":"x","role":"admin"}])", R"([{"type":"text","text":"q"}])",
                           R"([{"role":"user",)", R"([1])"}) {
    const auto kept = asked_with(text);
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].content.size() > std::string(text).size());
  }
}

TEST_CASE("attributes of the wrong type are named and cost nothing else", "[traces][assemble]") {
  Span wrong = chat("a", "");
  wrong.attributes.push_back({"gen_ai.usage.input_tokens", {true, "many"}});
  wrong.attributes.push_back({"gen_ai.usage.output_tokens", {false, "7"}});
  wrong.attributes.push_back({"gen_ai.request.model", {false, "[1]"}});
  wrong.attributes[1].value = {false, "5"};
  const auto calls = calls_of({wrong});
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].tokens_out == 7U);
  CHECK_FALSE(calls[0].tokens_in);
  CHECK(calls[0].output->content == "\"a\"");
  CHECK(calls[0].problems.size() == 3);
}

TEST_CASE("spans of other things are told from calls in a language nobody knows", "[traces][assemble]") {
  const Assembled assembled = assemble(
      std::vector{
          span("a", "", "GET /", {{"http.method", "GET"}}), span("b", "", "x", {{"llm.something", "new"}}),
          span("c", "", "embed", {{"gen_ai.operation.name", "embeddings"}, {"gen_ai.request.model", "e"}})},
      {});
  CHECK(assembled.calls.empty());
  REQUIRE(assembled.others.size() == 3);
  CHECK(assembled.others[0].why == Problem::not_a_call);
  CHECK(assembled.others[1].why == Problem::unknown_dialect);
  CHECK(assembled.others[2].why == Problem::not_a_call);
}

TEST_CASE("OpenLLMetry's flattened prompts of before are read in the order of their numbers",
          "[traces][assemble]") {
  std::vector<std::pair<std::string, std::string>> texts{{"llm.request.type", "chat"},
                                                         {"gen_ai.system", "openai"}};
  for (int i = 11; i >= 0; --i) {
    texts.emplace_back("gen_ai.prompt." + std::to_string(i) + ".role", i % 2 == 0 ? "user" : "assistant");
    texts.emplace_back("gen_ai.prompt." + std::to_string(i) + ".content", std::to_string(i));
  }
  texts.emplace_back("gen_ai.completion.0.role", "assistant");
  texts.emplace_back("gen_ai.completion.0.finish_reason", "tool_calls");
  texts.emplace_back("gen_ai.completion.0.tool_calls.0.id", "c1");
  texts.emplace_back("gen_ai.completion.0.tool_calls.0.name", "f");
  texts.emplace_back("gen_ai.completion.0.tool_calls.0.arguments", R"({"x": 1})");
  texts.emplace_back("llm.request.functions.0.name", "f");
  texts.emplace_back("llm.request.functions.0.parameters", R"({"type":"object"})");
  texts.emplace_back("gen_ai.usage.prompt_tokens", "5");
  const auto calls = calls_of({span("a", "", "openai.chat", texts)});
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].dialect == "traceloop");
  REQUIRE(calls[0].prompt.size() == 12);
  CHECK(calls[0].prompt[10].content == "\"10\"");
  CHECK(calls[0].output->tool_calls == std::vector<ToolCall>{{"c1", "f", R"({"x": 1})"}});
  CHECK(calls[0].tools == R"([{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}])");
  CHECK(calls[0].finish_reason == "tool_calls");
  CHECK(calls[0].tokens_in == 5U);
}

TEST_CASE("vLLora's spans around one request are one call with all that they say", "[traces][assemble]") {
  const auto spans =
      std::vector{span("1", "", "api_invoke",
                       {{"request", R"({"model":"gpt","messages":[{"role":"user","content":"q"}]})"},
                        {"label", "support"},
                        {"thread_id", "th"},
                        {"run_id", "r"}}),
                  span("2", "1", "model_call",
                       {{"model_name", "openai/gpt"},
                        {"cost", R"({"cost":0.25})"},
                        {"ttft", "1500"},
                        {"usage", R"({"input_tokens":3,"output_tokens":4})"}}),
                  span("3", "2", "openai",
                       {{"input", asked},
                        {"provider_name", "openai"},
                        {"output", R"({"choices":[{"message":{"role":"assistant","content":"a"}}]})"}})};
  const auto calls = calls_of(spans);
  REQUIRE(calls.size() == 1);
  const Call& call = calls[0];
  CHECK(call.span_ids == std::vector<std::string>{"3", "1", "2"});
  CHECK(call.output->content == "\"a\"");
  CHECK(call.cost_usd == 0.25);
  CHECK(call.first_token_ns == 1'500'000U);
  CHECK(call.tokens_out == 4U);
  CHECK(call.thread == "th");
  CHECK(call.run == "r");
  CHECK(call.labels == std::vector<std::string>{"support"});
}

TEST_CASE("clocks that go backwards and spans from the future are taken as they are", "[traces][assemble]") {
  Span odd = chat("a", "");
  odd.start_ns = 18'000'000'000'000'000'000U;
  odd.end_ns = 5;
  const auto calls = calls_of({odd});
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].latency_ns() == 0);
}

TEST_CASE("a long chain of spans costs no more than its length", "[traces][assemble]") {
  std::vector<Span> chain;
  for (int i = 0; i < 20'000; ++i) chain.push_back(chat(std::to_string(i), std::to_string(i + 1)));
  CHECK(calls_of(chain).size() < 1'000);
}
