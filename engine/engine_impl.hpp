// The inside of the engine; only engine*.cpp include it. Members under "engine thread" are touched by no
// other thread; the others are atomic or fixed at start.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <set>
#include <stop_token>
#include <thread>
#include <variant>

#include "engine/due.hpp"
#include "engine/engine.hpp"
#include "engine/replay.hpp"

namespace engine {

class LogBlobs : public BlobReader {
 public:
  explicit LogBlobs(const store::EventLog& log) : log_(log) {}
  [[nodiscard]] Result<std::shared_ptr<const std::string>> read(const BlobId& id) const override;

 private:
  const store::EventLog& log_;
};

class Engine::Impl {
 public:
  Impl(store::EventLog& log, StepCatalog steps, Clock& clock, EngineOptions options);
  Result<void> start(OnPublished on_published);
  void stop(std::chrono::milliseconds patience);

  using Wish = std::variant<Command, CreateDataset, ForkDataset, ArchiveWish>;
  struct Pending {
    std::uint64_t dataset = 0;
    Wish wish;
    Origin origin;
    OnAnswer on_answer;
    Position cause = 0;
    std::uint64_t run = 0;
  };
  void submit(Pending pending);

  store::EventLog& log_;
  const LogBlobs blobs_;
  Clock& clock_;
  const EngineOptions options_;
  std::atomic<std::uint64_t> commands_ = 0, refused_ = 0, events_ = 0, groups_ = 0;
  std::atomic<std::size_t> queue_ = 0, working_ = 0, datasets_count_ = 0, evicted_count_ = 0,
                           state_bytes_ = 0;
  std::atomic<std::int64_t> last_beat_ = 0;  // ms of the steady clock

 private:
  // One try of a run, as this daemon works on it.
  struct Working {
    std::uint32_t attempt = 0;
    std::shared_ptr<std::any> scratch;
    std::stop_source stop;
    bool in_flight = false;  // from dispatch until its block is committed or refused
  };
  struct Entry {
    Dataset dataset;  // within a group ahead of the log
    StatePtr published;
    Position snapshot_position = 0;
    bool snapshot_under_way = false;
    bool broken = false;         // a failed write has left it ahead of the log: load it again before use
    bool evicted = false;        // only an outline is in memory: load it before use
    std::int64_t last_used = 0;  // µs UTC
    std::map<std::uint64_t, Working> working;
  };
  // What one synced write is made of, and who waits for it.
  struct Group {
    std::vector<store::Append> appends;
    std::vector<std::uint64_t> dataset_of;  // per append; 0 = the system stream
    std::set<std::uint64_t> touched;
    std::set<std::string, std::less<>> keys;
    std::size_t bytes = 0;
    std::vector<std::pair<OnAnswer, Result<Answer>>> answers;
  };

  // engine_group.cpp
  void run_group();
  void handle(Pending& pending, Group& group);
  Result<Answer> decide_one(Pending& pending, Group& group);
  Result<Answer> create_one(const CreateDataset& wish, Pending& pending, Group& group);
  Result<Answer> fork_one(const ForkDataset& wish, Pending& pending, Group& group);
  Result<void> check_unused(std::string_view name, std::uint64_t except) const;
  Result<void> check_seen(const DatasetState& state, const Origin& origin) const;
  void register_dataset(std::uint64_t id, const std::string& name, const Pending& pending, Group& group);
  store::Append append_for(const Entry& entry, const Pending& pending) const;
  void add(Group& group, std::uint64_t dataset, store::Append append);
  void fold_new(Entry& entry, const store::Append& append);
  void commit(Group& group);
  void publish(Group& group, std::vector<store::Committed> committed);
  void roll_back(const Group& group);
  // Loads a broken dataset from the log, once the log is certain of where it ends.
  Result<void> mend(std::uint64_t id);
  Now now() const;

  // engine_archive.cpp
  Result<Answer> archive_one(const ArchiveWish& wish, Pending& pending, Group& group);
  Result<Answer> stage(const StageBlobs& wish, const Pending& pending, Group& group);
  Result<Answer> drop(const DropStaged& wish, const Pending& pending, Group& group);
  Result<Answer> import_one(const ImportArchive& wish, Pending& pending, Group& group);
  store::Append append_to_system(const Pending& pending) const;
  Result<void> drop_all_staged();

  // engine_evict.cpp
  void evict_idle();
  bool can_evict(const Entry& entry) const;
  void evict(std::uint64_t id, Entry& entry);
  void install(std::uint64_t id, Entry& entry, Dataset dataset);

  // engine_work.cpp
  void look(std::uint64_t id);
  void look_later(std::uint64_t id, std::int64_t time);
  void dispatch(std::uint64_t id, RunId run);
  void worked(std::uint64_t id, std::uint64_t run, std::uint32_t attempt, Position based_on,
              Result<StepBlock> block);
  void drop_ended(Entry& entry);
  void snapshot_if_due(std::uint64_t id);
  void snapshot_aside(std::uint64_t id, Entry& entry);
  void snapshot_all();
  void beat();

  // engine_start.cpp
  Result<void> load_all();
  Result<void> load_system();
  void start_threads();

  const StepCatalog steps_;
  boost::asio::io_context io_{1};
  boost::asio::io_context waiting_;
  boost::asio::io_context work_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> io_guard_{io_.get_executor()};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> waiting_guard_{
      waiting_.get_executor()};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_guard_{work_.get_executor()};
  std::atomic<bool> stopping_ = false;

  // Engine thread.
  OnPublished on_published_;
  std::map<std::uint64_t, Entry> datasets_;
  Position system_position_ = 0;
  std::uint64_t last_dataset_ = 0;                       // highest id ever given
  std::map<std::uint64_t, std::vector<BlobId>> staged_;  // by staging
  std::uint64_t last_staging_ = 0;
  std::uint64_t epoch_ = 0;
  std::uint64_t commands_named_ = 0;
  std::deque<Pending> pending_;
  bool group_scheduled_ = false;
  std::map<std::uint64_t, std::unique_ptr<boost::asio::steady_timer>> timers_;
  boost::asio::steady_timer beat_timer_{io_};

  std::vector<std::thread> threads_;  // last: joined by stop()
};

}  // namespace engine
