// Who may come in: host, origin, token and rate of a request, before any handler sees it. Lives on the api
// thread. Never logs or answers with a token.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "api/config.hpp"
#include "api/handler.hpp"

namespace api {

// Against DNS rebinding: 421 for a Host that is not ours. Empty when it is.
Result<void> check_host(const Config& config, const Request& request);
// Against cross-site writes: a write that a browser sends must come from our own origin and carry X-RFT: 1.
Result<void> check_origin(const Request& request);

// Tokens by hash. Without any, everybody (who can only be local) is admin.
class Keyring {
 public:
  explicit Keyring(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}
  void replace(std::vector<Token> tokens) { tokens_ = std::move(tokens); }
  // unauthenticated: no or an unknown token. Compares with every token in constant time.
  [[nodiscard]] Result<Identity> identify(const Request& request) const;

 private:
  std::vector<Token> tokens_;
};

Result<void> check_role(const Identity& identity, Role needed);

// A token bucket for each client.
class RateLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  RateLimit(double per_second, double burst);
  // Whole seconds until the client may ask again; 0 = now (and one request is taken from its bucket).
  unsigned take(const std::string& client, Time now);

 private:
  struct Bucket {
    double tokens = 0;
    Time filled;
  };
  void forget_full_ones(Time now);

  double per_second_;
  double burst_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace api
