// What uploads and pulls have in common: blocks on their way to the engine, and the end of the run. Lives on
// the api thread.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <optional>

#include "api/past.hpp"
#include "api/stream.hpp"

namespace api {

// Blocks on their way to the engine, a few at a time, in order. The call must live until until_at_most(0) has
// returned.
class ImportBlocks {
 public:
  ImportBlocks(const Call& call, const boost::asio::any_io_executor& executor);

  boost::asio::awaitable<Result<void>> send(engine::ImportBlock block, engine::Origin origin);
  // The first Error of any block.
  boost::asio::awaitable<Result<void>> until_at_most(std::size_t in_flight);

 private:
  boost::asio::awaitable<void> one(engine::ImportBlock block, engine::Origin origin);

  const Call* call_;
  boost::asio::steady_timer landed_;
  std::size_t in_flight_ = 0;
  std::optional<Error> error_;
};

// The run when every line is durable and validated; an Error when it did not complete.
boost::asio::awaitable<Result<engine::Run>> import_ended(const Services& services, schemas::DatasetId dataset,
                                                         schemas::RunId run);

}  // namespace api
