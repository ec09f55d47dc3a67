#include <fmt/format.h>

#include <cstdio>

#include "engine/replay.hpp"
#include "store/audit.hpp"
#include "tools/rftctl/json.hpp"
#include "tools/rftctl/progress.hpp"
#include "tools/rftctl/store_verbs.hpp"
#include "tools/rftctl/text.hpp"

namespace rftctl {

namespace {

std::string positions_text(const std::vector<schemas::Position>& positions) {
  std::string out;
  for (const schemas::Position position : positions)
    out += fmt::format("{}{}", out.empty() ? "" : ", ", position);
  return out;
}

std::string report_line(schemas::DatasetId id, const engine::ReplayReport& report) {
  std::string out =
      fmt::format("{:<6} {} events to position {} in {:.2f} s  sha256 {}  ", schemas::to_text(id),
                  with_commas(report.events), report.position, report.seconds, report.digest);
  if (!report.snapshots_different.empty())
    return out +
           fmt::format("DIFFERENT from the snapshot at {}\n", positions_text(report.snapshots_different));
  if (report.snapshots_equal.empty()) return out + "no snapshot to compare with\n";
  return out + fmt::format("equal to the snapshots at {}\n", positions_text(report.snapshots_equal));
}

json report_json(schemas::DatasetId id, const engine::ReplayReport& report) {
  return {{"dataset", schemas::to_text(id)},
          {"events", report.events},
          {"position", report.position},
          {"digest", report.digest},
          {"snapshots_equal", report.snapshots_equal},
          {"snapshots_different", report.snapshots_different},
          {"seconds", report.seconds}};
}

Result<engine::ReplayReport> replay_one(const store::EventLog& log, const store::Head& head,
                                        std::optional<schemas::Position> until) {
  const schemas::DatasetId id(head.stream);
  const schemas::Position to = std::min(until.value_or(head.position), head.position);
  Progress progress("replaying " + schemas::to_text(id), false);
  auto report = engine::verify_replay(log, id, to, [&](schemas::Position at) {
    progress.show(static_cast<std::int64_t>(at), static_cast<std::int64_t>(to));
  });
  if (!report) return std::unexpected(failure_of(report.error()));
  return std::move(*report);
}

json audit_json(const store::AuditReport& report) {
  json out{{"ok", !report.first_bad}, {"streams", report.streams}, {"events", report.events}};
  out["blobs"] = report.blobs_checked ? json(report.blobs) : json();
  out["blobs_erased"] = report.blobs_checked ? json(report.blobs_erased) : json();
  if (report.first_bad) {
    const auto& bad = *report.first_bad;
    out["first_bad"] = {{"stream", stream_name(bad.stream)}, {"position", bad.position}, {"why", bad.why}};
  }
  return out;
}

Failure audit_failure(const store::AuditReport& report) {
  const auto& bad = *report.first_bad;
  std::string where = stream_name(bad.stream);
  where += bad.position == 0 ? std::string(", a payload") : fmt::format(", position {}", bad.position);
  return {exit_failed,
          fmt::format("BAD: {}: {}\n  {} events before it are good\n  hint    restore a backup", where,
                      printable(bad.why), with_commas(report.events)),
          {}};
}

}  // namespace

int audit(const StoreSettings& settings, bool blobs) {
  const auto log = open_store(settings.data);
  if (!log) return tell(log.error());
  Result<store::AuditReport> report = failed("");
  {
    Progress progress("events", false);
    auto found = store::audit(**log, blobs, [&](std::uint64_t done) {
      progress.show(static_cast<std::int64_t>(done),
                    static_cast<std::int64_t>((*log)->statistics().global_position));
    });
    if (!found) return tell(failure_of(found.error()));
    report = std::move(*found);
  }
  if (settings.json) fmt::print("{}\n", audit_json(*report).dump());
  if (report->first_bad) return tell(audit_failure(*report));
  if ((*log)->finding()) return exit_failed;  // open_store() has told it
  if (settings.json) return exit_ok;
  std::string line = fmt::format("OK: {} events in {} streams", with_commas(report->events), report->streams);
  line += report->blobs_checked ? fmt::format(", {} payloads ({} erased)", with_commas(report->blobs),
                                              with_commas(report->blobs_erased))
                                : ", payloads not read";
  fmt::print("{}; up to global position {}\n", line, (*log)->statistics().global_position);
  return exit_ok;
}

int replay(const ReplaySettings& settings) {
  const auto log = open_store(settings.store.data);
  if (!log) return tell(log.error());
  const auto wanted = dataset_in(**log, settings.store.dataset);
  if (!wanted) return tell(wanted.error());
  if (!settings.store.json)
    fmt::print("looked at global position {}\n", (*log)->statistics().global_position);
  std::size_t datasets = 0;
  std::size_t different = 0;
  for (const store::Head& head : (*log)->heads()) {
    if (head.stream == schemas::system_stream || (*wanted && head.stream != (*wanted)->value())) continue;
    const auto report = replay_one(**log, head, settings.until);
    if (!report) return tell(report.error());
    ++datasets;
    different += report->snapshots_different.empty() ? 0 : 1;
    const schemas::DatasetId id(head.stream);
    const std::string line =
        settings.store.json ? report_json(id, *report).dump() + "\n" : report_line(id, *report);
    std::fwrite(line.data(), 1, line.size(), stdout);
  }
  if (different > 0)
    return tell(
        {exit_failed,
         fmt::format("expected every snapshot to be what its log says, found {} of {} datasets different",
                     different, datasets),
         {}});
  if (!settings.store.json) fmt::print("OK: {} datasets replayed\n", datasets);
  return exit_ok;
}

}  // namespace rftctl
