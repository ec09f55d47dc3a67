// Import, validate and store chat records in this process, beside simdjson (DOM) and zstd level 1 over the
// same bytes on one thread. Figures are per second of processor time, all threads counted, so cores do not
// matter. Then the memory that an import of 50 MB and one of 500 MB take at most.
#include <fmt/core.h>
#include <simdjson.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zstd.h>

#include <semaphore>

#include "bench/measure.hpp"
#include "bench/texts.hpp"
#include "engine/engine.hpp"
#include "steps/catalog.hpp"
#include "steps/import_lines.hpp"
#include "store/rocks/rocks_event_log.hpp"
#include "tests/support/temp_folder.hpp"

namespace {

constexpr std::ptrdiff_t blocks_in_flight = 8;

struct Spent {
  double cpu = 0;   // s
  double wall = 0;  // s
};

// A daemon without its sockets: one thread feeds, the engine commits, the workers validate.
class Importer {
 public:
  explicit Importer(const std::string& folder) {
    store::RocksEventLog::Options options;
    options.folder = folder;
    log_ = bench::must(store::RocksEventLog::open(options));
    tokenizers_ =
        std::make_shared<const steps::Tokenizers>(bench::must(steps::Tokenizers::load(RFTD_BENCH_ASSETS)));
    engine_ = std::make_unique<engine::Engine>(*log_, engine::StepCatalog{steps::validate(tokenizers_)},
                                               *clock_, engine::EngineOptions{});
    bench::must(engine_->start([this](const engine::Published& published) { look(*published.state); }));
  }

  // `next` appends text, and nothing at the end.
  Spent import(const std::string& name, const std::function<void(std::string&)>& next) {
    const auto dataset = ask([&](auto answer) { engine_->create({name, "bench"}, {}, answer); }).dataset;
    const double cpu = bench::process_cpu_seconds();
    const bench::Stopwatch watch;
    const schemas::RunId run(
        ask([&](auto answer) { engine_->submit(dataset, engine::BeginImport{}, {}, answer); }).subject);
    std::counting_semaphore<> slots(blocks_in_flight);
    steps::ImportLines lines(
        steps::text::Encoding::identity, [&](engine::ImportBlock block) -> schemas::Result<void> {
          block.run = run;
          slots.acquire();
          engine_->submit(dataset, std::move(block), {}, [&](const engine::Result<engine::Answer>& answer) {
            if (!answer) bench::give_up(answer.error().message());
            slots.release();
          });
          return {};
        });
    for (std::string text;;) {
      text.clear();
      next(text);
      if (text.empty()) break;
      bench::must(lines.feed(text));
    }
    const auto counts = bench::must(lines.finish());
    for (std::ptrdiff_t i = 0; i < blocks_in_flight; ++i) slots.acquire();
    ask([&](auto answer) {
      engine_->submit(dataset, engine::ReceiveImport{run, counts.lines, counts.blank, counts.bytes_in}, {},
                      answer);
    });
    completed_.acquire();
    return {bench::process_cpu_seconds() - cpu, watch.seconds()};
  }
  [[nodiscard]] const engine::Counters& counters() const { return counters_; }

 private:
  engine::Answer ask(const std::function<void(engine::OnAnswer)>& submit) {
    std::binary_semaphore answered(0);
    engine::Answer got;
    submit([&](engine::Result<engine::Answer> answer) {
      got = bench::must(std::move(answer));
      answered.release();
    });
    answered.acquire();
    return got;
  }
  void look(const engine::DatasetState& state) {
    const auto* run = state.last_run(schemas::StepName::import_);
    if (run == nullptr || run->state != engine::RunState::completed || seen_ == state.id) return;
    seen_ = state.id;
    counters_ = state.counters;
    completed_.release();
  }

  std::unique_ptr<engine::Clock> clock_ = engine::system_clock();
  std::unique_ptr<store::RocksEventLog> log_;
  std::shared_ptr<const steps::Tokenizers> tokenizers_;
  std::uint64_t seen_ = 0;
  engine::Counters counters_;
  std::binary_semaphore completed_{0};
  std::unique_ptr<engine::Engine> engine_;
};

// What any importer has to do at least: parse every line, compress every block. Seconds of processor time.
struct Least {
  double parse = 0;
  double compress = 0;
};
Least parse_and_compress(const std::string& text) {
  Least spent;
  simdjson::dom::parser parser;
  std::string line;
  double since = bench::thread_cpu_seconds();
  std::uint64_t values = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const bool padded = text.size() - end > simdjson::SIMDJSON_PADDING;
    simdjson::dom::element element;
    const auto error = parser.parse(text.data() + begin, end - begin, !padded).get(element);
    if (error != simdjson::SUCCESS) bench::give_up("simdjson refused a line");
    values += element.is_object() ? 1 : 0;
    begin = end + 1;
  }
  spent.parse = bench::thread_cpu_seconds() - since;
  if (values == 0) bench::give_up("no records");

  since = bench::thread_cpu_seconds();
  constexpr std::size_t block = 256U << 10U;
  std::string frame(ZSTD_compressBound(block), '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  for (std::size_t begin = 0; begin < text.size(); begin += block) {
    ZSTD_compressCCtx(context, frame.data(), frame.size(), text.data() + begin,
                      std::min(block, text.size() - begin), 1);
  }
  ZSTD_freeCCtx(context);
  spent.compress = bench::thread_cpu_seconds() - since;
  return spent;
}

void compare_speed(std::uint64_t megabytes, int rounds) {
  std::string text;
  bench::ChatLines records(RFTD_BENCH_DATA "/chat/mixed_topics.jsonl");
  while (text.size() < megabytes * 1'000'000) records.append_next(text);
  const auto mb = static_cast<double>(text.size()) / 1e6;
  std::vector<double> through, wall, least, ratios, parse, compress;
  const support::TempFolder folder;
  Importer importer(folder / "data");
  for (int i = 0; i < rounds; ++i) {
    const Least spent = parse_and_compress(text);
    parse.push_back(mb / spent.parse);
    compress.push_back(mb / spent.compress);
    least.push_back(mb / (spent.parse + spent.compress));
    std::size_t at = 0;
    const Spent took = importer.import("round " + std::to_string(i), [&](std::string& chunk) {
      chunk.assign(text, at, 65536);
      at += chunk.size();
    });
    through.push_back(mb / took.cpu);
    wall.push_back(mb / took.wall);
    ratios.push_back(through.back() / least.back());
    if (importer.counters().records != records.made()) bench::give_up("records were lost");
    if (importer.counters().duplicates * 100 > records.made()) bench::give_up("the records are duplicates");
  }
  fmt::print("{:.0f} MB, {} records\n", mb, records.made());
  fmt::print("{:<44} {:>10} MB a second of processor time\n", "simdjson DOM",
             static_cast<int>(bench::median(parse)));
  fmt::print("{:<44} {:>10}\n", "zstd level 1", static_cast<int>(bench::median(compress)));
  fmt::print("{:<44} {:>10}\n", "both, one after the other", static_cast<int>(bench::median(least)));
  fmt::print("{:<44} {:>10}   (by the clock: {:.0f} MB/s)\n", "import, validate, store",
             static_cast<int>(bench::median(through)), bench::median(wall));
  fmt::print("{:<44} {:>10.2f}\n", "RATIO", bench::median(ratios));
}

void print_peak(std::uint64_t megabytes) {
  const support::TempFolder folder;
  Importer importer(folder / "data");
  const std::uint64_t before = bench::peak_memory();
  bench::ChatLines records(RFTD_BENCH_DATA "/chat/mixed_topics.jsonl");
  std::uint64_t made = 0;
  importer.import("flat", [&](std::string& chunk) {
    while (made < megabytes * 1'000'000 && chunk.size() < 65536) {
      const auto had = chunk.size();
      records.append_next(chunk);
      made += chunk.size() - had;
    }
  });
  const double peak = static_cast<double>(bench::peak_memory()) / 1e6;
  fmt::print(
      "{:>6} MB {:>10} records {:>8.1f} MB idle {:>8.1f} MB at most {:>8.1f} MB without 64 B a record\n",
      megabytes, records.made(), static_cast<double>(before) / 1e6, peak,
      peak - static_cast<double>(records.made()) * 64e-6);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const auto megabytes = bench::number_option(argc, argv, "--megabytes", 200);
  const auto rounds = static_cast<int>(bench::number_option(argc, argv, "--rounds", 3));
  const bool memory_only = bench::number_option(argc, argv, "--memory-only", 0) != 0;
  if (const auto peak = bench::number_option(argc, argv, "--peak", 0); peak != 0) {
    print_peak(peak);
    return 0;
  }
  if (!memory_only) compare_speed(megabytes, rounds);
  std::fflush(stdout);
  for (const std::uint64_t size : {std::uint64_t{50}, std::uint64_t{500}}) {
    const pid_t child = fork();
    if (child == 0) {
      // A process of its own: memory that an earlier import took is no part of it.
      const std::string only = std::to_string(size);
      execl("/proc/self/exe", argv[0], "--peak", only.c_str(), nullptr);
      _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) bench::give_up("the memory measurement failed");
  }
  return 0;
}
