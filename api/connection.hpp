// One client: reads requests off its transport one after the other, has them answered, puts the answers on
// the wire. Lives on the api thread, as a coroutine of its own. Decides nothing about content.
#pragma once

#include <optional>
#include <vector>

#include "api/dispatch.hpp"
#include "api/http_parser.hpp"
#include "api/transport.hpp"

namespace api {

class Connection final : public Stream {
 public:
  Connection(std::shared_ptr<Transport> transport, Dispatcher& dispatcher, const Services& services);

  // Ends when the client goes, errs or is idle too long, or after `stop_soon` with the answer under way.
  boost::asio::awaitable<void> serve();
  // No further request; a connection that waits for one closes now.
  void stop_soon();
  void close_now() { transport_->close(); }

  void limit_body(std::uint64_t bytes_max) override;
  boost::asio::awaitable<Result<void>> read_body(std::string& piece, std::size_t bytes_max) override;
  boost::asio::awaitable<void> send(Reply reply) override;
  boost::asio::awaitable<bool> begin(Reply head) override;
  boost::asio::awaitable<bool> write(std::string_view piece) override;
  boost::asio::awaitable<void> end() override;
  void abort() override;
  boost::asio::any_io_executor executor() override { return executor_; }

 private:
  boost::asio::awaitable<bool> next_request();
  boost::asio::awaitable<bool> read_header();
  boost::asio::awaitable<bool> finish_body();
  boost::asio::awaitable<void> linger();
  boost::asio::awaitable<std::size_t> read_more(std::size_t room);
  [[nodiscard]] std::string_view unread() const { return std::string_view(buffer_).substr(begin_); }
  [[nodiscard]] Framing framing() const;
  void answered(unsigned status);

  std::shared_ptr<Transport> transport_;
  Dispatcher* dispatcher_;
  const Services* services_;
  boost::asio::any_io_executor executor_;
  std::string client_;

  std::string buffer_;  // bytes received and not used up, from begin_
  std::size_t begin_ = 0;
  std::optional<HttpParser> parser_;
  std::optional<std::uint64_t> body_limit_;
  std::uint64_t body_read_ = 0;
  std::chrono::steady_clock::time_point started_;
  Verb verb_ = Verb::get;
  unsigned version_ = 11;
  bool keep_alive_ = false;
  bool continue_wanted_ = false;
  bool chunked_ = false;
  bool waiting_ = false;  // for a request
  bool replied_ = false;  // to the current one
  bool broken_ = false;   // nothing more can be said on this connection
  bool stopping_ = false;
};

}  // namespace api
