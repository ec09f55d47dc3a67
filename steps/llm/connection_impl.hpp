// One connection to a provider, plain or TLS: sends a request, reads a response, may be used again.
// Runs on: the client's thread. Internal to steps/llm.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "steps/llm/provider.hpp"
#include "steps/llm/retry.hpp"

namespace steps::llm {

struct Response {
  Failure failure;     // status and headers; its message is set when the connection failed
  bool is_ok = false;  // status 2xx, and all of it arrived
  bool is_event_stream = false;
  bool too_large = false;
  bool has_bytes = false;  // anything arrived at all
  std::string body;        // without what on_piece took
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Done = std::function<void(Response)>;
  // Takes the body as it comes, for status 200 with an event stream. False: enough.
  using OnPiece = std::function<bool(std::string_view piece)>;

  Connection(boost::asio::io_context& io, boost::asio::ssl::context* tls, const Url& url);

  // Connects first where that has not been done. One at a time. `done` is called exactly once, unless the
  // connection is closed before.
  void exchange(std::string request, std::uint64_t body_max, OnPiece on_piece, Done done);
  void close();

  [[nodiscard]] bool is_reusable() const { return is_reusable_; }
  [[nodiscard]] bool was_used() const { return exchanges_ > 1; }
  std::chrono::steady_clock::time_point idle_since;

 private:
  using Code = boost::system::error_code;
  void connect();
  void handshake();
  void write();
  void read();
  void parse(bool at_end);
  void finish();
  void fail(const Code& problem, const char* doing);
  void hand_over(Response response);

  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  Url url_;
  bool is_connected_ = false;
  bool is_closed_ = false;
  bool is_reusable_ = false;
  bool has_bytes_ = false;
  unsigned exchanges_ = 0;

  std::string request_;
  OnPiece on_piece_;
  Done done_;
  std::optional<boost::beast::http::response_parser<boost::beast::http::string_body>> parser_;
  std::string held_;  // read, not yet parsed
  std::array<char, 16384> buffer_{};
};

}  // namespace steps::llm
