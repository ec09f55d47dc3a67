#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <filesystem>
#include <vector>

#include "tools/rftctl/store_verbs.hpp"
#include "tools/rftctl/text.hpp"

namespace rftctl {

namespace {

bool holds_store(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::exists(folder / "CURRENT", ignored);
}

// Names as they are now: the newest one that a dataset's own stream tells.
std::string name_of(const store::EventLog& log, schemas::StreamId stream) {
  std::string name;
  const auto scanned = log.scan(stream, 1, UINT64_MAX, [&](const store::EventView& event) {
    if (event.type() == schemas::EventType::dataset_created) {
      const auto* given = schemas::view<schemas::DatasetCreated>(event.body()).name();
      name = given == nullptr ? std::string{} : given->str();
    } else if (event.type() == schemas::EventType::dataset_changed) {
      if (const auto* given = schemas::view<schemas::DatasetChanged>(event.body()).name())
        name = given->str();
    } else if (event.type() == schemas::EventType::dataset_forked) {
      if (const auto* given = schemas::view<schemas::DatasetForked>(event.body()).name()) name = given->str();
    }
    return true;
  });
  return scanned ? name : std::string{};
}

}  // namespace

void log_quietly() {
  static const bool once = [] {
    spdlog::set_default_logger(spdlog::stderr_logger_mt("rftctl"));
    spdlog::set_pattern("rftctl: %v");
    spdlog::set_level(spdlog::level::warn);
    return true;
  }();
  static_cast<void>(once);
}

Result<std::unique_ptr<store::RocksEventLog>> open_store(const std::string& folder) {
  if (!holds_store(folder))
    return failed(
        fmt::format("expected a store in {}, found none\n  hint    name the folder that rftd was given "
                    "with --data",
                    folder));
  log_quietly();
  store::RocksEventLog::Options options;
  options.folder = folder;
  options.read_only = true;
  auto log = store::RocksEventLog::open(options);
  if (!log) {
    schemas::Error error = log.error();
    if (error.code == schemas::ErrorCode::conflict)
      error.hint = "stop it first; while it runs, ask it: rftctl events, export, system";
    return std::unexpected(failure_of(error));
  }
  // What an rftd would refuse to go on with is worth telling, whatever is looked at.
  if (const auto& finding = (*log)->finding(); finding)
    tell({exit_failed, "warning: " + failure_of(*finding).text, {}});
  return std::move(*log);
}

Result<std::optional<schemas::DatasetId>> dataset_in(const store::EventLog& log, const std::string& wanted) {
  if (wanted.empty()) return std::nullopt;
  if (const auto id = schemas::dataset_id_from(wanted); id && log.head(id->value())) return *id;
  std::vector<schemas::DatasetId> matches;
  for (const store::Head& head : log.heads()) {
    if (head.stream != schemas::system_stream && name_of(log, head.stream) == wanted)
      matches.emplace_back(head.stream);
  }
  if (matches.size() == 1) return matches[0];
  return failed(fmt::format("expected one dataset with the id or name {}, found {}", printable(wanted),
                            matches.size()));
}

std::string stream_name(schemas::StreamId stream) {
  return stream == schemas::system_stream ? std::string("system")
                                          : schemas::to_text(schemas::DatasetId(stream));
}

Failure failure_of(const schemas::Error& error) {
  std::string text = error.at.empty() ? std::string{} : printable(error.at) + ": ";
  text += fmt::format("expected {}, found {}", printable(error.wanted), printable(error.found));
  if (!error.hint.empty()) text += "\n  hint    " + printable(error.hint);
  return {exit_failed, std::move(text), {}};
}

int tell(const Failure& failure) {
  std::fflush(stdout);
  const std::string line = "rftctl: " + failure.text + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
  return failure.exit_code;
}

}  // namespace rftctl
