// What the pages of all sources have in common: an object with a list `data`. Pure, any thread. Internal to
// steps/traces.
#pragma once

#include "steps/text/json_index.hpp"
#include "steps/traces/pull_source.hpp"

namespace steps::traces {

struct DataPage {
  text::JsonIndex json;
  PullPage page;  // without `next`

  // The text of meta's field; empty when there is none.
  [[nodiscard]] std::string meta_text(std::string_view field) const;
};

// The items of `data`; corrupt when the body has none. The body must outlive the page.
[[nodiscard]] schemas::Result<DataPage> read_data(std::string_view body, std::string_view wanted,
                                                  const std::string& hint);

// A cursor that counts: the items before it.
[[nodiscard]] std::uint64_t count_in(const std::string& cursor);

}  // namespace steps::traces
