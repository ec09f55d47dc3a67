// By what a call is found again. Pure, any thread.
#pragma once

#include <string_view>
#include <vector>

#include "steps/text/record.hpp"
#include "steps/traces/call.hpp"

namespace steps::traces {

// The hash of the pair of ids that validation keeps for a record whose metadata names them
// (Verdict::span_hash).
[[nodiscard]] text::Hash128 span_key(std::string_view trace_id, std::string_view span_id);

// One key for each span that told of the call. Which of them is the call can change when a late inner span
// comes, so a call has been taken when ANY of its keys has.
[[nodiscard]] std::vector<text::Hash128> span_keys(const Call& call);

// Verdict::content_hash of a record line: the prompt's messages and the tools, whatever the order of fields.
// All zero for a line that is no valid record.
[[nodiscard]] text::Hash128 content_key(std::string_view record_line, text::Scratch& scratch);

}  // namespace steps::traces
