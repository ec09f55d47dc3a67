// The listener: accepts connections, counts them, ends them. Lives on the api thread except for listen() and
// port(), which come before it runs. Knows nothing of requests.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <optional>
#include <set>

#include "api/connection.hpp"

namespace api {

class Server {
 public:
  Server(boost::asio::io_context& io, const Services& services, std::vector<Token> tokens);

  // An Error names the address and what the system said.
  Result<void> listen();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  // From here on connections are taken.
  void start();
  // Stops accepting and asks every connection to end after the answer under way.
  void stop_soon();
  void close_all();
  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  Keyring& keyring() { return keyring_; }

 private:
  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);

  boost::asio::io_context* io_;
  const Services* services_;
  Keyring keyring_;
  Dispatcher dispatcher_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::optional<boost::asio::ssl::context> tls_;
  std::set<Connection*> connections_;
  std::uint16_t port_ = 0;
};

}  // namespace api
