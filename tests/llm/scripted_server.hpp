// A server that answers as the test says, byte for byte: what no well-behaved peer would send.
// Each connection has a thread; requests are read whole before the script is asked.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "steps/llm/client.hpp"

namespace tests {

class ScriptedServer {
 public:
  // Gets the whole request and how many came before it. What it gives is sent; a response that starts with
  // "!" is followed by an end of the connection ("!" alone: no answer at all).
  using Script = std::function<std::string(const std::string& request, unsigned number)>;

  explicit ScriptedServer(Script script);
  ~ScriptedServer();

  [[nodiscard]] std::string base_url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
  [[nodiscard]] unsigned requests() const { return requests_; }
  [[nodiscard]] unsigned connections() const { return connections_; }

 private:
  void accept_all();
  void serve(int socket);

  Script script_;
  int listening_ = -1;
  unsigned short port_ = 0;
  std::atomic<unsigned> requests_ = 0;
  std::atomic<unsigned> connections_ = 0;
  std::atomic<bool> is_ending_ = false;
  std::mutex mutex_;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

std::string response(unsigned status, const std::string& body, const std::string& headers = "");
// A chat completion that says so.
std::string completion(const std::string& text, const std::string& finish = "stop");
// Quick attempts, few of them.
steps::llm::Provider provider(const std::string& base_url);
steps::llm::ChatRequest ask(const std::string& text, std::uint32_t sample = 0);

}  // namespace tests
