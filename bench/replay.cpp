// Reading a log back: the store's scan (order and checksum of every event verified) and the fold from event
// 1, beside a bare RocksDB iterator over the same table files.
#include <fmt/core.h>
#include <rocksdb/db.h>

#include <semaphore>

#include "bench/measure.hpp"
#include "bench/texts.hpp"
#include "engine/engine.hpp"
#include "engine/replay.hpp"
#include "steps/catalog.hpp"
#include "steps/import_lines.hpp"
#include "store/rocks/rocks_event_log.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

std::unique_ptr<store::RocksEventLog> open(const std::string& folder, store::Durability durability) {
  store::RocksEventLog::Options options;
  options.folder = folder;
  options.durability = durability;
  return bench::must(store::RocksEventLog::open(options));
}

// A dataset whose objective was edited over and over.
void make_small_events(const std::string& folder, std::uint64_t count) {
  const auto log = open(folder, store::Durability::os);
  schemas::DatasetCreatedT created;
  created.name = "bench";
  created.objective = "bench";
  store::Append append;
  append.stream = 1;
  append.epoch = log->epoch();
  append.actor = "local";
  append.events.push_back(schemas::encode(created));
  for (std::uint64_t i = 1; i < count; ++i) {
    schemas::DatasetChangedT changed;
    changed.objective = fmt::format("answer the question number {} well", i);
    append.events.push_back(schemas::encode(changed));
    if (append.events.size() < 1000 && i + 1 < count) continue;
    append.time += 1000;
    bench::must(log->append(std::span(&append, 1)));
    append.expected += append.events.size();
    append.events.clear();
  }
}

// What an import of that many bytes of chat records leaves in the log, verdicts included.
void make_import(const std::string& folder, std::uint64_t bytes) {
  const auto log = open(folder, store::Durability::os);
  const auto tokenizers =
      std::make_shared<const steps::Tokenizers>(bench::must(steps::Tokenizers::load(RFTD_BENCH_ASSETS)));
  const auto clock = engine::system_clock();
  engine::EngineOptions options;
  options.snapshot_every = UINT64_MAX;
  engine::Engine engine(*log, {steps::validate(tokenizers)}, *clock, options);
  std::binary_semaphore completed(0);
  bench::must(engine.start([&](const engine::Published& published) {
    const auto* run = published.state->last_run(schemas::StepName::import_);
    const bool now = run != nullptr && run->state == engine::RunState::completed &&
                     run->ended_at + published.committed.size() > published.state->position;
    if (now && published.state->topics->version == 0 && published.state->runs.size() == 2)
      completed.release();
  }));
  std::binary_semaphore answered(0);
  engine::Answer last;
  const auto answer = [&](engine::Result<engine::Answer> result) {
    last = bench::must(std::move(result));
    answered.release();
  };
  engine.create({"bench", "bench"}, {}, answer);
  answered.acquire();
  const auto dataset = last.dataset;
  engine.submit(dataset, engine::BeginImport{}, {}, answer);
  answered.acquire();
  const schemas::RunId run(last.subject);
  steps::ImportLines lines(steps::text::Encoding::identity,
                           [&](engine::ImportBlock block) -> schemas::Result<void> {
                             block.run = run;
                             engine.submit(dataset, std::move(block), {}, answer);
                             answered.acquire();
                             return {};
                           });
  bench::ChatLines records(RFTD_BENCH_DATA "/chat/mixed_topics.jsonl");
  std::string text;
  for (std::uint64_t done = 0; done < bytes; done += text.size()) {
    text.clear();
    while (text.size() < 65536) records.append_next(text);
    bench::must(lines.feed(text));
  }
  const auto counts = bench::must(lines.finish());
  engine.submit(dataset, engine::ReceiveImport{run, counts.lines, counts.blank, counts.bytes_in}, {}, answer);
  answered.acquire();
  completed.acquire();
  engine.stop(std::chrono::seconds(5));
}

struct Walk {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  double seconds = 0;
};

Walk iterate(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family) {
  const bench::Stopwatch watch;
  Walk walk;
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  read.readahead_size = 2U << 20U;
  const std::unique_ptr<rocksdb::Iterator> iterator(db.NewIterator(read, family));
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    ++walk.events;
    walk.bytes += iterator->value().size();
  }
  walk.seconds = watch.seconds();
  return walk;
}

Walk scan(const store::RocksEventLog& log) {
  const bench::Stopwatch watch;
  Walk walk;
  for (const store::Head& head : log.heads()) {
    bench::must(log.scan(head.stream, 1, head.position, [&](const store::EventView& event) {
      ++walk.events;
      walk.bytes += event.bytes().size();
      return true;
    }));
  }
  walk.seconds = watch.seconds();
  return walk;
}

Walk fold(const store::RocksEventLog& log) {
  const bench::Stopwatch watch;
  engine::Dataset dataset;
  dataset.state.id = 1;
  bench::must(engine::fold_on(dataset, log, log.head(1)->position));
  return {dataset.state.position, dataset.state.records.size(), watch.seconds()};
}

void compare(const std::string& what, const std::string& folder, int rounds) {
  const auto log = open(folder, store::Durability::fsync);
  rocksdb::DB* opened = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const std::vector<rocksdb::ColumnFamilyDescriptor> families{{"default", {}}, {"events", {}}};
  const auto status = rocksdb::DB::OpenForReadOnly({}, folder, families, &handles, &opened);
  if (!status.ok()) bench::give_up(status.ToString());
  const std::unique_ptr<rocksdb::DB> db(opened);
  std::vector<double> plain, verified, folded, ratios, fold_ratios;
  Walk last;
  Walk state;
  for (int i = 0; i < rounds + 1; ++i) {
    const Walk bare = iterate(*db, handles[1]);
    last = scan(*log);
    state = fold(*log);
    if (bare.events != last.events) bench::give_up("the two saw different events");
    if (i == 0) continue;  // warm the page cache
    plain.push_back(bare.seconds);
    verified.push_back(last.seconds);
    folded.push_back(state.seconds);
    ratios.push_back(bare.seconds / last.seconds);
    fold_ratios.push_back(bare.seconds / state.seconds);
  }
  const auto per_second = [&](const std::vector<double>& seconds) {
    return static_cast<double>(last.events) / bench::median(seconds);
  };
  fmt::print("{:<14} {:>9} {:>7.1f} {:>12.0f} {:>12.0f} {:>12.0f} {:>11.2f} {:>11.2f}\n", what, last.events,
             static_cast<double>(last.bytes) / 1e6, per_second(plain), per_second(verified),
             per_second(folded), bench::median(ratios), bench::median(fold_ratios));
  if (state.bytes > 0) {
    fmt::print("  fold: {} records in {:.3f} s, {:.1f} M records/s\n", state.bytes, bench::median(folded),
               static_cast<double>(state.bytes) / bench::median(folded) / 1e6);
  }
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
}

}  // namespace

int main(int argc, char** argv) {
  const auto events = bench::number_option(argc, argv, "--events", 1'000'000);
  const auto megabytes = bench::number_option(argc, argv, "--megabytes", 300);
  const auto rounds = static_cast<int>(bench::number_option(argc, argv, "--rounds", 5));
  const support::TempFolder folder;
  make_small_events(folder / "small", events);
  make_import(folder / "import", megabytes * 1'000'000);
  fmt::print("{:<14} {:>9} {:>7} {:>12} {:>12} {:>12} {:>11} {:>11}\n", "log", "events", "MB", "iterator/s",
             "scan/s", "fold/s", "RATIO scan", "ratio fold");
  compare("small events", folder / "small", rounds);
  compare("an import", folder / "import", rounds);
  return 0;
}
