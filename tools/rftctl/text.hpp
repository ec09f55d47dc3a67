// Text for a terminal: width in columns, cutting and padding, colours, and the removal of control characters
// from what strangers wrote (records may carry escape sequences). Pure, except terminal_of(). Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rftctl {

struct Terminal {
  bool is_terminal = false;
  bool colours = false;  // a terminal, and neither NO_COLOR nor TERM=dumb is set
  std::size_t width = 120;
};
// Of a file descriptor. Width: the window's, else $COLUMNS, else 120; at least 40.
Terminal terminal_of(int descriptor);

enum class Colour { plain, bold, dim, red, green, yellow, blue, cyan };
std::string painted(const Terminal& terminal, Colour colour, std::string_view text);

// Control characters and broken UTF-8 become spaces or U+FFFD; what is left cannot steer a terminal.
std::string printable(std::string_view text);
// Columns that printable text takes: wide characters 2, combining ones 0.
std::size_t columns_of(std::string_view text);
// Cut to at most `columns`, the last one an ellipsis when something was cut.
std::string fitted(std::string_view text, std::size_t columns);
// fitted(), then filled up with spaces on the right (or on the left).
std::string padded(std::string_view text, std::size_t columns, bool right_aligned = false);
// Broken between words into lines of at most `columns`; the last of `lines_max` is cut.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns, std::size_t lines_max);
std::string repeated(std::string_view text, std::size_t times);

// `share` of `width` columns filled, in eighths of a column. share is clamped to 0..1.
std::string bar(double share, std::size_t width);

// Rows of cells in aligned columns; the first row is the header. A column whose header ends in '>' is set
// flush right. The last column is cut to what the width leaves over.
std::string table(const Terminal& terminal, const std::vector<std::vector<std::string>>& rows);

}  // namespace rftctl
