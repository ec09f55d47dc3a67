#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "tools/rftctl/arguments.hpp"

namespace {

void add_common_options(CLI::App& app, rftctl::Settings& settings) {
  app.add_option("--server", settings.server, "Address of the daemon")
      ->envname("RFTD_URL")
      ->capture_default_str()
      ->group("Daemon");
  app.add_option("--token-file", settings.token_file, "File with the token (else $RFTD_TOKEN)")
      ->envname("RFTD_TOKEN_FILE")
      ->group("Daemon");
  app.add_option("--idempotency-key", settings.idempotency_key,
                 "Key of the write, so that a repeated call takes effect once (else a fresh one)")
      ->group("Daemon");
  app.add_flag("--json", settings.json, "Print the daemon's JSON")->group("Output");
  if (const char* token = std::getenv("RFTD_TOKEN"); token != nullptr) settings.token = token;
}

int run(int argc, char** argv) {
  CLI::App app(
      "rftctl: the command line of rftd. Exit codes: 0 ok, 1 refused or failed, 2 usage, "
      "3 daemon not reachable.",
      "rftctl");
  app.set_version_flag("--version", "rftctl " RFTD_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.get_formatter()->column_width(34);
  rftctl::CommandLine line;
  add_common_options(app, line.settings);
  rftctl::add_daemon_verbs(app, line);
  rftctl::add_work_verbs(app, line);
  rftctl::add_grading_verbs(app, line);
  rftctl::add_generate_verbs(app, line);
  rftctl::add_trace_verbs(app, line);
  rftctl::add_store_verbs(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? rftctl::exit_ok : rftctl::exit_usage;
  }
  const int code = line.chosen ? line.chosen() : static_cast<int>(rftctl::exit_usage);
  return std::fflush(stdout) == 0 || code != rftctl::exit_ok ? code : static_cast<int>(rftctl::exit_failed);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rftctl: %s\n", error.what());
    return rftctl::exit_failed;
  }
}
