// Cuts a long text between sentences into windows that an encoder of limited length can read. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

namespace steps::embed {

// Sentences put together while `size_of` says that they fit into `size_max`; one that is longer alone is cut
// between words. At most `windows_max` windows, the first, the last and evenly between them. A text that fits
// is one window; never empty.
[[nodiscard]] std::vector<std::string_view> windows_of(
    std::string_view text, std::size_t size_max, std::size_t windows_max,
    const std::function<std::size_t(std::string_view)>& size_of);

}  // namespace steps::embed
