// The records table: filter, sort and page over the columns. Pure; one pass over the rows, whatever the
// page. Text search is the caller's, who can read payloads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/dataset_state.hpp"
#include "schemas/error.hpp"

namespace engine {

struct RecordFilter {
  std::optional<bool> valid;
  std::optional<std::uint8_t> code;
  std::optional<std::uint32_t> topic;  // 0 = uncategorized; an inner topic means all below it
  std::optional<Source> source;
  std::optional<bool> duplicate;
  std::optional<float> confidence_lt;
  std::optional<float> confidence_gte;
  std::optional<double> score_lt;
  std::optional<double> score_gte;
  std::optional<std::uint64_t> line;
};

enum class RecordSort : std::uint8_t { id, line, topic, confidence, tokens, length, code, score };
schemas::Result<RecordSort> record_sort_from(std::string_view name);

struct RecordPage {
  std::vector<std::uint64_t> records;  // numbers, in order
  std::uint64_t total = 0;             // that match, over all pages
  bool more = false;
};

// The `limit` matching records that come after `after` (a record number of the last page, 0 = from the start)
// in this order; ties go by number.
RecordPage page_of(const DatasetState& state, const RecordFilter& filter, RecordSort sort, bool descending,
                   std::uint64_t after, std::size_t limit);
// Numbers of all matching records, ascending.
std::vector<std::uint64_t> matching(const DatasetState& state, const RecordFilter& filter);

}  // namespace engine
