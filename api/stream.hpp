// The side of a connection that streaming handlers see: a body that comes in pieces, an answer that goes out
// in pieces. Lives on the api thread; every call waits with the connection's deadlines.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "api/handler.hpp"

namespace api {

class Stream {
 public:
  virtual ~Stream() = default;

  // Puts the next bytes of the body into `piece` (emptied first), at most about `bytes_max`; empty at its
  // end. cancelled: the client went away or was too slow before the end. too_large, invalid_argument: as
  // HttpParser.
  virtual boost::asio::awaitable<Result<void>> read_body(std::string& piece, std::size_t bytes_max) = 0;

  // Most bytes of a body that are read; before the first read_body.
  virtual void limit_body(std::uint64_t bytes_max) = 0;

  // One whole answer.
  virtual boost::asio::awaitable<void> send(Reply reply) = 0;
  // Or: its head, then pieces, then the end. False: the client is gone.
  virtual boost::asio::awaitable<bool> begin(Reply head) = 0;
  virtual boost::asio::awaitable<bool> write(std::string_view piece) = 0;
  virtual boost::asio::awaitable<void> end() = 0;
  // After begin(): what went wrong can no longer be told by a status, so the connection breaks off.
  virtual void abort() = 0;

  virtual boost::asio::any_io_executor executor() = 0;
};

// Reads a body to its end and hashes it with what was asked: for a repeat, of which nothing else matters.
boost::asio::awaitable<Result<schemas::Hash>> hash_body(Stream& stream, const Call& call);

using StreamHandler = boost::asio::awaitable<void> (*)(Stream&, Call);

// Waits until `holds` is true of the dataset's newest state, and gives that state. unavailable when the
// daemon stops before.
boost::asio::awaitable<Result<engine::StatePtr>> until(
    const Services& services, schemas::DatasetId dataset,
    std::function<bool(const engine::DatasetState&)> holds);

}  // namespace api
