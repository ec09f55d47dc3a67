// Durable appends through the engine beside RocksDB alone, the same bytes at the same concurrency.
// A client keeps `batch` commands in flight. The command is ChangeDataset with a long objective: one event of
// 1 KiB, no payload beside it. RocksDB alone: one committer that drains a queue into a WriteBatch and syncs.
#include <fmt/core.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <mutex>
#include <semaphore>
#include <thread>

#include "bench/measure.hpp"
#include "bench/texts.hpp"
#include "engine/engine.hpp"
#include "store/rocks/rocks_event_log.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

constexpr std::size_t objective_bytes = 990;  // with table and vectors: a body of 1 KiB
constexpr std::size_t texts_count = 512;

struct Shape {
  std::size_t clients;
  std::size_t batch;
};

using Done = std::function<void()>;
using Submit = std::function<void(std::size_t client, std::uint64_t turn, Done done)>;

// How many a second get through.
double rate_of(const Shape& shape, double seconds, const Submit& submit) {
  std::atomic<bool> enough = false;
  std::atomic<std::uint64_t> acknowledged = 0;
  std::vector<std::thread> clients;
  const bench::Stopwatch watch;
  for (std::size_t client = 0; client < shape.clients; ++client) {
    clients.emplace_back([&, client] {
      std::counting_semaphore<> free_slots(static_cast<std::ptrdiff_t>(shape.batch));
      for (std::uint64_t turn = 0; !enough; ++turn) {
        free_slots.acquire();
        submit(client, turn, [&] {
          ++acknowledged;
          free_slots.release();
        });
      }
      for (std::size_t i = 0; i < shape.batch; ++i) free_slots.acquire();
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  enough = true;
  for (std::thread& client : clients) client.join();
  return static_cast<double>(acknowledged) / watch.seconds();
}

class ThroughEngine {
 public:
  ThroughEngine(const std::string& folder, std::size_t clients, const std::vector<std::string>& texts)
      : texts_(texts) {
    store::RocksEventLog::Options options;
    options.folder = folder;
    log_ = bench::must(store::RocksEventLog::open(options));
    engine_ =
        std::make_unique<engine::Engine>(*log_, engine::StepCatalog{}, *clock_, engine::EngineOptions{});
    bench::must(engine_->start([](const engine::Published&) {}));
    for (std::size_t i = 0; i < clients; ++i) {
      std::binary_semaphore made(0);
      engine_->create({"dataset " + std::to_string(i), "bench"}, {},
                      [&](engine::Result<engine::Answer> answer) {
                        datasets_.push_back(bench::must(std::move(answer)).dataset);
                        made.release();
                      });
      made.acquire();
    }
  }
  double rate(const Shape& shape, double seconds) {
    return rate_of(shape, seconds, [this](std::size_t client, std::uint64_t turn, Done done) {
      engine::ChangeDataset change;
      change.objective = texts_[(turn + client) % texts_.size()];
      engine_->submit(datasets_[client], std::move(change), {},
                      [done = std::move(done)](const engine::Result<engine::Answer>& answer) {
                        if (!answer) bench::give_up(answer.error().message());
                        done();
                      });
    });
  }
  [[nodiscard]] std::size_t stored_bytes() const {
    std::size_t bytes = 0;
    bench::must(log_->scan(datasets_[0].value(), 2, 2, [&](const store::EventView& event) {
      bytes = event.bytes().size() + 8;
      return false;
    }));
    return bytes;
  }
  [[nodiscard]] double events_a_sync() const {
    const auto statistics = engine_->statistics();
    return static_cast<double>(statistics.events) / static_cast<double>(statistics.groups);
  }

 private:
  const std::vector<std::string>& texts_;
  std::unique_ptr<engine::Clock> clock_ = engine::system_clock();
  std::unique_ptr<store::RocksEventLog> log_;
  std::unique_ptr<engine::Engine> engine_;
  std::vector<schemas::DatasetId> datasets_;
};

class RocksAlone {
 public:
  RocksAlone(const std::string& folder, std::size_t value_bytes) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compression = rocksdb::kZSTD;
    options.compression_opts.level = 1;
    options.write_buffer_size = 8U << 20U;
    options.level_compaction_dynamic_level_bytes = true;
    options.max_background_jobs = 2;
    options.max_total_wal_size = 64U << 20U;
    rocksdb::BlockBasedTableOptions table;
    table.block_size = 64U << 10U;
    table.checksum = rocksdb::kXXH3;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::DB* db = nullptr;
    if (const auto status = rocksdb::DB::Open(options, folder, &db); !status.ok())
      bench::give_up(status.ToString());
    db_.reset(db);
    for (std::size_t i = 0; i < texts_count; ++i) values_.push_back(bench::noise(value_bytes, i));
    committer_ = std::thread([this] { commit_all(); });
  }
  ~RocksAlone() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_one();
    committer_.join();
  }
  RocksAlone(const RocksAlone&) = delete;
  RocksAlone& operator=(const RocksAlone&) = delete;
  double rate(const Shape& shape, double seconds) {
    return rate_of(shape, seconds, [this](std::size_t client, std::uint64_t turn, Done done) {
      {
        const std::lock_guard lock(mutex_);
        queue_.push_back({values_[(turn + client) % values_.size()], std::move(done)});
      }
      wake_.notify_one();
    });
  }

 private:
  struct Wish {
    std::string value;
    Done done;
  };
  void commit_all() {
    rocksdb::WriteOptions synced;
    synced.sync = true;
    std::vector<Wish> group;
    std::uint64_t position = 0;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
        if (queue_.empty()) return;
        group.swap(queue_);
      }
      rocksdb::WriteBatch batch;
      for (const Wish& wish : group) {
        const std::string key = fmt::format("{:016x}", ++position);
        batch.Put(key, wish.value);
      }
      if (const auto status = db_->Write(synced, &batch); !status.ok()) bench::give_up(status.ToString());
      for (const Wish& wish : group) wish.done();
      group.clear();
    }
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<std::string> values_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Wish> queue_;
  bool stop_ = false;
  std::thread committer_;
};

// fillseq with a sync a batch, one batch a write; 0 when db_bench is not installed.
double db_bench_rate(const std::string& folder, const Shape& shape, std::size_t value_bytes,
                     std::size_t writes) {
  const std::string command = fmt::format(
      "db_bench --benchmarks=fillseq --db={} --sync=1 --threads={} --batch_size={} --num={} --value_size={} "
      "--key_size=16 --compression_type=zstd --compression_ratio=0.75 --write_buffer_size=8388608 "
      "2>/dev/null",
      folder, shape.clients, shape.batch, writes * shape.batch, value_bytes);
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return 0;
  double rate = 0;
  for (char line[512]; std::fgets(line, sizeof line, pipe) != nullptr;) {
    double micros = 0;
    double found = 0;
    if (std::sscanf(line, "fillseq : %lf micros/op %lf ops/sec", &micros, &found) == 2) rate = found;
  }
  pclose(pipe);
  return rate;
}

void compare(const Shape& shape, int rounds, double seconds, const std::vector<std::string>& texts) {
  const support::TempFolder folder;
  ThroughEngine engine(folder / "engine", shape.clients, texts);
  engine.rate(shape, 0.3);
  const std::size_t bytes = engine.stored_bytes();
  RocksAlone rocks(folder / "rocks", bytes);
  rocks.rate(shape, 0.3);
  std::vector<double> through, alone, ratios;
  for (int i = 0; i < rounds; ++i) {
    alone.push_back(rocks.rate(shape, seconds));
    through.push_back(engine.rate(shape, seconds));
    ratios.push_back(through.back() / alone.back());
  }
  const auto writes =
      static_cast<std::size_t>(bench::median(alone) / static_cast<double>(shape.clients * shape.batch));
  const double db_bench = db_bench_rate(folder / "db_bench", shape, bytes, std::max<std::size_t>(writes, 50));
  fmt::print("{:>7} {:>6} {:>12.0f} {:>12.0f} {:>12.0f} {:>8.2f} {:>12.1f}\n", shape.clients, shape.batch,
             bench::median(through), bench::median(alone), db_bench, bench::median(ratios),
             engine.events_a_sync());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const auto rounds = static_cast<int>(bench::number_option(argc, argv, "--rounds", 5));
  const auto milliseconds = bench::number_option(argc, argv, "--milliseconds", 1500);
  const auto clients = bench::number_option(argc, argv, "--clients", 0);  // only these
  const auto batch = bench::number_option(argc, argv, "--batch", 0);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < texts_count; ++i) texts.push_back(bench::noise(objective_bytes, i));
  fmt::print("{:>7} {:>6} {:>12} {:>12} {:>12} {:>8} {:>12}\n", "clients", "batch", "engine/s", "rocks/s",
             "db_bench/s", "RATIO", "events/sync");
  for (const Shape shape : {Shape{1, 1}, Shape{1, 100}, Shape{16, 1}, Shape{16, 100}}) {
    if ((clients != 0 && clients != shape.clients) || (batch != 0 && batch != shape.batch)) continue;
    compare(shape, rounds, static_cast<double>(milliseconds) / 1000, texts);
  }
  return 0;
}
