// The threads "api-worker": what would take too long on the api thread (payloads, scans, folds, files) is
// done there while the asking coroutine waits. Any thread may ask; the coroutine goes on where it was.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <utility>

#include "schemas/error.hpp"

namespace api {

class Workers {
 public:
  Workers(std::size_t threads, std::size_t queue_max);
  ~Workers();  // waits for the jobs that were given
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // busy when `queue_max` jobs wait already. What the job throws is thrown here.
  boost::asio::awaitable<schemas::Result<void>> run(std::function<void()> job);
  // Waits for all jobs; further ones are refused as unavailable.
  void stop();
  [[nodiscard]] std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

 private:
  boost::asio::thread_pool pool_;
  std::size_t queue_max_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<bool> stopped_{false};
};

// `job` gives a Result<T>; its Error and that of the queue come back alike.
template <class T>
boost::asio::awaitable<schemas::Result<T>> on_worker(Workers& workers,
                                                     std::function<schemas::Result<T>()> job) {
  schemas::Result<T> result =
      schemas::fail(schemas::ErrorCode::internal, "a job that was run", "one that was not");
  const auto ran = co_await workers.run([&result, &job] { result = job(); });
  if (!ran) co_return std::unexpected(ran.error());
  co_return std::move(result);
}

}  // namespace api
