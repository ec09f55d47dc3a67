// Where the content of records is quoted: the first half of erasing them. Looks at the facts only; what the
// payloads look like inside is known to steps/erase_records.cpp. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/dataset_state.hpp"
#include "schemas/error.hpp"
#include "store/event_log.hpp"

namespace engine {

// A payload that quotes, or may quote, some of the records.
struct Quote {
  Position position = 0;  // of the event that names it
  schemas::EventType type = schemas::EventType::none;
  BlobId block;
  std::uint64_t run = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> bytes;  // of records: offset and length
  std::vector<std::uint32_t> rows;                             // of vectors
};

// Every one up to state.position, replaced ones under their present name. `records` ascending. O(events).
schemas::Result<std::vector<Quote>> quotes_of(const store::EventLog& log, const DatasetState& state,
                                              std::span<const std::uint64_t> records);

}  // namespace engine
