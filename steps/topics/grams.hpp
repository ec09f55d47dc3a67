// Words as their parts, for languages whose words the lists of this folder do not know. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace steps::topics {

// Every word of `text` as overlapping parts of `size` characters with "x" before and after the word,
// separated by spaces; a word of at most `size` characters stays whole.
[[nodiscard]] std::string grams_of(std::string_view text, std::size_t size);

}  // namespace steps::topics
