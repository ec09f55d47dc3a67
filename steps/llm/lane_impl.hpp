// All calls to one provider: queue, limits, connections, attempts.
// Runs on: the client's thread. Internal to steps/llm.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "steps/llm/client.hpp"
#include "steps/llm/connection_impl.hpp"
#include "steps/llm/dialect.hpp"
#include "steps/llm/pace.hpp"
#include "steps/llm/retry.hpp"
#include "steps/llm/wire_head_impl.hpp"
#include "steps/topics/rng.hpp"

namespace steps::llm {

struct Ended {
  std::uint32_t attempts = 0;
  std::chrono::milliseconds latency{0};
};

struct Call : std::enable_shared_from_this<Call> {
  explicit Call(boost::asio::io_context& io) : attempt_timer(io), wait_timer(io) {}

  // Set by who makes it.
  const char* method = "POST";
  std::string path;   // below the base URL
  std::string model;  // as the provider knows it: dialect and price are kept by it
  std::function<std::string(const Dialect&)> body;  // empty for GET
  std::uint64_t tokens = 0;                         // estimated, for the provider's limit
  // None: the provider's. With one the call does not queue: it asks whether the server is there at all.
  std::optional<std::chrono::milliseconds> total_timeout;
  // Reads an answer; `corrupt` is tried again. Gives the tokens that it took.
  std::function<schemas::Result<Usage>(std::string_view body, bool is_event_stream)> read;
  std::function<schemas::Result<void>(std::string_view piece)> read_piece;  // of a stream; may be empty
  std::function<bool()> has_begun;  // pieces were given on; not tried again
  std::function<void(schemas::Result<Ended>)> done;

  // The lane's own.
  std::uint32_t attempts = 0;
  std::uint64_t turn = 0;  // what belongs to an earlier attempt is late
  bool is_over = false;
  bool is_in_flight = false;
  std::chrono::steady_clock::time_point began;
  std::shared_ptr<Connection> connection;
  boost::asio::steady_timer attempt_timer;
  boost::asio::steady_timer wait_timer;
};

class Lane {
 public:
  // `tls` outlives the lane; nullptr for http.
  Lane(boost::asio::io_context& io, const Provider& provider);

  void enqueue(const std::shared_ptr<Call>& call);
  void cancel(const std::shared_ptr<Call>& call);
  // While held nothing is started: what is about to be cancelled must not be asked first.
  void hold(bool held);
  void cancel_all();
  [[nodiscard]] Traffic traffic() const;
  [[nodiscard]] const Provider& provider() const { return provider_; }

 private:
  using Shared = std::shared_ptr<Call>;
  using Clock = std::chrono::steady_clock;

  void pump();
  void start(const Shared& call);
  void attempt(const Shared& call, bool fresh);
  void take(const Shared& call, std::uint64_t turn, Response response);
  void take_answer(const Shared& call, const Response& response);
  void failed(const Shared& call, const Failure& failure, std::optional<schemas::Error> error = {});
  void leave(const Shared& call);  // the attempt's place and connection
  void end(const Shared& call, schemas::Result<Ended> result);
  [[nodiscard]] schemas::Result<std::string> request_text(const Call& call);
  [[nodiscard]] std::shared_ptr<Connection> connection(bool fresh);
  [[nodiscard]] std::chrono::milliseconds time_left(const Call& call) const;
  [[nodiscard]] std::string scrubbed(std::string text) const;

  boost::asio::io_context& io_;
  const Provider& provider_;
  Url url_;
  Trust trust_;
  std::string key_;
  std::map<std::string, Dialect> dialects_;
  Pace pace_;
  topics::Rng rng_;
  std::deque<Shared> waiting_;
  std::set<Shared> open_;  // begun and not over
  std::vector<std::shared_ptr<Connection>> idle_;
  std::uint32_t in_flight_ = 0;
  bool is_held_ = false;
  Clock::time_point paused_until_{};
  boost::asio::steady_timer pump_timer_;
  Traffic traffic_;
};

}  // namespace steps::llm
