#include "api/server.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace api {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr auto told = asio::as_tuple(asio::use_awaitable);

Result<void> load_certificate(asio::ssl::context& tls, const Config& config) {
  error_code problem;
  tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                  asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                  asio::ssl::context::no_tlsv1_1);
  tls.use_certificate_chain_file(config.tls_certificate, problem);
  if (problem)
    return fail(ErrorCode::invalid_argument, "a certificate chain (PEM)", problem.message(), {},
                config.tls_certificate);
  tls.use_private_key_file(config.tls_key, asio::ssl::context::pem, problem);
  if (problem)
    return fail(ErrorCode::invalid_argument, "its private key (PEM)", problem.message(), {}, config.tls_key);
  return {};
}
}  // namespace

Server::Server(asio::io_context& io, const Services& services, std::vector<Token> tokens)
    : io_(&io),
      services_(&services),
      keyring_(std::move(tokens)),
      dispatcher_(services, keyring_),
      acceptor_(io) {}

Result<void> Server::listen() {
  const Config& config = services_->config;
  error_code problem;
  const std::string host = config.address == "localhost" ? "127.0.0.1" : config.address;
  const auto wrong = [&](std::string_view what) {
    return fail(problem == asio::error::address_in_use ? ErrorCode::conflict : ErrorCode::invalid_argument,
                std::string(what), problem.message(), "choose another --listen ADDR:PORT",
                config.address + ":" + std::to_string(config.port));
  };
  const auto address = asio::ip::make_address(host, problem);
  if (problem) return wrong("an IP address to listen on");
  const tcp::endpoint endpoint(address, config.port);
  acceptor_.open(endpoint.protocol(), problem);
  if (!problem) acceptor_.set_option(tcp::acceptor::reuse_address(true), problem);
  if (!problem) acceptor_.bind(endpoint, problem);
  if (!problem) acceptor_.listen(asio::socket_base::max_listen_connections, problem);
  if (problem) return wrong("an address that can be listened on");
  port_ = acceptor_.local_endpoint(problem).port();
  if (config.tls_certificate.empty()) return {};
  tls_.emplace(asio::ssl::context::tls_server);
  return load_certificate(*tls_, config);
}

void Server::start() {
  asio::co_spawn(*io_, accept(), asio::detached);
}

asio::awaitable<void> Server::accept() {
  while (acceptor_.is_open()) {
    auto [problem, socket] = co_await acceptor_.async_accept(told);
    if (!acceptor_.is_open()) co_return;
    if (problem) {
      // Out of descriptors or the like: let some connections end first.
      asio::steady_timer pause(*io_, std::chrono::milliseconds(100));
      co_await pause.async_wait(told);
      continue;
    }
    asio::co_spawn(*io_, serve(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> Server::serve(tcp::socket socket) {
  auto transport = std::make_shared<Transport>(std::move(socket), tls_ ? &*tls_ : nullptr);
  if (connections_.size() >= services_->config.limits.connections) {
    ++services_->metrics.connections_refused;
    const Error error{ErrorCode::unavailable,
                      "fewer connections",
                      std::to_string(connections_.size()) + ", the limit",
                      "try again in a moment",
                      {}};
    const Reply reply = problem(error);
    const std::string head = head_of(reply, {.keep_alive = false, .date = {}});
    transport->deadline(std::chrono::seconds(1));
    if (!tls_) co_await transport->write(head, reply.bytes());
    co_await transport->end_writing();
    std::array<char, 4096> dropped{};
    while (co_await transport->read_some(dropped) > 0) {
    }
    co_return;
  }
  Connection connection(transport, dispatcher_, *services_);
  connections_.insert(&connection);
  services_->metrics.connections = connections_.size();
  try {
    co_await connection.serve();
  } catch (const std::exception& thrown) {
    spdlog::error("a connection broke: {}", thrown.what());
  }
  connections_.erase(&connection);
  services_->metrics.connections = connections_.size();
}

void Server::stop_soon() {
  error_code ignored;
  acceptor_.close(ignored);
  for (Connection* connection : connections_) connection->stop_soon();
}

void Server::close_all() {
  for (Connection* connection : connections_) connection->close_now();
}

}  // namespace api
