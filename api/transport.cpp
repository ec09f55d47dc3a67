#include "api/transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace api {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr auto told = asio::as_tuple(asio::use_awaitable);
}

Transport::Transport(tcp::socket socket, asio::ssl::context* tls)
    : socket_(std::move(socket)), timer_(socket_.get_executor()) {
  if (tls != nullptr) tls_.emplace(socket_, *tls);
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
}

asio::awaitable<bool> Transport::handshake() {
  if (!tls_) co_return true;
  const auto [problem] = co_await tls_->async_handshake(asio::ssl::stream_base::server, told);
  co_return !problem;
}

asio::awaitable<std::size_t> Transport::read_some(std::span<char> into) {
  const auto buffer = asio::buffer(into.data(), into.size());
  if (tls_) {
    const auto [problem, bytes] = co_await tls_->async_read_some(buffer, told);
    co_return problem ? 0 : bytes;
  }
  const auto [problem, bytes] = co_await socket_.async_read_some(buffer, told);
  co_return problem ? 0 : bytes;
}

asio::awaitable<bool> Transport::write(std::string_view first, std::string_view second) {
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(first.data(), first.size()),
                                                  asio::buffer(second.data(), second.size())};
  if (tls_) {
    const auto [problem, bytes] = co_await asio::async_write(*tls_, buffers, told);
    co_return !problem;
  }
  const auto [problem, bytes] = co_await asio::async_write(socket_, buffers, told);
  co_return !problem;
}

asio::awaitable<void> Transport::end_writing() {
  if (tls_) {
    co_await tls_->async_shutdown(told);
    co_return;
  }
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Transport::deadline(std::chrono::milliseconds from_now) {
  deadline_ = std::chrono::steady_clock::now() + from_now;
  timed_out_ = false;
  if (deadline_ < armed_for_) arm();
}

void Transport::no_deadline() {
  deadline_ = Time::max();
}

// The timer is set again only when it fires or when it would fire too late: moving a deadline costs nothing.
void Transport::arm() {
  armed_for_ = deadline_;
  timer_.expires_at(armed_for_);
  timer_.async_wait([weak = weak_from_this()](error_code problem) {
    const auto self = weak.lock();
    if (problem || !self) return;
    self->armed_for_ = Time::max();
    if (self->deadline_ == Time::max()) return;
    if (std::chrono::steady_clock::now() < self->deadline_) return self->arm();
    self->timed_out_ = true;
    error_code ignored;
    self->socket_.cancel(ignored);
  });
}

void Transport::close() {
  error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
}

std::string Transport::client() const {
  error_code problem;
  const auto endpoint = socket_.remote_endpoint(problem);
  return problem ? std::string("unknown") : endpoint.address().to_string();
}

}  // namespace api
