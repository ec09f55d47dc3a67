#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/post.hpp>

#include "engine/engine_impl.hpp"
#include "engine/snapshot.hpp"

namespace engine {

namespace {
constexpr int worker_nice = 5;
}

Engine::Impl::Impl(store::EventLog& log, StepCatalog steps, Clock& clock, EngineOptions options)
    : log_(log),
      blobs_(log),
      clock_(clock),
      options_(options),
      steps_(std::move(steps)),
      epoch_(log.statistics().epoch) {}

Result<void> Engine::Impl::load_system() {
  Result<void> outcome;
  std::string upcast_body;
  const auto head = log_.head(schemas::system_stream);
  if (!head) return {};
  const auto scanned =
      log_.scan(schemas::system_stream, 1, head->position, [&](const store::EventView& event) {
        const auto fact = fact_of(event, upcast_body);
        if (!fact) {
          outcome = std::unexpected(fact.error());
          return false;
        }
        if (fact->type == schemas::EventType::dataset_registered) {
          last_dataset_ = std::max(last_dataset_,
                                   schemas::view<schemas::DatasetRegistered>(fact->body).dataset()->value());
        }
        system_position_ = fact->position;
        return true;
      });
  return scanned ? outcome : scanned;
}

Result<void> Engine::Impl::load_all() {
  if (auto loaded = load_system(); !loaded) return loaded;
  for (const store::Head& head : log_.heads()) {
    if (head.stream == schemas::system_stream) continue;
    auto dataset = load(log_, DatasetId(head.stream), head.position);
    if (!dataset) return std::unexpected(dataset.error());
    Entry& entry = datasets_[head.stream];
    entry.dataset = std::move(*dataset);
    entry.published = std::make_shared<const DatasetState>(entry.dataset.state);
    const auto snapshots = log_.snapshot_positions(head.stream);
    for (const Position position : snapshots)
      entry.snapshot_position = std::max(entry.snapshot_position, position);
    last_dataset_ = std::max(last_dataset_, head.stream);
    evict_idle();  // a store may hold more than memory does
  }
  if (auto dropped = drop_all_staged(); !dropped) return dropped;
  datasets_count_ = datasets_.size();
  return {};
}

Result<void> Engine::Impl::start(OnPublished on_published) {
  on_published_ = std::move(on_published);
  if (auto loaded = load_all(); !loaded) return loaded;
  for (const auto& [id, entry] : datasets_) on_published_({DatasetId(id), entry.published, {}});
  boost::asio::post(io_, [this] {
    beat();
    for (const auto& [id, entry] : datasets_) look(id);
  });
  start_threads();
  return {};
}

void Engine::Impl::start_threads() {
  const auto run_named = [this](boost::asio::io_context& context, const std::string& name, int nice = 0) {
    threads_.emplace_back([&context, name, nice] {
      pthread_setname_np(pthread_self(), name.c_str());
      // Of this thread alone. Where it is not allowed, the thread runs like any other.
      if (nice != 0) setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice);
      context.run();
    });
  };
  run_named(io_, "engine");
  for (std::size_t i = 0; i < options_.workers; ++i)
    run_named(work_, "worker-" + std::to_string(i + 1), worker_nice);
  for (std::size_t i = 0; i < options_.waiting_workers; ++i)
    run_named(waiting_, "waiting-" + std::to_string(i + 1));
}

void Engine::Impl::stop(std::chrono::milliseconds patience) {
  if (stopping_.exchange(true)) return;
  if (threads_.empty()) return;
  boost::asio::post(io_, [this] {
    beat_timer_.cancel();
    timers_.clear();
    for (auto& [id, entry] : datasets_) {
      for (auto& [run, working] : entry.working) working.stop.request_stop();
    }
  });
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (working_ + queue_ > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  boost::asio::post(io_, [this] {
    snapshot_all();
    io_guard_.reset();
    io_.stop();
  });
  work_guard_.reset();
  waiting_guard_.reset();
  work_.stop();
  waiting_.stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  // What did not get its turn within `patience` is answered here, as the engine's thread is no more.
  io_.restart();
  io_.poll();
}

}  // namespace engine
