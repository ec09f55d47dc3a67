#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>

#include "steps/llm/connection_impl.hpp"

namespace steps::llm {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

bool is_address(const std::string& host) {
  boost::system::error_code problem;
  asio::ip::make_address(host, problem);
  return !problem;
}

}  // namespace

Connection::Connection(asio::io_context& io, asio::ssl::context* tls, const Url& url)
    : resolver_(io), socket_(io), url_(url) {
  if (tls == nullptr) return;
  tls_.emplace(socket_, *tls);
  tls_->set_verify_callback(asio::ssl::host_name_verification(url.host));
  if (!is_address(url.host)) SSL_set_tlsext_host_name(tls_->native_handle(), url.host.c_str());
}

void Connection::exchange(std::string request, std::uint64_t body_max, OnPiece on_piece, Done done) {
  request_ = std::move(request);
  on_piece_ = std::move(on_piece);
  done_ = std::move(done);
  parser_.emplace();
  parser_->eager(true);
  parser_->body_limit(body_max);
  parser_->header_limit(64U << 10U);
  held_.clear();
  has_bytes_ = false;
  is_reusable_ = false;
  ++exchanges_;
  if (is_connected_)
    write();
  else
    connect();
}

void Connection::connect() {
  resolver_.async_resolve(
      url_.host, url_.port, [self = shared_from_this()](const Code& problem, const auto& found) {
        if (problem) return self->fail(problem, "resolving the host's name");
        asio::async_connect(self->socket_, found, [self](const Code& refused, const tcp::endpoint&) {
          if (refused) return self->fail(refused, "connecting");
          Code ignored;
          self->socket_.set_option(tcp::no_delay(true), ignored);
          self->is_connected_ = true;
          if (self->tls_)
            self->handshake();
          else
            self->write();
        });
      });
}

void Connection::handshake() {
  tls_->async_handshake(asio::ssl::stream_base::client, [self = shared_from_this()](const Code& problem) {
    if (problem) return self->fail(problem, "making the connection safe");
    self->write();
  });
}

void Connection::write() {
  const auto then = [self = shared_from_this()](const Code& problem, std::size_t) {
    if (problem) return self->fail(problem, "sending");
    self->read();
  };
  if (tls_)
    asio::async_write(*tls_, asio::buffer(request_), then);
  else
    asio::async_write(socket_, asio::buffer(request_), then);
}

void Connection::read() {
  const auto then = [self = shared_from_this()](const Code& problem, std::size_t bytes) {
    const bool at_end = problem == asio::error::eof || problem == asio::ssl::error::stream_truncated;
    if (problem && !at_end) return self->fail(problem, "receiving");
    self->has_bytes_ = self->has_bytes_ || bytes > 0;
    self->held_.append(self->buffer_.data(), bytes);
    self->parse(at_end);
  };
  if (tls_)
    tls_->async_read_some(asio::buffer(buffer_), then);
  else
    socket_.async_read_some(asio::buffer(buffer_), then);
}

void Connection::parse(bool at_end) {
  Code problem;
  while (!held_.empty() && !parser_->is_done()) {
    const std::size_t used = parser_->put(asio::buffer(held_), problem);
    held_.erase(0, used);
    if (problem == http::error::need_more) {
      problem = {};
      break;
    }
    if (problem || used == 0) break;
  }
  if (!problem && at_end && !parser_->is_done()) {
    if (parser_->got_some())
      parser_->put_eof(problem);
    else
      problem = asio::error::eof;
  }
  if (problem == http::error::body_limit) {
    Response response;
    response.too_large = true;
    response.has_bytes = true;
    return hand_over(std::move(response));
  }
  if (problem) return fail(problem, "reading the response");
  if (on_piece_ && parser_->is_header_done() && parser_->get().result_int() == 200 &&
      !parser_->get().body().empty()) {
    const std::string piece = std::move(parser_->get().body());
    parser_->get().body().clear();
    const OnPiece take = on_piece_;  // close() may come from within
    if (!take(piece)) return finish();
  }
  if (is_closed_) return;
  if (parser_->is_done()) return finish();
  read();
}

void Connection::finish() {
  auto& message = parser_->get();
  Response response;
  response.has_bytes = true;
  response.failure.status = message.result_int();
  const auto header = [&](http::field name) { return std::string(message[name]); };
  response.failure.retry_after = header(http::field::retry_after);
  response.failure.retry_after_ms = std::string(message["retry-after-ms"]);
  response.failure.location = header(http::field::location).substr(0, 200);
  response.is_event_stream = header(http::field::content_type).starts_with("text/event-stream");
  response.is_ok = response.failure.status >= 200 && response.failure.status < 300;
  is_reusable_ = parser_->is_done() && message.keep_alive() && held_.empty();
  response.body = std::move(message.body());
  hand_over(std::move(response));
}

void Connection::fail(const Code& problem, const char* doing) {
  if (is_closed_) return;
  Response response;
  response.has_bytes = has_bytes_;
  response.failure.message = std::string(doing) + ": " + problem.message();
  if (problem.category() == asio::error::get_ssl_category()) response.failure.code = "tls";
  is_reusable_ = false;
  hand_over(std::move(response));
}

void Connection::hand_over(Response response) {
  const auto keep = shared_from_this();
  const Done done = std::move(done_);
  done_ = nullptr;
  on_piece_ = nullptr;
  if (done) done(std::move(response));
}

void Connection::close() {
  is_closed_ = true;
  is_reusable_ = false;
  done_ = nullptr;
  on_piece_ = nullptr;
  Code ignored;
  resolver_.cancel();
  socket_.close(ignored);
}

}  // namespace steps::llm
