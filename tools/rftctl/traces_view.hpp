// What the daemon says about calls of models, as text for a terminal. Pure, any thread.
#pragma once

#include <string>

#include "tools/rftctl/json.hpp"
#include "tools/rftctl/text.hpp"

namespace rftctl {

// A page of calls, newest first.
std::string traces_view(const Terminal& terminal, const json& list);
// Counts by model, provider, status, label and dialect, and what the store holds.
std::string trace_facets_view(const Terminal& terminal, const json& facets);
// One call: what was asked, answered and measured, its spans, and whether a dataset would take it.
std::string trace_view(const Terminal& terminal, const json& call);
// What an import into the trace store took and refused.
std::string imported_traces_view(const json& answer);
// What a dataset took, or with `preview` would take, and what was left out by reason.
std::string pulled_view(const json& answer, bool preview);
// Where the daemon itself gets traces from.
std::string trace_sources_view(const Terminal& terminal, const json& list);

}  // namespace rftctl
