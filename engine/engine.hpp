// The engine: the only writer of log and state. Commands come in from any thread, are decided in groups on
// the engine thread, made durable in one write, folded, answered and published; what is then due is worked
// on by the worker threads, whose results come in by the same door.
// Runs on: its own thread "engine", `workers` threads "worker-N" and `waiting_workers` threads "waiting-N".
// Every function here may be called from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/commands.hpp"
#include "engine/decide.hpp"
#include "engine/step.hpp"
#include "store/event_log.hpp"

namespace engine {

// Time and chance, given from outside so that tests can give theirs.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t now() = 0;      // µs UTC
  virtual std::uint64_t random() = 0;  // uniform
};
std::unique_ptr<Clock> system_clock();

struct Origin {
  std::string actor = "local";
  std::string command;               // id of the request; empty = given by the engine
  std::string idempotency_key;       // empty = none
  schemas::Hash request;             // SHA-256 over what was asked
  std::optional<Position> if_match;  // the position that the asker has seen
};

struct Answer {
  DatasetId dataset;
  Position position = 0;      // after the command's events (of the first time, when repeated)
  std::uint64_t subject = 0;  // run, record or count, as the command says
  bool repeated = false;      // the same Idempotency-Key had been answered before
};
// Called on the engine thread, or, when the queue is full or the engine stops, by whoever submits or stops:
// post on.
using OnAnswer = std::function<void(Result<Answer>)>;

using StatePtr = std::shared_ptr<const DatasetState>;

// One commit of one dataset, in order.
struct Published {
  DatasetId dataset;
  StatePtr state;                                                  // after it; an outline when evicted
  std::vector<std::shared_ptr<const store::Committed>> committed;  // its events
};
using OnPublished = std::function<void(const Published&)>;  // called on the engine thread: post on

struct EngineOptions {
  std::size_t workers = 2;
  std::size_t waiting_workers = 4;          // for steps that wait for somebody outside
  std::size_t queue_max = 4096;             // commands waiting; more are refused with `busy`
  std::size_t group_bytes_max = 8U << 20U;  // of payload in one write
  std::uint64_t snapshot_every = 2000;      // events of a dataset between two snapshots
  std::size_t snapshots_kept = 2;
  std::size_t blob_cache_bytes = 16U << 20U;
  // Of loaded states, about; beyond it those of idle datasets that were not written to for longest are left
  // out of memory and folded again when a command comes.
  std::size_t state_bytes_max = std::size_t{1} << 30U;
};

struct EngineStatistics {
  std::uint64_t commands = 0;
  std::uint64_t refused = 0;
  std::uint64_t events = 0;
  std::uint64_t groups = 0;  // synced writes
  std::size_t queue = 0;
  std::size_t runs_working = 0;
  std::size_t datasets = 0;
  std::size_t datasets_evicted = 0;
  std::size_t state_bytes = 0;  // of loaded states, about
};

class Engine {
 public:
  Engine(store::EventLog& log, StepCatalog steps, Clock& clock, EngineOptions options);
  ~Engine();  // stop() if it has not been called
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Loads every dataset (snapshot and tail) and starts the threads; an Error when a log is broken.
  // `on_published` is told every dataset once at the start, then every commit.
  Result<void> start(OnPublished on_published);
  // Bounded: stops taking commands (unavailable), lets workers finish or drop their block, writes snapshots.
  void stop(std::chrono::milliseconds patience);

  void submit(DatasetId dataset, Command command, Origin origin, OnAnswer on_answer);
  void create(CreateDataset command, Origin origin, OnAnswer on_answer);
  void fork(DatasetId source, ForkDataset command, Origin origin, OnAnswer on_answer);
  // The steps of taking an archive in; the answer to ImportArchive names the new dataset.
  void take_in(ArchiveWish wish, Origin origin, OnAnswer on_answer);

  // The state at a position (<= head): newest snapshot before it and a fold of the tail. On the caller's
  // thread.
  Result<StatePtr> state_at(DatasetId dataset, Position at) const;
  // The last position whose event is not later than `time` (µs UTC); 0 when all are later.
  Result<Position> position_at(DatasetId dataset, std::int64_t time) const;
  // What an Idempotency-Key was answered; empty when it is new.
  Result<std::optional<store::Receipt>> remembered(std::string_view key) const;

  const BlobReader& blobs() const;
  const store::EventLog& log() const;
  EngineStatistics statistics() const;
  // The engine thread has come round in the last `within`: what a watchdog asks.
  bool alive(std::chrono::milliseconds within) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace engine
