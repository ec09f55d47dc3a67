#include "api/daemon.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <future>
#include <thread>

#include "api/past_states.hpp"
#include "api/server.hpp"
#include "api/workers.hpp"
#include "steps/catalog.hpp"
#include "steps/llm/client.hpp"
#include "steps/script/script_pool.hpp"
#include "steps/traces/collector.hpp"
#include "steps/traces/source_puller.hpp"
#include "store/rocks/rocks_event_log.hpp"

namespace api {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {
constexpr std::size_t api_workers = 2;
constexpr std::size_t api_queue_max = 256;

engine::EngineOptions engine_options(const Config& config) {
  engine::EngineOptions options;
  options.workers = config.workers;
  options.snapshot_every = config.snapshot_every;
  options.state_bytes_max = config.limits.state_bytes;
  return options;
}

steps::traces::CollectorOptions trace_options(const Config& config) {
  steps::traces::CollectorOptions options;
  options.store.folder = config.data + "/traces";
  options.store.sync = config.durability != "os";
  options.quiet = config.traces.quiet;
  options.age_max = std::chrono::hours(24 * config.traces.max_days);
  options.bytes_max = config.traces.max_bytes;
  return options;
}

// What is older than traces are kept is not fetched either.
steps::traces::PullerOptions puller_options(const Config& config) {
  steps::traces::PullerOptions options;
  options.first_age = std::chrono::hours(24 * config.traces.max_days);
  return options;
}

// Without its program the daemon runs all the same: what needs a script says what is missing.
std::unique_ptr<steps::script::ScriptPool> open_scripts(const Config& config) {
  steps::script::ScriptPool::Options options;
  options.program =
      config.scripts_program.empty() ? steps::script::default_program() : fs::path(config.scripts_program);
  options.workers = static_cast<unsigned>(config.scripts_workers);
  auto pool = steps::script::ScriptPool::make(options);
  if (pool) return std::move(*pool);
  spdlog::warn("no script graders: {}", pool.error().message());
  return nullptr;
}
}  // namespace

std::string assets_folder(const Config& config) {
  if (!config.assets.empty()) return config.assets;
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const fs::path& folder : {program / "assets", program / "../share/rftd/assets", program / "../assets",
                                 program / "../../assets"}) {
    if (fs::exists(folder / "o200k_base.tiktoken", ignored)) return folder.lexically_normal().string();
  }
  return (program / "../share/rftd/assets").lexically_normal().string();
}

struct Daemon::Parts {
  Parts(Config given, std::unique_ptr<store::RocksEventLog> opened,
        std::unique_ptr<steps::traces::Collector> collector, std::shared_ptr<const steps::Tokenizers> ranks,
        engine::Clock* given_clock)
      : config(std::move(given)),
        log(std::move(opened)),
        traces(std::move(collector)),
        trace_sources(*traces, config.trace_sources, puller_options(config)),
        own_clock(engine::system_clock()),
        tokenizers(std::move(ranks)),
        models(config.models),
        embedders(std::make_shared<const steps::Embedders>(assets_folder(config), config.workers, &models)),
        scripts(open_scripts(config)),
        outside{scripts.get(), &models},
        engine(*log, steps::catalog(tokenizers, embedders, outside),
               given_clock == nullptr ? *own_clock : *given_clock, engine_options(config)),
        io(1),
        workers(api_workers, api_queue_max),
        past(engine),
        services{
            engine,     hub,    workers, past,          metrics,     config,  orders,
            tokenizers, models, *traces, trace_sources, trace_bytes, outside, log->statistics().durability},
        server(io, services, config.tokens) {}

  Config config;
  std::unique_ptr<store::RocksEventLog> log;
  std::unique_ptr<steps::traces::Collector> traces;
  steps::traces::SourcePuller trace_sources;
  std::uint64_t trace_bytes = 0;
  std::unique_ptr<engine::Clock> own_clock;
  std::shared_ptr<const steps::Tokenizers> tokenizers;
  steps::llm::Client models;
  std::shared_ptr<const steps::Embedders> embedders;
  std::unique_ptr<steps::script::ScriptPool> scripts;  // null where the program is missing
  steps::Outside outside;
  engine::Engine engine;
  asio::io_context io;
  Hub hub;
  Metrics metrics;
  Workers workers;
  PastStates past;
  OrderCache orders;
  Services services;
  Server server;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> guard;
  std::thread thread;
  bool stopped = false;

  // What a function gives on the api thread.
  template <class F>
  auto on_api(F function) {
    std::packaged_task<decltype(function())()> task(std::move(function));
    auto result = task.get_future();
    asio::post(io, std::move(task));
    return result;
  }
};

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Daemon>> Daemon::start(Config config, engine::Clock* clock) {
  if (auto good = check(config); !good) return std::unexpected(good.error());
  auto ranks = steps::Tokenizers::load(assets_folder(config));
  if (!ranks) return std::unexpected(ranks.error());
  std::error_code problem;
  fs::create_directories(config.data, problem);
  if (problem) return fail(ErrorCode::io, "a folder for the store", problem.message(), {}, config.data);
  store::RocksEventLog::Options options;
  options.folder = config.data;
  options.durability = config.durability == "os" ? store::Durability::os : store::Durability::fsync;
  auto log = store::RocksEventLog::open(options);
  if (!log) return std::unexpected(log.error());
  auto traces = steps::traces::Collector::open(trace_options(config));
  if (!traces) return std::unexpected(traces.error());
  auto parts = std::make_unique<Parts>(std::move(config), std::move(*log), std::move(*traces),
                                       std::make_shared<const steps::Tokenizers>(std::move(*ranks)), clock);
  if (auto listening = parts->server.listen(); !listening) return std::unexpected(listening.error());
  // Publications are posted before the answers that follow them, so who was answered finds what it has
  // written.
  const auto publish = [raw = parts.get()](const engine::Published& published) {
    asio::post(raw->io, [raw, published] { raw->hub.publish(published); });
  };
  if (auto started = parts->engine.start(publish); !started) return std::unexpected(started.error());
  // Ready means that the engine comes round: a probe must not meet a daemon that only says it has started.
  for (int i = 0; i < 5000 && !parts->engine.alive(30s); ++i) std::this_thread::sleep_for(1ms);
  if (!parts->engine.alive(30s))
    return fail(ErrorCode::unavailable, "an engine that comes round", "none in 5 s");
  parts->guard.emplace(asio::make_work_guard(parts->io));
  parts->trace_sources.start();
  // Behind the publications of every dataset: the first request sees them all.
  asio::post(parts->io, [raw = parts.get()] { raw->server.start(); });
  parts->thread = std::thread([raw = parts.get()] {
    pthread_setname_np(pthread_self(), "api");
    while (true) {
      try {
        raw->io.run();
        return;
      } catch (const std::exception& thrown) {
        spdlog::error("on the api thread: {}", thrown.what());
      }
    }
  });
  return std::unique_ptr<Daemon>(new Daemon(std::move(parts)));
}

std::uint16_t Daemon::port() const {
  return parts_->server.port();
}

engine::Engine& Daemon::engine() {
  return parts_->engine;
}

bool Daemon::alive(std::chrono::milliseconds within) {
  auto round = parts_->on_api([] { return true; });
  return parts_->engine.alive(within) && round.wait_for(within) == std::future_status::ready;
}

void Daemon::replace_tokens(std::vector<Token> tokens) {
  asio::post(parts_->io, [raw = parts_.get(), moved = std::move(tokens)]() mutable {
    raw->server.keyring().replace(std::move(moved));
  });
}

void Daemon::stop(std::chrono::milliseconds patience) {
  if (parts_->stopped) return;
  parts_->stopped = true;
  const auto began = std::chrono::steady_clock::now();
  const auto left = [&](std::chrono::milliseconds share) {
    const auto gone =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    return std::max(share - gone, 100ms);
  };
  asio::post(parts_->io, [raw = parts_.get()] {
    raw->server.stop_soon();
    raw->hub.close();
  });
  const auto connections = [&] {
    return parts_->on_api([raw = parts_.get()] { return raw->server.connections(); }).get();
  };
  while (connections() > 0 && left(patience / 3) > 100ms) std::this_thread::sleep_for(5ms);
  asio::post(parts_->io, [raw = parts_.get()] { raw->server.close_all(); });
  parts_->trace_sources.stop();
  parts_->engine.stop(left(patience * 2 / 3));
  parts_->workers.stop();
  // Every command has been answered and every job is done: nobody waits for what will not come.
  while (connections() > 0 && left(patience) > 100ms) std::this_thread::sleep_for(5ms);
  parts_->guard.reset();
  parts_->io.stop();
  parts_->thread.join();
}

Daemon::~Daemon() {
  if (parts_) stop(20s);
}

}  // namespace api
