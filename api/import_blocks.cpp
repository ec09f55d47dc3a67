#include "api/import_blocks.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/projections/canvas.hpp"

namespace api {

namespace asio = boost::asio;

namespace {
constexpr std::size_t in_flight_max = 4;
}  // namespace

ImportBlocks::ImportBlocks(const Call& call, const asio::any_io_executor& executor)
    : call_(&call), landed_(executor, asio::steady_timer::time_point::max()) {}

asio::awaitable<Result<void>> ImportBlocks::send(engine::ImportBlock block, engine::Origin origin) {
  if (auto room = co_await until_at_most(in_flight_max - 1); !room) co_return room;
  ++in_flight_;
  asio::co_spawn(landed_.get_executor(), one(std::move(block), std::move(origin)), asio::detached);
  co_return Result<void>{};
}

asio::awaitable<Result<void>> ImportBlocks::until_at_most(std::size_t in_flight) {
  while (in_flight_ > in_flight) {
    landed_.expires_at(asio::steady_timer::time_point::max());
    co_await landed_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  if (error_) co_return std::unexpected(*error_);
  co_return Result<void>{};
}

asio::awaitable<void> ImportBlocks::one(engine::ImportBlock block, engine::Origin origin) {
  engine::Command command(std::move(block));
  const auto answer = co_await submit(*call_, std::move(command), std::move(origin));
  if (!answer && !error_) error_ = answer.error();
  --in_flight_;
  landed_.cancel();
}

asio::awaitable<Result<engine::Run>> import_ended(const Services& services, schemas::DatasetId dataset,
                                                  schemas::RunId run) {
  const auto settled = [run](const engine::DatasetState& state) {
    const engine::Run* found = state.run(run);
    return found != nullptr &&
           (found->ended() || found->state == engine::RunState::parked || state.deleted_at != 0);
  };
  const auto state = co_await until(services, dataset, settled);
  if (!state) co_return std::unexpected(state.error());
  const engine::Run* found = (*state)->run(run);
  if (found->state != engine::RunState::completed) {
    co_return fail(found->state == engine::RunState::cancelled ? ErrorCode::conflict : ErrorCode::unavailable,
                   "an import that completes",
                   to_text(run) + ", " + std::string(engine::name_of(found->state)) +
                       (found->error.empty() ? "" : ": " + found->error),
                   "see …/runs/" + to_text(run));
  }
  co_return *found;
}

}  // namespace api
