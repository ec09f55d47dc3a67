// rftd: reads its configuration, brings the daemon to life, waits for a signal, ends it in bounded time.
#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>

#include <CLI/CLI.hpp>

#include "api/daemon.hpp"
#include "api/version.hpp"

namespace {
using namespace std::chrono_literals;
using schemas::Result;

struct Arguments {
  std::string config;
  std::string data;
  std::string listen;
  std::string ui_dir;
  std::string assets;
  std::vector<std::string> hosts;
  bool check_config = false;
};

Result<api::Config> configuration(const Arguments& given) {
  api::Config config;
  if (!given.config.empty()) {
    auto read = api::config_from_file(given.config);
    if (!read) return read;
    config = std::move(*read);
  }
  if (!given.data.empty()) config.data = given.data;
  if (!given.ui_dir.empty()) config.ui_dir = given.ui_dir;
  if (!given.assets.empty()) config.assets = given.assets;
  config.allowed_hosts.insert(config.allowed_hosts.end(), given.hosts.begin(), given.hosts.end());
  if (!given.listen.empty()) {
    if (auto set = api::set_listen(config, given.listen); !set) return std::unexpected(set.error());
  }
  auto tokens = api::tokens_from_environment();
  if (!tokens) return std::unexpected(tokens.error());
  config.tokens.insert(config.tokens.end(), tokens->begin(), tokens->end());
  if (auto good = api::check(config); !good) return std::unexpected(good.error());
  return config;
}

int refused(const schemas::Error& error) {
  std::fprintf(stderr, "rftd: %s\n", error.message().c_str());
  return 1;
}

void reload_tokens(const Arguments& given, api::Daemon& daemon) {
  const auto config = configuration(given);
  if (!config) {
    spdlog::error("tokens stay as they are: {}", config.error().message());
    return;
  }
  daemon.replace_tokens(config->tokens);
  spdlog::info("{} tokens", config->tokens.size());
}

// Until SIGTERM or SIGINT. Tells the watchdog only while both the engine and the api thread come round.
void wait_for_end(const Arguments& given, const sigset_t& signals, api::Daemon& daemon) {
  std::uint64_t watchdog = 0;
  const bool watched = sd_watchdog_enabled(0, &watchdog) > 0;
  const std::chrono::microseconds pause = watched ? std::chrono::microseconds(watchdog / 3) : 60s;
  while (true) {
    const timespec wait{static_cast<time_t>(pause.count() / 1'000'000), (pause.count() % 1'000'000) * 1000};
    const int signal = sigtimedwait(&signals, nullptr, &wait);
    if (signal == SIGTERM || signal == SIGINT) return;
    if (signal == SIGHUP) reload_tokens(given, daemon);
    if (!watched) continue;
    if (daemon.alive(std::chrono::duration_cast<std::chrono::milliseconds>(pause))) {
      sd_notify(0, "WATCHDOG=1");
    } else {
      spdlog::error("the engine or the api thread does not come round");
    }
  }
}

// A library may have started threads before main(), which do not block our signals: what reaches one of them
// goes to the thread that waits for it, instead of ending the process.
pthread_t waiting_thread;
void pass_on(int signal) {
  pthread_kill(waiting_thread, signal);
}

int run(const Arguments& given) {
  auto config = configuration(given);
  if (!config) return refused(config.error());
  if (given.check_config) {
    std::printf("the configuration is good\n");
    return 0;
  }
  spdlog::set_default_logger(spdlog::stderr_color_mt("rftd"));
  spdlog::set_level(spdlog::level::from_str(config->log_level));
  // Before any thread starts, so that all of them leave these to us.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  waiting_thread = pthread_self();
  struct sigaction action{};
  action.sa_handler = pass_on;
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaction(signal, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  const std::string address = config->address;
  auto daemon = api::Daemon::start(std::move(*config));
  if (!daemon) return refused(daemon.error());
  spdlog::info("rftd {} listens on {}:{}", api::version_text, address, (*daemon)->port());
  sd_notify(0, "READY=1");
  wait_for_end(given, signals, **daemon);
  spdlog::info("stopping");
  sd_notify(0, "STOPPING=1");
  (*daemon)->stop(18s);
  spdlog::info("stopped");
  return 0;
}
}  // namespace

int main(int argc, char** argv) {
  Arguments given;
  CLI::App app{"rftd: turns LLM traces and JSONL files into fine-tuned models"};
  app.add_option("--config", given.config, "configuration file (TOML)");
  app.add_option("--data", given.data, "folder of the store");
  app.add_option("--listen", given.listen, "ADDR:PORT, 127.0.0.1:8420 by default; port 0 takes a free one");
  app.add_option("--ui-dir", given.ui_dir, "serve the web page from this folder");
  app.add_option("--assets", given.assets, "folder of the token ranks");
  app.add_option("--allow-host", given.hosts, "a further Host that is answered");
  app.add_flag("--check-config", given.check_config, "say whether the configuration is good, and end");
  app.set_version_flag("--version", "rftd " + std::string(api::version_text));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    return app.exit(wrong) == 0 ? 0 : 2;
  }
  return run(given);
}
