// The lines that differ between two texts. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace api {

struct DiffLine {
  char sign = ' ';  // ' ' in both, '-' only before, '+' only after
  std::string text;
};
// The shortest edit by lines (Myers 1986); beyond `edits_max` differences the rest is told as all out, all
// in.
std::vector<DiffLine> diff_lines(std::string_view before, std::string_view after,
                                 std::size_t edits_max = 500);

}  // namespace api
