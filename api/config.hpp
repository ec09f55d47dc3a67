// What a daemon is told at its start: from a file, the command line, the environment. Values; read before any
// thread starts. Holds no secret but the hashes of tokens.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"
#include "steps/llm/provider.hpp"
#include "steps/traces/pull_source.hpp"

namespace api {

enum class Role : std::uint8_t { viewer, editor, admin };
std::string_view name_of(Role role);

// A token that lets a client in. The token itself is known to its owner only.
struct Token {
  std::string name;  // becomes the actor of the events
  Role role = Role::viewer;
  std::array<unsigned char, 32> sha256{};
};

struct Limits {
  std::size_t header_bytes = 16U << 10U;
  std::uint64_t body_bytes = 8U << 20U;     // of a JSON body
  std::uint64_t upload_bytes = UINT64_MAX;  // of an import, as sent
  std::uint64_t line_bytes = 32U << 20U;    // of one line of an import
  std::size_t depth = 64;                   // levels of a JSON body
  std::size_t connections = 1024;
  std::chrono::milliseconds header_time{15'000};
  std::chrono::milliseconds idle_time{60'000};
  std::chrono::milliseconds body_time{30'000};      // for each read of a body and each write of an answer
  std::chrono::milliseconds heartbeat{10'000};      // of an event stream
  std::size_t stream_frames = 1024;                 // waiting for one reader of an event stream
  std::uint64_t catch_up_events = 5000;             // further behind: a reader is told to start over
  std::size_t state_bytes = std::size_t{1} << 30U;  // of datasets' states in memory, about
  double requests_per_second = 0;                   // of one client; 0 = not limited
  double burst = 0;                                 // 0 = twice requests_per_second
};

// What is kept of what gateways send.
struct TraceConfig {
  std::uint64_t max_days = 30;                          // older traces are removed
  std::uint64_t max_bytes = std::uint64_t{10} << 30U;   // before compression: beyond, the oldest go
  std::chrono::milliseconds quiet{2000};                // a trace is looked at when nothing came so long
  std::uint64_t body_bytes = std::uint64_t{64} << 20U;  // of one export, also when decompressed
  std::uint64_t in_flight_bytes = std::uint64_t{256} << 20U;  // of all exports being taken in
};

struct Config {
  std::string data;  // folder of the store
  std::string address = "127.0.0.1";
  std::uint16_t port = 8420;
  std::string ui_dir;                // empty = the page that is built in
  std::string assets;                // folder of the token ranks; empty = beside the program
  std::string durability = "fsync";  // or "os"
  std::string tls_certificate;       // files, PEM; both or none
  std::string tls_key;
  std::vector<std::string> allowed_hosts;  // beside loopback names and `address`
  std::vector<Token> tokens;
  Limits limits;
  std::size_t workers = 2;  // of the engine
  std::uint64_t snapshot_every = 2000;
  std::vector<steps::llm::Provider> models;  // who is asked; keys are not here but in the environment
  TraceConfig traces;
  std::vector<steps::traces::TraceSource> trace_sources;  // pulled; keys are not here either
  std::string scripts_program;                            // rftd-script; empty = beside the program
  std::size_t scripts_workers = 2;                        // sandboxed children for script graders
  std::string log_level = "info";

  [[nodiscard]] bool is_loopback() const;
};

// From TOML. An Error names the file and the line; keys that are not known are refused.
schemas::Result<Config> config_from_file(const std::string& path);
// "127.0.0.1:8420", "[::1]:8420"; port 0 asks for a free one.
schemas::Result<void> set_listen(Config& config, std::string_view listen);
// Tokens of $CREDENTIALS_DIRECTORY/rftd-tokens and of $RFTD_TOKENS: lines (or parts between ';') "name role
// sha256-in-hex". `text` as read; `where` names it in Errors.
schemas::Result<std::vector<Token>> tokens_from_text(std::string_view text, const std::string& where);
schemas::Result<std::vector<Token>> tokens_from_environment();
// What can be checked without opening the store: that folders, files and the security of `listen` are right.
schemas::Result<void> check(const Config& config);

}  // namespace api
