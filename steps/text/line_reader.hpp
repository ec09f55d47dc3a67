// Cuts an upload of any size into lines, handed on in blocks; memory does not grow with the file.
// Runs on: any one thread at a time (a worker during an import). Never parses JSON and never drops a line
// unseen.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"
#include "steps/text/decoder.hpp"

namespace steps::text {

// Lines in file order. The i-th line is the next `lengths[i]` bytes of `bytes`, without its line end.
// Blank lines are not in it. The three vectors are of one length, at least 1 in a block that is handed over.
struct LineBlock {
  std::string bytes;
  std::vector<std::uint32_t> lengths;
  std::vector<std::uint64_t> lines;             // physical line numbers, 1-based
  std::vector<std::uint64_t> original_lengths;  // bytes; larger than lengths[i] when the line was cut

  [[nodiscard]] std::size_t size() const { return lengths.size(); }
  // True when the line was longer than max_line_bytes, so that only its beginning was kept.
  [[nodiscard]] bool is_cut(std::size_t index) const { return original_lengths[index] > lengths[index]; }
};

struct LineReaderOptions {
  std::size_t block_bytes = std::size_t{256} << 10U;  // a block is handed over when it holds this much, or
  std::size_t block_lines = 4096;                     // this many lines, whichever comes first
  std::uint64_t max_line_bytes = 32ULL << 20;  // 1..2^32-1; of a longer line the first so many bytes are kept
  std::uint64_t max_total_bytes = UINT64_MAX;  // of decoded text; more is too_large
};

struct LineCounts {
  std::uint64_t lines = 0;      // physical lines, blank ones and a last one without a line end included
  std::uint64_t blank = 0;      // lines of nothing but white space: no record
  std::uint64_t cut = 0;        // lines longer than max_line_bytes
  std::uint64_t bytes_in = 0;   // as received
  std::uint64_t bytes_out = 0;  // decoded
};

// Lines end at LF; one CR before it belongs to the line end. A CR elsewhere, also at the end of a last line
// without LF, is content, and so is NUL. A UTF-8 byte order mark at the very start is dropped. White space is
// space, \t, \r, \v and \f. lines = records handed over + blank, always.
//
// Memory: one block of block_bytes plus one line of at most max_line_bytes, plus the decoder's window.
//
// Errors stop the reader for good and are repeated by later calls: those of Decoder; too_large over
// max_total_bytes; whatever the sink returned. Blocks already handed over stay as they are; lines that were
// read but not handed over are dropped, so a caller that wants all or nothing undoes its own work.
class LineReader {
 public:
  using Sink = std::function<schemas::Result<void>(LineBlock)>;

  LineReader(Encoding declared, Sink sink, LineReaderOptions options = {});

  [[nodiscard]] schemas::Result<void> feed(std::string_view chunk);
  // The end of the input: hands over what is left. Call once.
  [[nodiscard]] schemas::Result<void> finish();

  [[nodiscard]] const LineCounts& counts() const { return counts_; }
  // What the bytes turned out to be, by their first four bytes when `identity` was declared.
  [[nodiscard]] Encoding encoding() const { return decoder_.encoding(); }

 private:
  [[nodiscard]] schemas::Result<void> take_text(std::string_view text);
  [[nodiscard]] schemas::Result<void> split(std::string_view text);
  void extend_line(std::string_view part);
  [[nodiscard]] schemas::Result<void> end_line(bool has_line_feed);
  [[nodiscard]] schemas::Result<void> hand_over();
  [[nodiscard]] schemas::Result<void> stop_on_error(schemas::Result<void> done);

  Decoder decoder_;
  Sink sink_;
  LineReaderOptions options_;
  LineCounts counts_;
  LineBlock block_;
  std::size_t line_begin_ = 0;     // where the open line begins in block_.bytes
  std::uint64_t line_length_ = 0;  // of the open line, cut-off part included
  char last_byte_ = 0;             // of the open line
  bool has_cut_text_ = false;      // the cut-off part is not all white space
  bool is_bom_decided_ = false;
  std::string bom_head_;
  std::unexpected<schemas::Error> error_{schemas::Error{}};
  bool is_stopped_ = false;
};

}  // namespace steps::text
