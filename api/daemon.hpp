// Everything of one running daemon, in the order in which it comes to life: store, engine, hub, server. Built
// and stopped on the main thread; tests build the same. The destructor stops.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "api/config.hpp"

namespace engine {
class Clock;
class Engine;
}  // namespace engine

namespace api {

class Daemon {
 public:
  // Opens the store, loads every dataset, listens. `clock` null = the system's.
  static schemas::Result<std::unique_ptr<Daemon>> start(Config config, engine::Clock* clock = nullptr);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] engine::Engine& engine();
  // Both loops have come round within that time: what a watchdog asks. Not from the api thread.
  [[nodiscard]] bool alive(std::chrono::milliseconds within);
  // From now on these are the tokens.
  void replace_tokens(std::vector<Token> tokens);
  // Stops accepting, ends event streams, lets answers under way finish, then the engine: within `patience`.
  void stop(std::chrono::milliseconds patience);

 private:
  struct Parts;
  explicit Daemon(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// Where the token ranks are: `assets` of the configuration, beside the program, or where it was built.
std::string assets_folder(const Config& config);

}  // namespace api
