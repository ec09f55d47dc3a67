// Order, hash and text for the ids that schemas/ids.fbs declares. Pure values, any thread.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "schemas/error.hpp"
#include "schemas/ids_generated.h"

namespace schemas {

using StreamId = std::uint64_t;        // 0 is the system stream, else the dataset id's value
using Position = std::uint64_t;        // in a stream, from 1; 0 = before the first event
using GlobalPosition = std::uint64_t;  // in the store, from 1
inline constexpr StreamId system_stream = 0;

inline auto operator<=>(DatasetId a, DatasetId b) {
  return a.value() <=> b.value();
}
inline auto operator<=>(RecordId a, RecordId b) {
  return a.value() <=> b.value();
}
inline auto operator<=>(RunId a, RunId b) {
  return a.value() <=> b.value();
}
inline auto operator<=>(TopicId a, TopicId b) {
  return a.value() <=> b.value();
}

// As they stand in URLs and JSON: "d7", "r12", "run3", "t5". Opaque to clients.
inline std::string to_text(DatasetId id) {
  return "d" + std::to_string(id.value());
}
inline std::string to_text(RecordId id) {
  return "r" + std::to_string(id.value());
}
inline std::string to_text(RunId id) {
  return "run" + std::to_string(id.value());
}
inline std::string to_text(TopicId id) {
  return "t" + std::to_string(id.value());
}

Result<DatasetId> dataset_id_from(std::string_view text);
Result<RecordId> record_id_from(std::string_view text);
Result<RunId> run_id_from(std::string_view text);
Result<TopicId> topic_id_from(std::string_view text);

// 32 hexadecimal digits.
std::string to_text(const BlobId& id);
// 64 hexadecimal digits.
std::string to_text(const Hash& hash);

}  // namespace schemas

template <>
struct std::hash<schemas::BlobId> {
  std::size_t operator()(const schemas::BlobId& id) const noexcept { return id.high() ^ id.low(); }
};
