// The stem of an English word by the algorithm of M. F. Porter, "An algorithm for suffix stripping" (1980).
#pragma once

#include <string>
#include <string_view>

namespace steps::grade {

// Pure. `word` in lower case; what is not made of a-z, or shorter than three letters, comes back as it is.
[[nodiscard]] std::string porter_stem(std::string_view word);

}  // namespace steps::grade
