// The OpenAI-compatible client: chat (streamed too), embeddings, models, of any number of providers.
// Runs on: any thread may call and waits there; one thread of its own ("llm") holds all sockets and timers.
// Retries what may succeed later (429, 408, 409, 5xx, broken connections) with back-off and jitter, and waits
// as long as Retry-After says. Follows no redirects: the host that was configured is the host that is asked.
// Never logs keys or texts.
#pragma once

#include <memory>

#include "steps/llm/chat.hpp"
#include "steps/llm/provider.hpp"

namespace steps::llm {

struct ProviderStatus {
  std::string provider;
  std::string base_url;
  bool reachable = false;
  std::string error;                // why it is not; empty when reachable
  std::vector<std::string> models;  // those configured, else those the server lists
  std::chrono::milliseconds latency{0};
};

struct Traffic {  // since the client was made
  std::string provider;
  std::uint64_t calls = 0;  // that ended, in whatever way; remembered ones are not counted
  std::uint64_t failed = 0;
  std::uint64_t retries = 0;
  std::uint64_t limited = 0;  // answers 429
  Usage usage;
  double cost_usd = 0;  // of the models whose price is known
  std::uint32_t in_flight = 0;
  std::uint32_t waiting = 0;
};

class Client final : public Models {
 public:
  // The providers must have passed check_providers. Reads no key yet: a missing one is an error of the call,
  // so a daemon starts without. Makes no connection.
  explicit Client(std::vector<Provider> providers);
  ~Client() override;  // ends what is under way as cancelled
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] std::vector<schemas::Result<ChatAnswer>> chat_all(std::span<const ChatRequest> requests,
                                                                  const CallOptions& options) override;
  [[nodiscard]] schemas::Result<ChatAnswer> chat(const ChatRequest& request, const CallOptions& options);
  // Streamed. A stream that breaks after its first piece is not tried again: `unavailable`, and the pieces
  // stand.
  [[nodiscard]] schemas::Result<ChatAnswer> stream(const ChatRequest& request, const CallOptions& options,
                                                   OnText on_text);
  [[nodiscard]] schemas::Result<std::vector<std::vector<float>>> embed(const std::string& model,
                                                                       std::span<const std::string> texts,
                                                                       std::uint32_t dimensions,
                                                                       const CallOptions& options) override;
  // Asks every provider for its models, all at once, and waits at most `timeout`.
  [[nodiscard]] std::vector<ProviderStatus> status(std::chrono::milliseconds timeout);
  [[nodiscard]] std::vector<Traffic> traffic() const;

  // The provider and the name to ask it for. blocked: no provider configured, with how to configure one;
  // invalid_argument: no or several providers know the name, with the names there are.
  struct Target {
    const Provider* provider = nullptr;
    std::string model;
  };
  [[nodiscard]] schemas::Result<Target> resolve(const std::string& model) const;
  [[nodiscard]] schemas::Result<void> check_model(const std::string& model) const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace steps::llm
