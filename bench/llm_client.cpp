// What the model client costs beside raw sockets: 64 calls in flight to a server in the same program that
// answers at once, and to one that thinks for 20 ms, as the fastest models do. Raw: 64 threads, each a kept
// connection that sends the same bytes and reads the same answer.
#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "bench/measure.hpp"
#include "steps/llm/client.hpp"

namespace {

using namespace steps::llm;

constexpr unsigned in_flight = 64;

const std::string answer_body =
    R"({"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"{\"score\":0.5,\"reasoning\":\"about half of it is right\"}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":200,"completion_tokens":20}})";
const std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                           std::to_string(answer_body.size()) + "\r\n\r\n" + answer_body;
const std::string question_body = R"({"model":"m","messages":[{"role":"user","content":")" +
                                  std::string(800, 'q') + R"("}],"temperature":0})";
const std::string question =
    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
    "application/json\r\nContent-Length: " +
    std::to_string(question_body.size()) + "\r\n\r\n" + question_body;

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

// Reads one message with a Content-Length.
bool read_message(int socket, std::string& held) {
  char buffer[8192];
  while (true) {
    const auto end = held.find("\r\n\r\n");
    if (end != std::string::npos) {
      const auto length = held.find("Content-Length: ");
      const std::size_t whole = end + 4 + std::strtoul(held.c_str() + length + 16, nullptr, 10);
      if (held.size() >= whole) {
        held.erase(0, whole);
        return true;
      }
    }
    const ssize_t got = recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    held.append(buffer, static_cast<std::size_t>(got));
  }
}

class Server {
 public:
  explicit Server(std::chrono::milliseconds thinking) : thinking_(thinking) {
    listening_ = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listening_, 256) != 0)
      bench::give_up("no port");
    getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    std::thread([this] {
      while (true) {
        const int socket = accept(listening_, nullptr, nullptr);
        if (socket < 0) return;
        const int one = 1;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        std::thread([this, socket] {
          std::string held;
          while (read_message(socket, held)) {
            if (thinking_.count() > 0) std::this_thread::sleep_for(thinking_);
            if (!send_all(socket, answer)) break;
          }
          close(socket);
        }).detach();
      }
    }).detach();
  }
  sockaddr_in address{};

 private:
  std::chrono::milliseconds thinking_;
  int listening_ = -1;
};

double raw_seconds(const Server& server, unsigned calls) {
  std::atomic<unsigned> next = 0;
  std::vector<std::thread> threads;
  const bench::Stopwatch watch;
  for (unsigned t = 0; t < in_flight; ++t) {
    threads.emplace_back([&] {
      const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
      const int one = 1;
      setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      if (connect(socket, reinterpret_cast<const sockaddr*>(&server.address), sizeof server.address) != 0)
        bench::give_up("refused");
      std::string held;
      while (next++ < calls) {
        if (!send_all(socket, question) || !read_message(socket, held)) bench::give_up("raw call failed");
      }
      close(socket);
    });
  }
  for (auto& thread : threads) thread.join();
  return watch.seconds();
}

double client_seconds(const Server& server, unsigned calls, std::uint32_t round) {
  Provider provider;
  provider.name = "bench";
  provider.base_url = "http://127.0.0.1:" + std::to_string(ntohs(server.address.sin_port)) + "/v1";
  provider.requests_in_flight_max = in_flight;
  Client client({provider});
  std::vector<ChatRequest> requests(calls);
  for (unsigned i = 0; i < calls; ++i) {
    requests[i].model = "m";
    requests[i].messages = R"([{"role":"user","content":")" + std::string(800, 'q') + R"("}])";
    requests[i].temperature = 0;
    requests[i].sample = round * calls + i;
  }
  const bench::Stopwatch watch;
  for (const auto& result : client.chat_all(requests, {})) {
    if (!result) bench::give_up(result.error().message());
  }
  return watch.seconds();
}

void compare(const char* name, std::chrono::milliseconds thinking, unsigned calls, std::uint64_t rounds) {
  const Server server(thinking);
  std::vector<double> raw;
  std::vector<double> client;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    raw.push_back(raw_seconds(server, calls) * 1000 / calls);
    client.push_back(client_seconds(server, calls, static_cast<std::uint32_t>(round)) * 1000 / calls);
  }
  const double r = bench::median(raw);
  const double c = bench::median(client);
  fmt::print("| {:<22} | {:>8.4f} | {:>8.4f} | {:>+9.4f} | {:>+9.4f} |\n", name, r, c, c - r,
             (c - r) * in_flight);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t rounds = bench::number_option(argc, argv, "rounds", 7);
  const auto calls = static_cast<unsigned>(bench::number_option(argc, argv, "calls", 10'000));
  fmt::print("{} calls, {} in flight; milliseconds\n\n", calls, in_flight);
  fmt::print(
      "| server                 | raw/call | ours/call | per call more | latency more "
      "|\n|---|---|---|---|---|\n");
  compare("answers at once", std::chrono::milliseconds(0), calls, rounds);
  compare("thinks for 20 ms", std::chrono::milliseconds(20), std::min(calls, 3200U), rounds);
  fmt::print("\ntarget: at most 0.2 ms more per call\n");
  std::fflush(stdout);
  _exit(0);  // the servers' threads never end
}
