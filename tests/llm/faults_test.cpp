// Servers that fail in every way a server can.
#include <catch2/catch.hpp>
#include <chrono>

#include "tests/llm/scripted_server.hpp"

using namespace tests;
using namespace steps::llm;
using schemas::ErrorCode;
using Clock = std::chrono::steady_clock;

TEST_CASE("a limited request comes again when the server said", "[llm][fault]") {
  ScriptedServer server([](const std::string&, unsigned number) {
    if (number == 0) return response(429, R"({"error":{"message":"slow down"}})", "retry-after-ms: 120\r\n");
    return response(200, completion("ok"));
  });
  Client client({provider(server.base_url())});
  const auto began = Clock::now();
  const auto answer = client.chat(ask("x"), {});
  REQUIRE(answer);
  REQUIRE(answer->attempts == 2);
  REQUIRE(Clock::now() - began >= std::chrono::milliseconds(115));
  const Traffic traffic = client.traffic().front();
  REQUIRE(traffic.retries == 1);
  REQUIRE(traffic.limited == 1);
}

TEST_CASE("a limit that lasts is busy, with the server's words", "[llm][fault]") {
  ScriptedServer server([](const std::string&, unsigned) {
    return response(429, R"({"error":{"message":"slow down"}})", "retry-after-ms: 5\r\n");
  });
  Client client({provider(server.base_url())});
  const auto answer = client.chat(ask("x"), {});
  REQUIRE(answer.error().code == ErrorCode::busy);
  REQUIRE(answer.error().message().find("status 429: slow down (3 attempts)") != std::string::npos);
  REQUIRE(server.requests() == 3);
}

TEST_CASE("a wait longer than the deadline is not waited for", "[llm][fault]") {
  ScriptedServer server(
      [](const std::string&, unsigned) { return response(429, "{}", "Retry-After: 3600\r\n"); });
  Client client({provider(server.base_url())});
  REQUIRE(client.chat(ask("x"), {}).error().code == ErrorCode::busy);
  REQUIRE(server.requests() == 1);
}

TEST_CASE("an empty account is not asked again", "[llm][fault]") {
  ScriptedServer server([](const std::string&, unsigned) {
    return response(429, R"({"error":{"message":"You exceeded your quota","code":"insufficient_quota"}})");
  });
  Client client({provider(server.base_url())});
  const auto answer = client.chat(ask("x"), {});
  REQUIRE(answer.error().hint.find("no quota left") != std::string::npos);
  REQUIRE(server.requests() == 1);
}

TEST_CASE("errors of the server are tried again, those of the request are not", "[llm][fault]") {
  unsigned status = 500;
  ScriptedServer server([&](const std::string&, unsigned) {
    return response(status, R"({"error":{"message":"because"}})", "retry-after-ms: 1\r\n");
  });
  Client client({provider(server.base_url())});
  const std::vector<std::tuple<unsigned, ErrorCode, unsigned>> cases{
      {500, ErrorCode::unavailable, 3},      {502, ErrorCode::unavailable, 3},
      {503, ErrorCode::unavailable, 3},      {408, ErrorCode::unavailable, 3},
      {400, ErrorCode::invalid_argument, 1}, {401, ErrorCode::unauthenticated, 1},
      {403, ErrorCode::unauthenticated, 1},  {404, ErrorCode::not_found, 1},
      {413, ErrorCode::too_large, 1},        {501, ErrorCode::unavailable, 1}};
  std::uint32_t sample = 0;
  for (const auto& [given, code, attempts] : cases) {
    status = given;
    const unsigned before = server.requests();
    const auto answer = client.chat(ask("x", ++sample), {});
    INFO(given);
    REQUIRE_FALSE(answer);
    REQUIRE(answer.error().code == code);
    REQUIRE(answer.error().message().find("because") != std::string::npos);
    REQUIRE(server.requests() - before == attempts);
  }
}

TEST_CASE("answers that are no answer are corrupt, once they stay so", "[llm][fault]") {
  std::string body;
  ScriptedServer server([&](const std::string&, unsigned number) {
    return response(200, number % 2 == 1 && body == "once" ? completion("ok") : body);
  });
  Provider quick = provider(server.base_url());
  quick.attempts_max = 2;
  Client client({quick});
  body = "once";
  REQUIRE(client.chat(ask("once"), {})->text == "ok");
  quick.attempts_max = 1;
  Client strict({quick});
  std::uint32_t sample = 0;
  for (const char* bad : {"<html>", "{", "", "[]", "{}", R"({"choices":[]})", R"({"choices":[{}]})",
                          R"({"choices":[{"message":"x"}]})"}) {
    body = bad;
    const auto answer = strict.chat(ask("x", ++sample), {});
    INFO(bad);
    REQUIRE_FALSE(answer);
    REQUIRE(answer.error().code == ErrorCode::corrupt);
  }
}

TEST_CASE("a broken connection is tried again", "[llm][fault]") {
  ScriptedServer server([](const std::string&, unsigned number) {
    const std::string whole = response(200, completion("ok"));
    if (number == 0) return std::string("!");
    if (number == 1) return "!" + whole.substr(0, whole.size() - 20);
    return whole;
  });
  Client client({provider(server.base_url())});
  const auto answer = client.chat(ask("x"), {});
  REQUIRE(answer);
  REQUIRE(answer->text == "ok");
}

TEST_CASE("a kept connection that the server closed costs no attempt", "[llm][fault]") {
  ScriptedServer server([](const std::string&, unsigned) { return "!" + response(200, completion("ok")); });
  Client client({provider(server.base_url())});
  for (std::uint32_t i = 0; i < 5; ++i) REQUIRE(client.chat(ask("x", i), {})->attempts == 1);
}

TEST_CASE("an answer over the limit is refused before it fills the memory", "[llm][fault]") {
  const std::string huge = response(200, completion(std::string(20U << 20U, 'x')));
  ScriptedServer server([&](const std::string&, unsigned) { return huge; });
  Client client({provider(server.base_url())});
  const auto answer = client.chat(ask("x"), {});
  REQUIRE(answer.error().code == ErrorCode::too_large);
  REQUIRE(answer.error().hint.find("answer_bytes_max") != std::string::npos);
  REQUIRE(server.requests() == 1);
}

TEST_CASE("redirects are not followed", "[llm][fault]") {
  ScriptedServer elsewhere([](const std::string&, unsigned) { return response(200, completion("stolen")); });
  ScriptedServer server([&](const std::string&, unsigned) {
    return response(307, "", "Location: " + elsewhere.base_url() + "/chat/completions\r\n");
  });
  Client client({provider(server.base_url())});
  const auto answer = client.chat(ask("x"), {});
  REQUIRE(answer.error().message().find("redirects are not followed") != std::string::npos);
  REQUIRE(elsewhere.requests() == 0);
}

TEST_CASE("a server that repeats the key is not quoted", "[llm][fault]") {
  setenv("RFTD_TEST_KEY_2", "sk-very-secret", 1);
  ScriptedServer server([](const std::string&, unsigned) {
    return response(401, R"({"error":{"message":"Incorrect API key provided: sk-very-secret."}})");
  });
  Provider keyed = provider(server.base_url());
  keyed.credential = "RFTD_TEST_KEY_2";
  Client client({keyed});
  const auto answer = client.chat(ask("x"), {});
  REQUIRE(answer.error().message().find("provided: [key].") != std::string::npos);
  REQUIRE(answer.error().message().find("sk-very-secret") == std::string::npos);
}

TEST_CASE("a server that never answers runs into the timeout of the attempt", "[llm][fault]") {
  ScriptedServer server([](const std::string&, unsigned) { return std::string(); });
  Provider hasty = provider(server.base_url());
  hasty.attempt_timeout = std::chrono::milliseconds(80);
  hasty.total_timeout = std::chrono::milliseconds(400);
  Client client({hasty});
  const auto began = Clock::now();
  const auto answer = client.chat(ask("x"), {});
  REQUIRE(answer.error().code == ErrorCode::unavailable);
  REQUIRE(answer.error().found.find("none in time") == 0);
  REQUIRE(Clock::now() - began < std::chrono::seconds(5));
}

TEST_CASE("a wish to stop ends calls under way and starts no waiting ones", "[llm][fault]") {
  ScriptedServer server([](const std::string&, unsigned) { return std::string(); });
  Provider two = provider(server.base_url());
  two.requests_in_flight_max = 2;
  Client client({two});
  std::stop_source stop;
  std::vector<ChatRequest> requests;
  for (std::uint32_t i = 0; i < 50; ++i) requests.push_back(ask("x", i));
  const std::jthread later([&] {
    while (server.requests() < 2) std::this_thread::yield();
    stop.request_stop();
  });
  for (const auto& answer : client.chat_all(requests, {stop.get_token(), {}}))
    REQUIRE(answer.error().code == ErrorCode::cancelled);
  REQUIRE(server.requests() == 2);
}

TEST_CASE("a stream arrives in pieces", "[llm][stream]") {
  const std::string events =
      "data: {\"model\":\"m-1\",\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
      ": a comment\n\n"
      "data: {\"choices\":[{\"delta\":{\"content\":\"fo\"}}]}\r\n\r\n"
      "data: {\"choices\":[{\"delta\":{\"content\":\"ur\"}}]}\n\n"
      "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n"
      "data: [DONE]\n\n";
  std::string seen;
  ScriptedServer server([&](const std::string& request, unsigned) {
    seen = request;
    std::string chunked =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const char c : events) chunked += std::string("1\r\n") + c + "\r\n";
    return chunked + "0\r\n\r\n";
  });
  Client client({provider(server.base_url())});
  std::vector<std::string> pieces;
  const auto answer =
      client.stream(ask("x"), {}, [&](std::string_view piece) { pieces.emplace_back(piece); });
  REQUIRE(answer);
  REQUIRE(pieces == std::vector<std::string>{"fo", "ur"});
  REQUIRE(answer->text == "four");
  REQUIRE(answer->usage.output_tokens == 2);
  REQUIRE(seen.find(R"("stream":true,"stream_options":{"include_usage":true})") != std::string::npos);
}

TEST_CASE("streamed tool calls are put together", "[llm][stream]") {
  const std::string events =
      R"(data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"fi","arguments":""}}]}}]})"
      "\n\n"
      R"(data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"nd","arguments":"{\"a\":"}}]}}]})"
      "\n\n"
      R"(data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]},"finish_reason":"tool_calls"}]})"
      "\n\ndata: [DONE]\n\n";
  ScriptedServer server([&](const std::string&, unsigned) {
    return "!HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + events;
  });
  Client client({provider(server.base_url())});
  const auto answer = client.stream(ask("x"), {}, {});
  REQUIRE(answer->finish == Finish::tool_calls);
  REQUIRE(answer->tool_calls ==
          R"([{"id":"c1","type":"function","function":{"name":"find","arguments":"{\"a\":1}"}}])");
}

TEST_CASE("a stream that breaks after its first piece is not asked for again", "[llm][stream]") {
  ScriptedServer server([&](const std::string&, unsigned) {
    return std::string("!HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n") +
           R"(data: {"choices":[{"delta":{"content":"half"}}]})" + "\n\n";
  });
  Client client({provider(server.base_url())});
  std::string text;
  const auto answer = client.stream(ask("x"), {}, [&](std::string_view piece) { text += piece; });
  REQUIRE(answer.error().code == ErrorCode::unavailable);
  REQUIRE(answer.error().found.find("it broke off") == 0);
  REQUIRE(text == "half");
  REQUIRE(server.requests() == 1);
}

TEST_CASE("a server that cannot stream answers in one piece", "[llm][stream]") {
  ScriptedServer server([&](const std::string&, unsigned) { return response(200, completion("whole")); });
  Client client({provider(server.base_url())});
  std::string text;
  REQUIRE(client.stream(ask("x"), {}, [&](std::string_view piece) { text += piece; })->text == "whole");
  REQUIRE(text == "whole");
}
