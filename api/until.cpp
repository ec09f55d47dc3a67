#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/stream.hpp"

namespace api {

namespace asio = boost::asio;

asio::awaitable<Result<engine::StatePtr>> until(const Services& services, schemas::DatasetId dataset,
                                                std::function<bool(const engine::DatasetState&)> holds) {
  asio::steady_timer change(co_await asio::this_coro::executor);
  const Hub::Subscription subscription(services.hub, dataset, [&change](Change&) { change.cancel(); });
  while (true) {
    engine::StatePtr state = services.hub.state(dataset);
    if (state && holds(*state)) co_return state;
    if (services.hub.closing()) {
      co_return fail(ErrorCode::unavailable, "a running daemon", "one that is stopping",
                     "what was acknowledged is kept; look again after its restart");
    }
    change.expires_at(asio::steady_timer::time_point::max());
    co_await change.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace api
