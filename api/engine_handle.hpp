// The door of coroutines to the engine: a command goes in, the coroutine waits, the answer comes back on its
// own executor. Any thread. Decides nothing.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "engine/engine.hpp"

namespace api {

class EngineHandle {
 public:
  explicit EngineHandle(engine::Engine& engine) : engine_(&engine) {}

  boost::asio::awaitable<schemas::Result<engine::Answer>> submit(schemas::DatasetId dataset,
                                                                 engine::Command command,
                                                                 engine::Origin origin);
  boost::asio::awaitable<schemas::Result<engine::Answer>> create(engine::CreateDataset command,
                                                                 engine::Origin origin);
  boost::asio::awaitable<schemas::Result<engine::Answer>> fork(schemas::DatasetId source,
                                                               engine::ForkDataset command,
                                                               engine::Origin origin);
  boost::asio::awaitable<schemas::Result<engine::Answer>> take_in(engine::ArchiveWish wish,
                                                                  engine::Origin origin);

 private:
  engine::Engine* engine_;
};

}  // namespace api
