#include "engine/engine.hpp"

#include <boost/asio/post.hpp>
#include <random>

#include "engine/engine_impl.hpp"

namespace engine {

namespace {
class SystemClock : public Clock {
 public:
  std::int64_t now() override {
    using namespace std::chrono;
    return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
  }
  std::uint64_t random() override { return (std::uint64_t{device_()} << 32U) | device_(); }

 private:
  std::random_device device_;
};
}  // namespace

std::unique_ptr<Clock> system_clock() {
  return std::make_unique<SystemClock>();
}

Result<std::shared_ptr<const std::string>> LogBlobs::read(const BlobId& id) const {
  auto bytes = log_.blob(id);
  if (!bytes) return std::unexpected(bytes.error());
  return std::make_shared<const std::string>(std::move(*bytes));
}

Engine::Engine(store::EventLog& log, StepCatalog steps, Clock& clock, EngineOptions options)
    : impl_(std::make_unique<Impl>(log, std::move(steps), clock, options)) {}

Engine::~Engine() {
  impl_->stop(std::chrono::seconds(10));
}

Result<void> Engine::start(OnPublished on_published) {
  return impl_->start(std::move(on_published));
}

void Engine::stop(std::chrono::milliseconds patience) {
  impl_->stop(patience);
}

void Engine::submit(DatasetId dataset, Command command, Origin origin, OnAnswer on_answer) {
  impl_->submit({dataset.value(), std::move(command), std::move(origin), std::move(on_answer), 0, 0});
}

void Engine::create(CreateDataset command, Origin origin, OnAnswer on_answer) {
  impl_->submit({0, std::move(command), std::move(origin), std::move(on_answer), 0, 0});
}

void Engine::fork(DatasetId source, ForkDataset command, Origin origin, OnAnswer on_answer) {
  impl_->submit({source.value(), std::move(command), std::move(origin), std::move(on_answer), 0, 0});
}

void Engine::take_in(ArchiveWish wish, Origin origin, OnAnswer on_answer) {
  impl_->submit({0, std::move(wish), std::move(origin), std::move(on_answer), 0, 0});
}

Result<StatePtr> Engine::state_at(DatasetId dataset, Position at) const {
  const auto head = impl_->log_.head(dataset.value());
  if (!head) return schemas::fail(ErrorCode::not_found, "a dataset", "'" + to_text(dataset) + "'");
  if (at > head->position) {
    return schemas::fail(ErrorCode::invalid_argument,
                         "a position up to " + std::to_string(head->position) + ", the newest",
                         std::to_string(at), "leave `at` out for the newest state", "at");
  }
  auto loaded = load(impl_->log_, dataset, at);
  if (!loaded) return std::unexpected(loaded.error());
  return std::make_shared<const DatasetState>(std::move(loaded->state));
}

Result<Position> Engine::position_at(DatasetId dataset, std::int64_t time) const {
  return engine::position_at(impl_->log_, dataset, time);
}

Result<std::optional<store::Receipt>> Engine::remembered(std::string_view key) const {
  return impl_->log_.remembered(key);
}

const BlobReader& Engine::blobs() const {
  return impl_->blobs_;
}

const store::EventLog& Engine::log() const {
  return impl_->log_;
}

EngineStatistics Engine::statistics() const {
  return {impl_->commands_, impl_->refused_,        impl_->events_,        impl_->groups_,     impl_->queue_,
          impl_->working_,  impl_->datasets_count_, impl_->evicted_count_, impl_->state_bytes_};
}

bool Engine::alive(std::chrono::milliseconds within) const {
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_start).count() - impl_->last_beat_ <=
         within.count();
}

}  // namespace engine
