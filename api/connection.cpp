#include "api/connection.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <boost/asio/this_coro.hpp>

#include "api/time_text.hpp"

namespace api {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {
constexpr std::size_t read_bytes = 16U << 10U;
// What is read and thrown away after an early answer, so that the client sees it instead of a reset.
constexpr std::uint64_t linger_bytes_max = 64U << 20U;
constexpr std::chrono::milliseconds linger_time = 2s;

// The Date header, made anew once a second. Only the api thread comes here.
const std::string& date_now() {
  static std::string text;
  static std::time_t made = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made) {
    text = http_date(now);
    made = now;
  }
  return text;
}
}  // namespace

Connection::Connection(std::shared_ptr<Transport> transport, Dispatcher& dispatcher, const Services& services)
    : transport_(std::move(transport)), dispatcher_(&dispatcher), services_(&services) {}

asio::awaitable<void> Connection::serve() {
  executor_ = co_await asio::this_coro::executor;
  client_ = transport_->client();
  transport_->deadline(services_->config.limits.header_time);
  if (!co_await transport_->handshake()) co_return;
  while (co_await next_request()) {
  }
  transport_->close();
}

void Connection::stop_soon() {
  stopping_ = true;
  if (waiting_) transport_->close();
}

asio::awaitable<bool> Connection::next_request() {
  parser_.emplace(services_->config.limits.header_bytes);
  body_limit_.reset();
  body_read_ = 0;
  replied_ = chunked_ = continue_wanted_ = false;
  if (stopping_ || !co_await read_header()) co_return false;
  started_ = std::chrono::steady_clock::now();
  Request request = std::move(parser_->request());
  request.client = client_;
  verb_ = request.verb;
  version_ = request.version;
  continue_wanted_ = request.expects_continue;
  keep_alive_ = parser_->keep_alive();
  transport_->no_deadline();
  try {
    co_await dispatcher_->answer(*this, std::move(request));
  } catch (const std::exception& thrown) {
    spdlog::error("a handler of {} threw: {}", client_, thrown.what());
    broken_ = broken_ || replied_;
  }
  if (broken_) co_return false;
  if (!replied_) {
    const Error error{ErrorCode::internal, "an answer", "none: a handler failed", "see the daemon's log", {}};
    co_await send(problem(error));
  }
  co_return co_await finish_body();
}

// Grows buffer_ by up to `room` bytes; 0 when nothing more comes.
asio::awaitable<std::size_t> Connection::read_more(std::size_t room) {
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + room);
  const std::size_t bytes = co_await transport_->read_some({buffer_.data() + kept, room});
  buffer_.resize(kept + bytes);
  co_return bytes;
}

asio::awaitable<bool> Connection::read_header() {
  const Limits& limits = services_->config.limits;
  bool began = !unread().empty();
  transport_->deadline(began ? limits.header_time : limits.idle_time);
  while (true) {
    if (!unread().empty()) {
      const auto used = parser_->feed_header(unread());
      if (!used) {
        keep_alive_ = false;
        verb_ = Verb::get;
        co_await send(problem(used.error()));
        co_await linger();
        co_return false;
      }
      begin_ += *used;
      if (parser_->header_done()) co_return true;
    }
    waiting_ = !began;
    const std::size_t bytes = co_await read_more(read_bytes);
    waiting_ = false;
    if (bytes == 0) {
      if (began && transport_->timed_out()) {
        keep_alive_ = false;
        verb_ = Verb::get;
        const Error error{ErrorCode::cancelled, "a whole header within the time for one", "a part of it",
                          "send it in one go", "header"};
        co_await send(problem(error, 408));
      }
      co_return false;
    }
    if (!began) transport_->deadline(limits.header_time);
    began = true;
  }
}

void Connection::limit_body(std::uint64_t bytes_max) {
  body_limit_ = bytes_max;
  parser_->body_limit(bytes_max);
}

asio::awaitable<Result<void>> Connection::read_body(std::string& piece, std::size_t bytes_max) {
  piece.clear();
  const auto length = parser_->request().content_length;
  if (body_limit_ && length && *length > *body_limit_) {
    keep_alive_ = false;
    co_return fail(ErrorCode::too_large, "a body of at most " + std::to_string(*body_limit_) + " bytes",
                   std::to_string(*length), {}, "body");
  }
  if (continue_wanted_ && !parser_->done()) {
    continue_wanted_ = false;
    if (!co_await transport_->write("HTTP/1.1 100 Continue\r\n\r\n", {})) broken_ = true;
  }
  while (!parser_->done() && piece.size() < bytes_max) {
    if (!unread().empty()) {
      const auto used = parser_->feed_body(unread(), piece);
      if (!used) {
        keep_alive_ = false;
        Error error = used.error();
        if (error.code == ErrorCode::too_large)
          error.wanted = "a body of at most " + std::to_string(body_limit_.value_or(0)) + " bytes";
        co_return std::unexpected(error);
      }
      begin_ += *used;
      if (*used > 0) continue;
    }
    if (!piece.empty() && bytes_max <= read_bytes) break;
    transport_->deadline(services_->config.limits.body_time);
    const std::size_t bytes =
        co_await read_more(std::max(read_bytes, std::min(bytes_max, std::size_t{256} << 10U)));
    if (bytes == 0) {
      broken_ = !transport_->timed_out();
      keep_alive_ = false;
      const std::string read = std::to_string(body_read_ + piece.size());
      co_return fail(ErrorCode::cancelled, "the rest of the body",
                     transport_->timed_out() ? "nothing for too long after byte " + read
                                             : "the end of the connection after byte " + read,
                     "send it again", "body");
    }
  }
  transport_->no_deadline();
  body_read_ += piece.size();
  services_->metrics.bytes_uploaded += piece.size();
  co_return Result<void>{};
}

Framing Connection::framing() const {
  return {keep_alive_ && !stopping_, chunked_, false, version_, date_now()};
}

void Connection::answered(unsigned status) {
  replied_ = true;
  services_->metrics.answered(status, std::chrono::steady_clock::now() - started_);
}

asio::awaitable<void> Connection::send(Reply reply) {
  // A body that has not been read decides whether the connection can go on: see finish_body().
  if (parser_->header_done() && !parser_->done() && continue_wanted_) keep_alive_ = false;
  const std::string head = head_of(reply, framing());
  const bool bodiless = verb_ == Verb::head || reply.status == 304 || reply.status == 204;
  transport_->deadline(services_->config.limits.body_time);
  if (!co_await transport_->write(head, bodiless ? std::string_view{} : reply.bytes())) broken_ = true;
  answered(reply.status);
}

asio::awaitable<bool> Connection::begin(Reply reply) {
  chunked_ = version_ == 11;
  if (!chunked_) keep_alive_ = false;
  Framing frame = framing();
  frame.no_length = true;
  const std::string head = head_of(reply, frame);
  transport_->deadline(services_->config.limits.body_time);
  if (!co_await transport_->write(head, {})) broken_ = true;
  answered(reply.status);
  co_return !broken_ && verb_ != Verb::head;
}

asio::awaitable<bool> Connection::write(std::string_view piece) {
  if (broken_ || verb_ == Verb::head) co_return false;
  if (piece.empty()) co_return true;
  transport_->deadline(services_->config.limits.body_time);
  bool written = false;
  if (chunked_) {
    std::array<char, 20> size{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", piece.size());
    std::string framed(size.data());
    framed += piece;
    framed += "\r\n";
    written = co_await transport_->write(framed, {});
  } else {
    written = co_await transport_->write(piece, {});
  }
  transport_->no_deadline();
  if (!written) broken_ = true;
  co_return written;
}

asio::awaitable<void> Connection::end() {
  if (broken_ || !chunked_ || verb_ == Verb::head) co_return;
  if (!co_await transport_->write("0\r\n\r\n", {})) broken_ = true;
}

void Connection::abort() {
  broken_ = true;
  transport_->close();
}

// What is left of a body that nobody wanted: a little is read over, much ends the connection.
asio::awaitable<bool> Connection::finish_body() {
  if (!keep_alive_ || stopping_ || broken_) {
    if (!parser_->done() && !broken_) co_await linger();
    co_return false;
  }
  std::string dropped;
  std::size_t read = 0;
  while (!parser_->done()) {
    const auto more = co_await read_body(dropped, read_bytes);
    read += dropped.size();
    if (!more || read > (std::size_t{64} << 10U)) {
      if (!broken_) co_await linger();
      co_return false;
    }
  }
  co_return true;
}

// Closing with unread bytes would reset the connection under the answer.
asio::awaitable<void> Connection::linger() {
  co_await transport_->end_writing();
  transport_->deadline(linger_time);
  std::uint64_t dropped = 0;
  buffer_.clear();
  begin_ = 0;
  while (dropped < linger_bytes_max) {
    const std::size_t bytes = co_await read_more(std::size_t{64} << 10U);
    if (bytes == 0) break;
    dropped += bytes;
    buffer_.clear();
  }
}

}  // namespace api
