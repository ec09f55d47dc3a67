// From a call to the line of a record: what the model was asked, its answer beside it. Pure, any thread.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "steps/traces/call.hpp"

namespace steps::traces {

// Why a call gives no record.
enum class Skip : std::uint8_t {
  failed,        // errors are left out unless asked for
  no_messages,   // its texts were not recorded
  no_answer,     // it did not fail, and yet nothing came back
  no_user_turn,  // nothing that a model could have answered: no user or tool message
};
inline constexpr std::size_t skip_count = 4;
[[nodiscard]] std::string_view skip_name(Skip skip);

struct RecordOptions {
  bool with_failed = false;  // a failed call gives a record without `output`
};

// {"messages": prompt, "tools"?, "tool_choice"?, "output", "metadata": provenance}. The prompt ends with the
// user or tool message that the model answered; an assistant's beginning that the model was made to continue
// goes to the answer, which is then an array. The provenance: trace_id, span_id (as the dedup by span of
// imports reads them), dialect, model, model_asked, provider, time (ns since 1970, as a string), session,
// thread, run, user, labels, finish_reason.
[[nodiscard]] std::expected<std::string, Skip> record_line(const Call& call,
                                                           const RecordOptions& options = {});

}  // namespace steps::traces
