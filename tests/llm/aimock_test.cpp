// The client against a scripted model server that others wrote (@copilotkit/aimock), and against its faults.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "tests/llm/scripted_server.hpp"

using namespace tests;
using namespace steps::llm;
using schemas::ErrorCode;

extern char** environ;

namespace {

unsigned short free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0);
  getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  close(probe);
  return ntohs(address.sin_port);
}

// The server with some of its fault switches.
class AiMock {
 public:
  explicit AiMock(std::vector<std::string> switches = {}) : port_(free_port()) {
    std::vector<std::string> words{"node", RFTD_AIMOCK,          "-p",          std::to_string(port_),
                                   "-f",   RFTD_AIMOCK_FIXTURES, "--log-level", "silent"};
    words.insert(words.end(), switches.begin(), switches.end());
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    REQUIRE(posix_spawnp(&pid_, "node", nullptr, nullptr, arguments.data(), environ) == 0);
    wait_until_there();
  }
  ~AiMock() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  [[nodiscard]] Provider as_provider(std::uint32_t attempts = 3) const {
    Provider p = provider("http://127.0.0.1:" + std::to_string(port_) + "/v1");
    p.attempts_max = attempts;
    return p;
  }

 private:
  void wait_until_there() const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    for (int tries = 0; tries < 1000; ++tries) {
      const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const bool there = connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
      close(probe);
      if (there) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    FAIL("aimock did not start");
  }

  unsigned short port_;
  pid_t pid_ = 0;
};

}  // namespace

TEST_CASE("aimock: chat, schema, tools, truncation, streams, embeddings, models", "[llm][aimock]") {
  const AiMock mock;
  Client client({mock.as_provider()});
  const auto hello = client.chat(ask("hello"), {});
  REQUIRE(hello);
  REQUIRE(hello->text == "Hello!");
  REQUIRE(hello->usage.input_tokens == 9);

  ChatRequest judged = ask("grade this");
  judged.schema =
      R"({"type":"object","properties":{"score":{"type":"number"}},"required":["score"],"additionalProperties":false})";
  REQUIRE(client.chat(judged, {})->text == R"({"reasoning":"fits","score":0.75})");

  REQUIRE(client.chat(ask("cut short"), {})->finish == Finish::length);
  const auto tool = client.chat(ask("call a tool"), {});
  REQUIRE(tool->finish == Finish::tool_calls);
  REQUIRE(tool->tool_calls.find(R"("name":"find")") != std::string::npos);

  std::string story;
  unsigned pieces = 0;
  const auto streamed = client.stream(ask("tell a story"), {}, [&](std::string_view piece) {
    story += piece;
    ++pieces;
  });
  REQUIRE(streamed);
  REQUIRE(streamed->text == story);
  REQUIRE(story.starts_with("Once upon a time"));
  REQUIRE(pieces > 1);

  const std::vector<std::string> texts{"a", "b", "c"};
  const auto vectors = client.embed("m", texts, 16, {});
  REQUIRE(vectors);
  REQUIRE(vectors->size() == 3);
  REQUIRE(vectors->front().size() == 16);
  REQUIRE(client.status(std::chrono::seconds(5)).front().reachable);
  REQUIRE_FALSE(client.chat(ask("nobody wrote this"), {}));
}

TEST_CASE("aimock: limits, failures, broken JSON and dropped connections are told apart", "[llm][aimock]") {
  const auto error = [](std::vector<std::string> switches) {
    const AiMock mock(std::move(switches));
    Client client({mock.as_provider(1)});
    return client.chat(ask("hello"), {}).error().code;
  };
  REQUIRE(error({"--chaos-ratelimit", "1"}) == ErrorCode::busy);
  REQUIRE(error({"--chaos-drop", "1"}) == ErrorCode::unavailable);
  REQUIRE(error({"--chaos-malformed", "1"}) == ErrorCode::corrupt);
  REQUIRE(error({"--chaos-disconnect", "1"}) == ErrorCode::unavailable);
}

TEST_CASE("aimock: a server that often fails is asked until it answers", "[llm][aimock]") {
  const AiMock mock({"--chaos-drop", "0.3", "--chaos-disconnect", "0.2"});
  Provider patient = mock.as_provider(20);
  patient.requests_in_flight_max = 16;
  Client client({patient});
  std::vector<ChatRequest> requests;
  for (std::uint32_t i = 0; i < 12; ++i) requests.push_back(ask("hello", i));
  for (const auto& answer : client.chat_all(requests, {})) REQUIRE(answer);
}

TEST_CASE("aimock: latency runs into the timeout", "[llm][aimock]") {
  const AiMock mock({"--chaos-latency", "3000"});
  Provider hasty = mock.as_provider(1);
  hasty.attempt_timeout = std::chrono::milliseconds(200);
  Client client({hasty});
  REQUIRE(client.chat(ask("hello"), {}).error().found.find("none in time") == 0);
}
