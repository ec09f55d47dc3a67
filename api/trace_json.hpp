// Calls of the trace store as JSON on the wire. Pure, any thread. Included by .cpp files only.
#pragma once

#include "api/handler.hpp"
#include "api/json.hpp"
#include "steps/traces/select_calls.hpp"

namespace api {

// "c12"
std::string call_id(std::uint64_t number);
Json call_summary_view(const steps::traces::CallSummary& summary);
Json call_view(const steps::traces::FoundCall& found, const std::vector<steps::traces::Span>& spans);
Json counts_view(const std::map<std::string, std::uint64_t>& counts);
Json facet_view(const std::vector<steps::traces::FacetCount>& values);
Json pattern_view(const steps::traces::CallPattern& pattern);

}  // namespace api
