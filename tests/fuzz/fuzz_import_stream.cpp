// Any bytes as an upload, cut where the first bytes say: nothing crashes, no line is lost, memory stays
// small, and the lines are the same wherever the stream was cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "steps/text/line_reader.hpp"
#include "steps/text/record.hpp"

namespace {

using namespace steps::text;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Outcome {
  std::string lines;  // every line and its number
  LineCounts counts;
  bool is_whole = false;
};

Outcome read(std::string_view bytes, Encoding encoding, std::size_t chunk) {
  Outcome outcome;
  std::uint64_t records = 0;
  LineReader reader(encoding,
                    [&](const LineBlock& block) -> schemas::Result<void> {
                      std::size_t begin = 0;
                      for (std::size_t i = 0; i < block.size(); ++i) {
                        outcome.lines += std::to_string(block.lines[i]) + ":" +
                                         block.bytes.substr(begin, block.lengths[i]) + "\n";
                        require(block.lengths[i] <= 64 && block.original_lengths[i] >= block.lengths[i]);
                        begin += block.lengths[i];
                      }
                      require(begin == block.bytes.size());
                      records += block.size();
                      return {};
                    },
                    {.block_bytes = 100, .block_lines = 5, .max_line_bytes = 64, .max_total_bytes = 1 << 20});
  schemas::Result<void> done;
  for (std::size_t at = 0; done && at < bytes.size(); at += chunk)
    done = reader.feed(bytes.substr(at, chunk));
  if (done) done = reader.finish();
  outcome.is_whole = done.has_value();
  outcome.counts = reader.counts();
  if (done) require(records + outcome.counts.blank == outcome.counts.lines);
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto encoding = static_cast<Encoding>(data[0] % 3);
  const std::size_t chunk = data[1] % 32U + 1;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Outcome whole = read(bytes, encoding, bytes.size() + 1);
  const Outcome pieces = read(bytes, encoding, chunk);
  require(whole.is_whole == pieces.is_whole);
  if (!whole.is_whole) return 0;
  require(whole.lines == pieces.lines);
  require(whole.counts.lines == pieces.counts.lines && whole.counts.bytes_out == pieces.counts.bytes_out);
  return 0;
}
