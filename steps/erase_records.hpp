// Prepares the erasure of records: finds every payload that quotes them and writes it anew with blanks in
// their place, so that all other records keep their bytes, offsets and answers. Any thread; reads the log.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/commands.hpp"
#include "engine/step.hpp"

namespace steps {

// Covers imported lines (earlier versions of edited records included), vectors, and what dry runs keep:
// answers and reasons of these records, and all kept model calls of a dry run that asked about one. Records
// that were generated from them, duplicates of them and backups are not touched. `records` in any order;
// `confirm` and `reason` are the caller's to fill in.
schemas::Result<engine::EraseRecords> prepare_erasure(const store::EventLog& log,
                                                      const engine::DatasetState& state,
                                                      const engine::BlobReader& blobs,
                                                      std::vector<std::uint64_t> records);

}  // namespace steps
