#include "tests/llm/scripted_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace tests {

ScriptedServer::ScriptedServer(Script script) : script_(std::move(script)) {
  listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listening_, 256) != 0)
    std::abort();
  getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedServer::~ScriptedServer() {
  is_ending_ = true;
  shutdown(listening_, SHUT_RDWR);
  acceptor_.join();
  close(listening_);
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  for (auto& thread : threads_) thread.join();
  for (const int socket : sockets_) close(socket);
}

void ScriptedServer::accept_all() {
  while (!is_ending_) {
    const int socket = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    ++connections_;
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] { serve(socket); });
  }
}

void ScriptedServer::serve(int socket) {
  std::string held;
  char buffer[16384];
  while (true) {
    const auto header_end = held.find("\r\n\r\n");
    std::size_t whole = std::string::npos;
    if (header_end != std::string::npos) {
      const auto length = held.find("Content-Length: ");
      whole =
          header_end + 4 + (length < header_end ? std::strtoul(held.c_str() + length + 16, nullptr, 10) : 0);
    }
    if (whole == std::string::npos || held.size() < whole) {
      const ssize_t got = recv(socket, buffer, sizeof buffer, 0);
      if (got <= 0) return;
      held.append(buffer, static_cast<std::size_t>(got));
      continue;
    }
    std::string answer = script_(held.substr(0, whole), requests_++);
    held.erase(0, whole);
    const bool ends = answer.starts_with('!');
    if (ends) answer.erase(0, 1);
    std::string_view rest = answer;
    while (!rest.empty()) {
      const ssize_t put = send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (put <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(put));
    }
    if (ends) {
      shutdown(socket, SHUT_RDWR);
      return;
    }
  }
}

std::string response(unsigned status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/json\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string completion(const std::string& text, const std::string& finish) {
  return R"({"id":"c","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":")" +
         text + R"(","refusal":null},"finish_reason":")" + finish +
         R"("}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}})";
}

steps::llm::Provider provider(const std::string& base_url) {
  steps::llm::Provider provider;
  provider.name = "peer";
  provider.base_url = base_url;
  provider.models = {"m"};
  provider.attempts_max = 3;
  provider.attempt_timeout = std::chrono::seconds(10);
  return provider;
}

steps::llm::ChatRequest ask(const std::string& text, std::uint32_t sample) {
  steps::llm::ChatRequest request;
  request.model = "m";
  request.messages = R"([{"role":"user","content":")" + text + "\"}]";
  request.sample = sample;
  return request;
}

}  // namespace tests
