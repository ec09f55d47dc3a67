// What the client sends, gives back, remembers and counts.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <mutex>
#include <set>

#include "tests/llm/scripted_server.hpp"

using namespace tests;
using namespace steps::llm;

TEST_CASE("a question is answered with text, tokens and cost", "[llm]") {
  std::string seen;
  ScriptedServer server([&](const std::string& request, unsigned) {
    seen = request;
    return response(200, completion("four"));
  });
  Provider priced = provider(server.base_url());
  priced.prices["m"] = {.input = 2, .output = 10};
  Client client({priced});
  ChatRequest request = ask("2+2?");
  request.temperature = 0;
  request.max_tokens = 20;
  request.seed = 7;
  const auto answer = client.chat(request, {});
  REQUIRE(answer);
  REQUIRE(answer->text == "four");
  REQUIRE(answer->complete());
  REQUIRE(answer->model == "m-1");
  REQUIRE(answer->usage.input_tokens == 10);
  REQUIRE(answer->usage.output_tokens == 5);
  REQUIRE(*answer->cost_usd == Approx(70e-6));
  REQUIRE(answer->attempts == 1);
  REQUIRE(answer->request_hash == request_hash(request));
  REQUIRE(seen.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
  REQUIRE(seen.find("Authorization") == std::string::npos);
  REQUIRE(seen.ends_with(
      R"({"model":"m","messages":[{"role":"user","content":"2+2?"}],"temperature":0,"max_tokens":20,"seed":7})"));
  REQUIRE(client.traffic().front().usage.input_tokens == 10);
  REQUIRE(client.traffic().front().cost_usd == Approx(70e-6));
}

TEST_CASE("connections are kept and used again, within the limit", "[llm]") {
  ScriptedServer server([](const std::string& request, unsigned) {
    const auto at = request.find("number ");
    return response(200, completion(request.substr(at, request.find('"', at) - at)));
  });
  Provider four = provider(server.base_url());
  four.requests_in_flight_max = 4;
  Client client({four});
  std::vector<ChatRequest> requests;
  for (int i = 0; i < 200; ++i) requests.push_back(ask("number " + std::to_string(i)));
  const auto answers = client.chat_all(requests, {});
  for (std::size_t i = 0; i < answers.size(); ++i) {
    REQUIRE(answers[i]);
    REQUIRE(answers[i]->text == "number " + std::to_string(i));
  }
  REQUIRE(server.requests() == 200);
  REQUIRE(server.connections() <= 4);
}

TEST_CASE("a key travels in the header that the provider wants, and from where it is kept", "[llm]") {
  std::string seen;
  ScriptedServer server([&](const std::string& request, unsigned) {
    seen = request;
    return response(200, completion("ok"));
  });
  Provider keyed = provider(server.base_url());
  keyed.credential = "RFTD_TEST_KEY";
  unsetenv("RFTD_TEST_KEY");
  {
    Client client({keyed});
    const auto missing = client.chat(ask("x"), {});
    REQUIRE(missing.error().code == schemas::ErrorCode::not_found);
    REQUIRE(missing.error().message().find("$CREDENTIALS_DIRECTORY") != std::string::npos);
    REQUIRE(server.requests() == 0);
    setenv("RFTD_TEST_KEY", "sk-secret\n", 1);
    REQUIRE(client.chat(ask("x"), {}));
    REQUIRE(seen.find("\r\nAuthorization: Bearer sk-secret\r\n") != std::string::npos);
  }
  keyed.key_header = KeyHeader::api_key;
  keyed.api_version = "2024-10-21";
  Client azure({keyed});
  REQUIRE(azure.chat(ask("x"), {}));
  REQUIRE(seen.find("\r\napi-key: sk-secret\r\n") != std::string::npos);
  REQUIRE(seen.starts_with("POST /v1/chat/completions?api-version=2024-10-21 "));
  unsetenv("RFTD_TEST_KEY");
}

TEST_CASE("refusals, truncation and tool calls are answers, not errors", "[llm]") {
  std::string body;
  ScriptedServer server([&](const std::string&, unsigned) { return response(200, body); });
  Client client({provider(server.base_url())});
  body = completion("the beginning", "length");
  REQUIRE(client.chat(ask("a"), {})->finish == Finish::length);
  REQUIRE_FALSE(client.chat(ask("a"), {})->complete());
  body = R"({"choices":[{"message":{"content":null,"refusal":"I will not"},"finish_reason":"stop"}]})";
  const auto refused = client.chat(ask("b"), {});
  REQUIRE(refused->finish == Finish::refused);
  REQUIRE(refused->refusal == "I will not");
  body = R"({"choices":[{"message":{"content":""},"finish_reason":"content_filter"}]})";
  REQUIRE(client.chat(ask("c"), {})->finish == Finish::filtered);
  body =
      R"({"choices":[{"message":{"content":null,"tool_calls":[ {"id":"1", "function":{"name":"f"}}]},"finish_reason":"stop"}]})";
  const auto calls = client.chat(ask("d"), {});
  REQUIRE(calls->finish == Finish::tool_calls);
  REQUIRE(calls->tool_calls == R"([{"id":"1","function":{"name":"f"}}])");
  body = R"({"choices":[{"message":{"content":""},"finish_reason":"stop"}]})";
  REQUIRE(client.chat(ask("e"), {})->text.empty());
}

TEST_CASE("what is known is not asked again, and the same twice is asked once", "[llm]") {
  ScriptedServer server([](const std::string&, unsigned number) {
    return response(200, completion("answer " + std::to_string(number)));
  });
  Client client({provider(server.base_url())});
  const auto first = client.chat(ask("a"), {});
  REQUIRE(first->text == "answer 0");
  CallOptions options;
  options.known = [&](std::string_view hash) -> std::optional<ChatAnswer> {
    if (hash == first->request_hash) return *answer_from_json(to_json(*first));
    return std::nullopt;
  };
  const std::vector<ChatRequest> requests{ask("a"), ask("b"), ask("b"), ask("b", 1)};
  const auto answers = client.chat_all(requests, options);
  REQUIRE(server.requests() == 3);
  REQUIRE(answers[0]->text == "answer 0");
  REQUIRE(answers[0]->remembered);
  REQUIRE_FALSE(answers[1]->remembered);
  REQUIRE(answers[2]->text == answers[1]->text);
  REQUIRE(answers[3]->text != answers[1]->text);
}

TEST_CASE("an answer survives being kept", "[llm]") {
  ChatAnswer answer;
  answer.request_hash = "abc";
  answer.model = "m";
  answer.text = "größer \"q\"\n";
  answer.tool_calls = R"([{"id":"1"}])";
  answer.refusal = "no";
  answer.finish = Finish::refused;
  answer.usage = {3, 4};
  answer.cost_usd = 0.25;
  answer.latency = std::chrono::milliseconds(17);
  answer.attempts = 2;
  const auto again = answer_from_json(to_json(answer));
  REQUIRE(again);
  REQUIRE(to_json(*again) == to_json(answer));
  REQUIRE(again->text == answer.text);
  REQUIRE(again->finish == Finish::refused);
  REQUIRE_FALSE(answer_from_json("{}"));
  REQUIRE_FALSE(answer_from_json("x"));
}

TEST_CASE("the hash of a request covers all that shapes the answer", "[llm]") {
  std::set<std::string> hashes;
  const auto with = [&](auto change) {
    ChatRequest request = ask("x");
    change(request);
    hashes.insert(request_hash(request));
  };
  with([](ChatRequest&) {});
  with([](ChatRequest& r) { r.model = "n"; });
  with([](ChatRequest& r) { r.messages = "[]"; });
  with([](ChatRequest& r) { r.tools = "[]"; });
  with([](ChatRequest& r) { r.temperature = 0; });
  with([](ChatRequest& r) { r.top_p = 0; });
  with([](ChatRequest& r) { r.max_tokens = 0; });
  with([](ChatRequest& r) { r.seed = 0; });
  with([](ChatRequest& r) { r.reasoning_effort = "low"; });
  with([](ChatRequest& r) { r.schema = "{}"; });
  with([](ChatRequest& r) { r.sample = 1; });
  REQUIRE(hashes.size() == 11);
  // A changed hash would make every kept answer unknown.
  REQUIRE(request_hash(ask("x")) == "bcdbc051d0876dafbf47f055c59743851432711f1a3fe02f141b0ea354e70a4f");
}

TEST_CASE("a server without json_schema is asked in ways it knows, and that is remembered", "[llm]") {
  // As servers of several makes word it; the last is llama-server where a vocabulary does not suit a grammar.
  const std::string refusal =
      GENERATE(R"({"detail":"response_format is not supported"})",
               R"({"error":{"message":"Failed to initialize samplers: std::exception"}})");
  std::vector<std::string> bodies;
  ScriptedServer server([&](const std::string& request, unsigned) {
    bodies.push_back(request.substr(request.find("\r\n\r\n") + 4));
    if (bodies.back().find("json_schema") != std::string::npos &&
        bodies.back().find("\"type\":\"json_schema\"") != std::string::npos)
      return response(400, R"({"error":{"message":"Unknown response_format type json_schema"}})");
    if (bodies.back().find("json_object") != std::string::npos) return response(422, refusal);
    return response(200, completion("{}"));
  });
  Client client({provider(server.base_url())});
  ChatRequest request = ask("x");
  request.schema = R"({"type":"object"})";
  const auto answer = client.chat(request, {});
  REQUIRE(answer);
  REQUIRE(answer->attempts == 1);
  REQUIRE(bodies.size() == 3);
  REQUIRE(bodies[2].find(R"({"role":"system","content":"Answer with one JSON object)") != std::string::npos);
  request.sample = 1;
  REQUIRE(client.chat(request, {}));
  REQUIRE(bodies.size() == 4);
}

TEST_CASE("reasoning models get max_completion_tokens and no temperature", "[llm]") {
  std::vector<std::string> bodies;
  ScriptedServer server([&](const std::string& request, unsigned) {
    bodies.push_back(request);
    if (request.find("\"max_tokens\"") != std::string::npos)
      return response(
          400,
          R"({"error":{"message":"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."}})");
    if (request.find("\"temperature\"") != std::string::npos)
      return response(400, R"({"error":{"message":"Unsupported value: 'temperature' does not support 0"}})");
    return response(200, completion("ok"));
  });
  Client client({provider(server.base_url())});
  ChatRequest request = ask("x");
  request.temperature = 0;
  request.max_tokens = 9;
  REQUIRE(client.chat(request, {}));
  REQUIRE(bodies.back().find(R"("max_completion_tokens":9)") != std::string::npos);
  REQUIRE(bodies.back().find("temperature") == std::string::npos);
}

TEST_CASE("models are found by name, and without a provider the error says what to do", "[llm]") {
  Provider a = provider("http://127.0.0.1:1/v1");
  Provider b = a;
  b.name = "other";
  b.models = {"m", "n"};
  Client two({a, b});
  REQUIRE(two.resolve("n")->provider->name == "other");
  REQUIRE(two.resolve("peer/m")->provider->name == "peer");
  REQUIRE(two.resolve("peer/unlisted")->model == "unlisted");
  REQUIRE(two.resolve("m").error().found.find("several providers") != std::string::npos);
  REQUIRE(two.resolve("zzz").error().hint == "there are: peer/m, other/m, other/n");
  a.models.clear();
  Client any({a});
  REQUIRE(any.resolve("whatever/has-a-slash")->model == "whatever/has-a-slash");
  Client none({});
  REQUIRE(none.resolve("m").error().code == schemas::ErrorCode::blocked);
  REQUIRE(none.chat(ask("x"), {}).error().code == schemas::ErrorCode::blocked);
  REQUIRE(none.status(std::chrono::seconds(1)).empty());
}

TEST_CASE("texts become vectors, in order", "[llm]") {
  ScriptedServer server([](const std::string& request, unsigned) {
    REQUIRE(request.find(R"("input":["a","b"],"encoding_format":"float","dimensions":2})") !=
            std::string::npos);
    return response(
        200,
        R"({"data":[{"index":1,"embedding":[3,4.5e0]},{"index":0,"embedding":[-1,2]}],"usage":{"prompt_tokens":2}})");
  });
  Client client({provider(server.base_url())});
  const std::vector<std::string> texts{"a", "b"};
  const auto vectors = client.embed("m", texts, 2, {});
  REQUIRE(vectors);
  REQUIRE((*vectors)[0] == std::vector<float>{-1, 2});
  REQUIRE((*vectors)[1] == std::vector<float>{3, 4.5});
}

TEST_CASE("the status names what is reachable and what is not", "[llm]") {
  ScriptedServer server([](const std::string& request, unsigned) {
    REQUIRE(request.starts_with("GET /v1/models HTTP/1.1\r\n"));
    return response(200, R"({"object":"list","data":[{"id":"x"},{"id":"y"}]})");
  });
  Provider here = provider(server.base_url());
  here.models.clear();
  Provider away = provider("http://127.0.0.1:1/v1");
  away.name = "away";
  away.attempts_max = 1;
  Client client({here, away});
  const auto all = client.status(std::chrono::seconds(2));
  REQUIRE(all[0].reachable);
  REQUIRE(all[0].models == std::vector<std::string>{"x", "y"});
  REQUIRE_FALSE(all[1].reachable);
  REQUIRE(all[1].error.find("no connection") != std::string::npos);
}
