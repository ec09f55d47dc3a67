// Which calls become records of a dataset, and why the others do not. Any thread; reads the collector's disk.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "steps/text/record.hpp"
#include "steps/traces/collector.hpp"
#include "steps/traces/fold.hpp"

namespace steps::traces {

struct CallSelection {
  std::optional<CallFilter> filter = {};    // or
  std::vector<std::uint64_t> numbers = {};  // chosen one by one
  Folding folding = Folding::not_a_prefix;
  bool with_failed = false;
};

// What the dataset has already; empty functions: nothing.
struct AlreadyHere {
  std::function<bool(const text::Hash128& span_key)> span;
  std::function<bool(const text::Hash128& content_key)> content;
};

// What the calls have in common, to suggest a name from.
struct CallPattern {
  std::string system_prompt;  // the most common one, cut as in CallSummary; empty: none
  double system_prompt_share = 0;
  std::vector<FacetCount> tools;  // most first, 20 at most
  std::vector<FacetCount> models;
};

struct SelectedCalls {
  std::uint64_t matching = 0;
  std::map<std::string, std::uint64_t> skipped;  // reason -> calls; see skip_name(), and already_here,
                                                 // same_content, folded
  std::vector<std::uint64_t> numbers;            // those that are left, oldest first
  std::uint64_t watermark = 0;                   // the collector's highest sequence number before it looked
  CallPattern pattern;
};

// Reads each matching call twice: to know all beginnings before one is folded away. A call folds only into
// one that is itself taken.
[[nodiscard]] schemas::Result<SelectedCalls> select_calls(const Collector& collector,
                                                          const CallSelection& selection,
                                                          const AlreadyHere& already = {});

}  // namespace steps::traces
