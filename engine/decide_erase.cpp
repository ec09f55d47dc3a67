#include <algorithm>
#include <unordered_set>

#include "engine/decide_parts.hpp"

namespace engine {

namespace {
constexpr std::size_t reason_bytes_max = 1000;

Result<void> check_erasable(const DatasetState& state, std::uint64_t number) {
  const RecordRow* row = state.record(RecordId(number));
  if (row == nullptr || row->is(staged)) {
    return schemas::fail(ErrorCode::not_found, "a record of this dataset",
                         "'" + to_text(RecordId(number)) + "'");
  }
  if (row->is(erased)) {
    return schemas::fail(ErrorCode::gone, "a record with content",
                         "'" + to_text(RecordId(number)) + "' has been erased");
  }
  return {};
}

// What runs may hold the text in its hands, and would write it down again.
Result<void> check_nothing_runs(const DatasetState& state) {
  for (const Run& run : state.runs) {
    if (run.ended()) continue;
    return schemas::fail(ErrorCode::busy, "a dataset in which nothing runs", describe(run),
                         "wait until it has ended, or cancel it, then erase");
  }
  return {};
}

std::vector<BlobId> let_go(const DatasetState& state, const std::vector<ReplacedPayload>& replaced) {
  DatasetState after = state;
  replace_payloads(after, replaced);
  const std::vector<BlobId> kept = blobs_of(after);
  const std::unordered_set<BlobId> held(kept.begin(), kept.end());
  std::vector<BlobId> released = blobs_of(state);
  std::erase_if(released, [&](const BlobId& id) { return held.contains(id); });
  return released;
}
}  // namespace

Result<Decision> decide_on(const DatasetState& state, const EraseRecords& command, const Now& /*now*/) {
  schemas::RecordsErasedT event;
  event.records = command.records;
  std::ranges::sort(event.records);
  const auto repeated = std::ranges::unique(event.records);
  event.records.erase(repeated.begin(), repeated.end());
  if (event.records.empty()) return Decision{};
  for (const std::uint64_t number : event.records) {
    if (auto good = check_erasable(state, number); !good) return std::unexpected(good.error());
  }
  if (!command.confirm) {
    return schemas::fail(
        ErrorCode::needs_confirmation, "confirm=true to erase for good",
        std::to_string(event.records.size()) + " record(s) whose content would also be gone from the past",
        "deleting without erasing keeps them readable with ?at=" + std::to_string(state.position));
  }
  if (command.reason.size() > reason_bytes_max) {
    return schemas::fail(ErrorCode::invalid_argument, "a reason of at most 1000 bytes",
                         std::to_string(command.reason.size()) + " bytes", {}, "reason");
  }
  if (auto good = check_nothing_runs(state); !good) return std::unexpected(good.error());
  if (command.based_on != state.position) {
    return schemas::fail(ErrorCode::conflict, "the dataset at position " + std::to_string(command.based_on),
                         "position " + std::to_string(state.position), "repeat the request");
  }
  event.reason = command.reason;
  for (const ReplacedPayload& payload : command.replaced) {
    auto told = std::make_unique<schemas::PayloadReplacedT>();
    told->position = payload.position;
    told->from = payload.from;
    told->to = payload.to;
    event.replaced.push_back(std::move(told));
  }
  const auto count = event.records.size();
  return Decision{{schemas::encode(event)}, command.blobs, let_go(state, command.replaced), count};
}

}  // namespace engine
