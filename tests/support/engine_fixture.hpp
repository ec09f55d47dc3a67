// A real engine on a real store in a folder of its own, with scripted steps and a clock that stands still.
// Used from the test's thread.
#pragma once

#include <condition_variable>
#include <future>
#include <map>
#include <mutex>

#include "engine/engine.hpp"
#include "tests/support/engine_clock.hpp"
#include "tests/support/engine_faulty_log.hpp"
#include "tests/support/engine_steps.hpp"
#include "tests/support/temp_folder.hpp"

namespace rocksdb {
class FileSystem;
}

namespace support {

using engine::Answer;
using engine::DatasetId;
using engine::Origin;
using engine::Position;
using engine::StatePtr;
using schemas::Result;

class EngineFixture {
 public:
  using Predicate = std::function<bool(const engine::DatasetState&)>;

  // On the given file system, or the real one; `start_now` false leaves start() to the test.
  explicit EngineFixture(engine::EngineOptions options = {},
                         std::shared_ptr<rocksdb::FileSystem> disk = nullptr, bool start_now = true);
  ~EngineFixture();

  // Throws what the store or the engine refuses with.
  void start();
  void stop();
  void restart() {
    stop();
    start();
  }

  // Wait for the answer.
  Result<Answer> submit(DatasetId dataset, engine::Command command, Origin origin = {});
  Result<Answer> create(const std::string& name, Origin origin = {});
  Result<Answer> fork(DatasetId source, engine::ForkDataset command, Origin origin = {});
  // Do not.
  std::future<Result<Answer>> begin(DatasetId dataset, engine::Command command, Origin origin = {});
  std::future<Result<Answer>> begin_create(const std::string& name, Origin origin = {});

  // A dataset of that name; throws when refused.
  DatasetId dataset(const std::string& name);
  // Uploads lines, a block each `per_block`, and ends the upload.
  engine::RunId import(DatasetId dataset, const std::vector<std::string>& lines, std::size_t per_block = 100,
                       schemas::ImportMode mode = schemas::ImportMode::append);
  // Makes the engine look at what is due, after the clock was moved.
  void poke(DatasetId dataset);

  // The newest published state that satisfies the predicate; throws when there is none in time.
  StatePtr wait_until(DatasetId dataset, const Predicate& holds);
  // Empty when there was none in this time.
  StatePtr wait_for(std::chrono::milliseconds at_most, DatasetId dataset, const Predicate& holds);
  StatePtr wait_until_quiet(DatasetId dataset);  // nothing runs and nothing is due
  StatePtr published(DatasetId dataset) const;
  // Every state published since start(), in order; the first is the one that was loaded.
  std::vector<StatePtr> history(DatasetId dataset) const;
  // The datasets published since start().
  std::vector<DatasetId> datasets() const;

  // Keeps the engine thread in a callback until the returned gate is opened, so that commands queue up.
  std::shared_ptr<Gate> hold();

  engine::Engine& engine() { return *engine_; }
  [[nodiscard]] bool running() const { return engine_ != nullptr; }
  FaultyLog& log() { return *faulty_; }
  ManualClock clock;
  std::shared_ptr<Script> script = std::make_shared<Script>();

 private:
  void on_published(const engine::Published& published);

  TempFolder folder_;
  engine::EngineOptions options_;
  std::shared_ptr<rocksdb::FileSystem> disk_;
  std::unique_ptr<store::EventLog> log_;
  std::unique_ptr<FaultyLog> faulty_;
  std::unique_ptr<engine::Engine> engine_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, std::vector<StatePtr>> history_;
  int pokes_ = 0;
};

// The bytes of `lines` one after the other, as an import sends them.
engine::ImportBlock block_of(engine::RunId run, const std::vector<std::string>& lines,
                             std::uint64_t first_line);

}  // namespace support
