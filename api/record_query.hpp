// Which records a request speaks of: the filters of lists, bulk changes and exports. Any thread; text search
// reads payloads and belongs on a worker.
#pragma once

#include <string>
#include <vector>

#include "api/request.hpp"
#include "engine/projections/records.hpp"
#include "engine/step.hpp"

namespace api {

struct RecordQuery {
  engine::RecordFilter filter;
  std::string text;  // looked for in the raw bytes, ASCII letters of either case; empty = no search
  engine::RecordSort sort = engine::RecordSort::id;
  bool descending = false;
  std::string order;  // the sort parameter, for cursors
  std::string key;    // the same for the same filters and order, whatever the page
};

Result<RecordQuery> record_query_from(const Request& request);

// Numbers of all records that match, in the query's order.
Result<std::vector<std::uint64_t>> matching(const engine::DatasetState& state, const RecordQuery& query,
                                            const engine::BlobReader& blobs);

// ASCII letters match in either case; `lower` is in lower case.
bool contains_ignoring_case(std::string_view text, std::string_view lower);

}  // namespace api
