// Whether a text is English, which is all that the built-in embedders have learnt. Pure, any thread.
#pragma once

#include <string_view>

namespace steps::embed {

// By its letters, then by its function words: those of English against those of 14 other European languages.
// True for a text without letters, and for one that says nothing either way.
[[nodiscard]] bool is_english(std::string_view text);

}  // namespace steps::embed
