// What every verb that talks to the daemon has at hand: the client, the terminal, and where to print.
// Main thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "tools/rftctl/client.hpp"
#include "tools/rftctl/text.hpp"

namespace rftctl {

struct Settings {
  std::string server = "http://127.0.0.1:8420";
  std::string token;       // from $RFTD_TOKEN
  std::string token_file;  // wins over the environment
  std::string idempotency_key;
  bool json = false;  // print the daemon's JSON as it came
};

class Context {
 public:
  // A Failure when the token file cannot be read.
  static Result<Context> from(const Settings& settings);

  Client& client() { return client_; }
  [[nodiscard]] bool wants_json() const { return json_; }
  [[nodiscard]] const Terminal& terminal() const { return terminal_; }  // of standard output

  // The id of the dataset that `wanted` names: an id, or a name that only one dataset has. Empty: the only
  // dataset there is.
  Result<std::string> dataset(std::string_view wanted);

  // Prints the answer (its JSON, or what `view` makes of it) or the failure, and gives the exit code.
  int show(const Result<Response>& answer, const std::function<std::string(const json&)>& view);
  [[nodiscard]] int tell(const Failure& failure) const;

 private:
  Context(Client client, bool json) : client_(std::move(client)), json_(json), terminal_(terminal_of(1)) {}

  Client client_;
  bool json_;
  Terminal terminal_;
};

void print(std::string_view text);

}  // namespace rftctl
