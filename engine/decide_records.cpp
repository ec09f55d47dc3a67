#include <algorithm>

#include "engine/decide_parts.hpp"

namespace engine {

namespace {
Result<void> check_visible(const DatasetState& state, std::uint64_t number) {
  const RecordRow* row = state.record(RecordId(number));
  if (row != nullptr && row->visible()) return {};
  if (row != nullptr && row->is(deleted)) {
    return schemas::fail(ErrorCode::gone, "a record that exists",
                         "'" + to_text(RecordId(number)) + "' has been deleted",
                         "read it as it was with ?at=");
  }
  return schemas::fail(ErrorCode::not_found, "a record of this dataset",
                       "'" + to_text(RecordId(number)) + "'");
}

Result<void> check_all_visible(const DatasetState& state, const std::vector<std::uint64_t>& numbers) {
  for (const std::uint64_t number : numbers) {
    if (auto good = check_visible(state, number); !good) return good;
  }
  return {};
}

std::vector<std::uint64_t> sorted_once(std::vector<std::uint64_t> numbers) {
  std::ranges::sort(numbers);
  const auto repeated = std::ranges::unique(numbers);
  numbers.erase(repeated.begin(), repeated.end());
  return numbers;
}
}  // namespace

Result<Decision> decide_on(const DatasetState& state, const EditRecord& command, const Now& /*now*/) {
  if (auto good = check_visible(state, command.record.value()); !good) return std::unexpected(good.error());
  schemas::RecordEditedT event;
  event.record = command.record;
  event.block = command.blob.id;
  event.length = command.length;
  return Decision{{schemas::encode(event)}, {command.blob}, {}, command.record.value()};
}

Result<Decision> decide_on(const DatasetState& state, const DeleteRecords& command, const Now& /*now*/) {
  if (auto good = check_all_visible(state, command.records); !good) return std::unexpected(good.error());
  schemas::RecordsDeletedT event;
  event.records = sorted_once(command.records);
  if (event.records.empty()) return Decision{};
  if (event.records.size() > 1 && !command.confirm) {
    return schemas::fail(
        ErrorCode::needs_confirmation, "confirm: true to delete several records",
        std::to_string(event.records.size()) + " records would be deleted",
        "repeat with confirm: true; they stay readable with ?at=" + std::to_string(state.position));
  }
  const auto count = event.records.size();
  return Decision{{schemas::encode(event)}, {}, {}, count};
}

Result<Decision> decide_on(const DatasetState& state, const RevalidateRecords& command, const Now& /*now*/) {
  if (auto good = check_all_visible(state, command.records); !good) return std::unexpected(good.error());
  schemas::RecordsInvalidatedT event;
  event.records = sorted_once(command.records);
  event.all = event.records.empty();
  event.reason = "validation requested";
  const std::uint64_t count = event.all ? state.counters.records : event.records.size();
  if (count == 0) return Decision{};
  return Decision{{schemas::encode(event)}, {}, {}, count};
}

Result<Decision> decide_on(const DatasetState& state, const AssignTopic& command, const Now& /*now*/) {
  if (auto good = check_all_visible(state, command.records); !good) return std::unexpected(good.error());
  if (command.topic != 0 && !state.topics->is_leaf(command.topic)) {
    return schemas::fail(ErrorCode::invalid_argument, "the id of a leaf topic",
                         state.topics->find(command.topic) != nullptr
                             ? "a topic that has topics below it"
                             : "'" + to_text(TopicId(command.topic)) + "'",
                         "GET …/topics lists them", "/topic");
  }
  schemas::TopicAssignedManuallyT event;
  event.records = sorted_once(command.records);
  event.topic = command.topic;
  if (event.records.empty()) return Decision{};
  const auto count = event.records.size();
  return Decision{{schemas::encode(event)}, {}, {}, count};
}

}  // namespace engine
