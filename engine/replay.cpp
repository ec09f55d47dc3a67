#include "engine/replay.hpp"

#include <algorithm>
#include <chrono>

#include "engine/snapshot.hpp"
#include "schemas/upcast.hpp"

namespace engine {

using schemas::ErrorCode;
using schemas::Result;

namespace {
std::unexpected<schemas::Error> at(schemas::Error error, const store::EventView& event) {
  error.at = to_text(DatasetId(event.stream())) + " position " + std::to_string(event.position());
  return std::unexpected(std::move(error));
}
}  // namespace

Result<Fact> fact_of(const store::EventView& event, std::string& upcast_body) {
  std::string_view body = event.body();
  if (event.version() != schemas::current_version(event.type())) {
    auto current = schemas::upcast(event.type(), event.version(), body,
                                   schemas::current_version(event.type()), schemas::upcasters());
    if (!current) return at(current.error(), event);
    upcast_body = std::move(current->body);
    body = upcast_body;
  }
  if (auto good = schemas::verify_body(event.type(), body); !good) return at(good.error(), event);
  return Fact{event.type(), body, event.position(), event.time(), event.envelope().epoch()};
}

Result<void> fold_on(Dataset& dataset, const store::EventLog& log, Position until) {
  Result<void> outcome;
  std::string upcast_body;
  const auto fold_one = [&](const store::EventView& event) {
    const auto fact = fact_of(event, upcast_body);
    if (!fact) {
      outcome = std::unexpected(fact.error());
      return false;
    }
    try {
      apply(dataset, *fact);
    } catch (const std::exception& broken) {
      outcome = at({ErrorCode::corrupt,
                    "an event that fits those before it",
                    broken.what(),
                    "run `rftctl audit --verify`",
                    {}},
                   event);
      return false;
    }
    return true;
  };
  const auto scanned = log.scan(dataset.state.id, dataset.state.position + 1, until, fold_one);
  return scanned ? outcome : scanned;
}

Result<Dataset> load(const store::EventLog& log, DatasetId id, Position until) {
  Dataset dataset;
  dataset.state.id = id.value();
  if (const auto snapshot = log.snapshot(id.value(), until); snapshot) {
    if (auto state = deserialize(snapshot->bytes); state && state->position == snapshot->position) {
      dataset.state = std::move(*state);
      rebuild_duplicates(dataset);
    }
  }
  if (auto folded = fold_on(dataset, log, until); !folded) return std::unexpected(folded.error());
  return dataset;
}

Result<Position> position_at(const store::EventLog& log, DatasetId id, std::int64_t time) {
  const auto head = log.head(id.value());
  if (!head) return schemas::fail(ErrorCode::not_found, "a dataset", "'" + to_text(id) + "'");
  Position low = 0;  // not later than `time`, or 0
  Position high = head->position + 1;
  while (high - low > 1) {
    const Position middle = low + (high - low) / 2;
    std::int64_t its_time = 0;
    const auto scanned = log.scan(id.value(), middle, middle, [&](const store::EventView& event) {
      its_time = event.time();
      return false;
    });
    if (!scanned) return std::unexpected(scanned.error());
    (its_time <= time ? low : high) = middle;
  }
  return low;
}

Result<ReplayReport> verify_replay(const store::EventLog& log, DatasetId id, std::optional<Position> until,
                                   const std::function<void(Position)>& progress) {
  const auto head = log.head(id.value());
  if (!head) return schemas::fail(ErrorCode::not_found, "a dataset in this store", "'" + to_text(id) + "'");
  const auto began = std::chrono::steady_clock::now();
  const Position end = std::min(until.value_or(head->position), head->position);
  ReplayReport report;
  Dataset dataset;
  dataset.state.id = id.value();
  std::vector<Position> stops = log.snapshot_positions(id.value());
  std::ranges::sort(stops);
  std::erase_if(stops, [&](Position position) { return position > end; });
  const std::vector<Position> snapshots = stops;
  stops.push_back(end);
  for (std::size_t i = 0; i < stops.size(); ++i) {
    if (auto folded = fold_on(dataset, log, stops[i]); !folded) return std::unexpected(folded.error());
    if (progress) progress(dataset.state.position);
    if (i >= snapshots.size()) continue;
    const auto snapshot = log.snapshot(id.value(), stops[i]);
    const bool readable = snapshot && snapshot->position == stops[i] && deserialize(snapshot->bytes);
    if (!readable) continue;  // damaged, or of another layout: the daemon passes it over as well
    const bool equal = snapshot->bytes == serialize(dataset.state);
    (equal ? report.snapshots_equal : report.snapshots_different).push_back(stops[i]);
  }
  report.events = report.position = dataset.state.position;
  report.digest = digest_of(dataset.state);
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return report;
}

}  // namespace engine
