// One accepted socket, plain or TLS, with a deadline. Lives on the api thread. Knows nothing of HTTP.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace api {

class Transport : public std::enable_shared_from_this<Transport> {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Transport(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls);

  // For TLS; true at once otherwise.
  boost::asio::awaitable<bool> handshake();
  // 0: the other side has ended, the socket failed, or the deadline has passed.
  boost::asio::awaitable<std::size_t> read_some(std::span<char> into);
  // Both pieces in one go. False when not all could be written.
  boost::asio::awaitable<bool> write(std::string_view first, std::string_view second);
  // Tells the other side that nothing more will come; reading goes on.
  boost::asio::awaitable<void> end_writing();

  // When it passes, what is being waited for ends as failed and timed_out() is true until the next deadline.
  void deadline(std::chrono::milliseconds from_now);
  void no_deadline();
  [[nodiscard]] bool timed_out() const { return timed_out_; }
  void close();
  [[nodiscard]] std::string client() const;

 private:
  void arm();

  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  boost::asio::steady_timer timer_;
  Time deadline_ = Time::max();
  Time armed_for_ = Time::max();
  bool timed_out_ = false;
};

}  // namespace api
