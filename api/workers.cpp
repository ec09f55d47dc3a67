#include "api/workers.hpp"

#include <pthread.h>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>

namespace api {

namespace asio = boost::asio;

Workers::Workers(std::size_t threads, std::size_t queue_max) : pool_(threads), queue_max_(queue_max) {
  for (std::size_t i = 0; i < threads; ++i) {
    asio::post(pool_, [] { pthread_setname_np(pthread_self(), "api-worker"); });
  }
}

Workers::~Workers() {
  stop();
}

void Workers::stop() {
  stopped_ = true;
  pool_.join();
}

asio::awaitable<schemas::Result<void>> Workers::run(std::function<void()> job) {
  if (stopped_) {
    co_return schemas::fail(schemas::ErrorCode::unavailable, "a running daemon", "one that is stopping",
                            "try again after its restart");
  }
  if (waiting_ >= queue_max_) {
    co_return schemas::fail(schemas::ErrorCode::busy, "room in the queue of api workers",
                            std::to_string(queue_max_) + " jobs waiting", "try again in a second");
  }
  ++waiting_;
  std::exception_ptr thrown;
  const auto initiate = [this, &job, &thrown](auto handler) {
    auto executor = asio::get_associated_executor(handler);
    auto work = asio::prefer(executor, asio::execution::outstanding_work.tracked);
    auto held = std::make_shared<decltype(handler)>(std::move(handler));
    asio::post(pool_, [this, &job, &thrown, held, executor, work]() mutable {
      try {
        job();
      } catch (...) {
        thrown = std::current_exception();
      }
      --waiting_;
      asio::post(executor, [mine = std::move(held)] { (*mine)(); });
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable);
  if (thrown) std::rethrow_exception(thrown);
  co_return schemas::Result<void>{};
}

}  // namespace api
