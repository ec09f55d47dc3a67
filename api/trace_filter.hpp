// Which calls of the trace store are meant: a filter in a query or in a body, or calls chosen one by one.
// Pure, any thread. Included by .cpp files only.
#pragma once

#include "api/json.hpp"
#include "api/json_body.hpp"
#include "steps/traces/select_calls.hpp"

namespace api {

// Errors name the parameter.
Result<steps::traces::CallFilter> trace_filter_from(const Request& request);
// Of an object with the same names; `pointer` begins the place that errors name.
Result<steps::traces::CallFilter> trace_filter_from(const Json& object, const std::string& pointer);

// `filter` or `ids`, `folding`, `with_failed` of a body. Neither of the first two: no filter and no numbers.
struct TraceSelection {
  steps::traces::CallSelection calls;
  std::string filter;  // as it was given, compact; empty: none
};
Result<TraceSelection> trace_selection_from(const Json& body, Fields& fields,
                                            const std::string& pointer = "");

}  // namespace api
