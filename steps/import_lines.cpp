#include "steps/import_lines.hpp"

namespace steps {

engine::ImportBlock import_block_of(const text::LineBlock& lines, std::uint64_t bytes_read) {
  engine::ImportBlock command;
  command.blob = store::make_blob(lines.bytes);
  schemas::RecordsImportedT& block = command.block;
  block.lengths = lines.lengths;
  block.first_line = lines.lines.front();
  block.bytes_read = bytes_read;
  std::vector<std::uint32_t> gaps(lines.size(), 0);
  bool any_gap = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) gaps[i] = static_cast<std::uint32_t>(lines.lines[i] - lines.lines[i - 1] - 1);
    any_gap |= gaps[i] != 0;
    if (lines.is_cut(i)) block.truncated.push_back(static_cast<std::uint32_t>(i));
  }
  if (any_gap) block.line_gaps = std::move(gaps);
  return command;
}

ImportLines::ImportLines(text::Encoding declared, Sink sink, text::LineReaderOptions options)
    : sink_(std::move(sink)),
      reader_(
          declared,
          [this](const text::LineBlock& lines) {
            return sink_(import_block_of(lines, reader_.counts().bytes_in));
          },
          options) {}

schemas::Result<void> ImportLines::feed(std::string_view chunk) {
  return reader_.feed(chunk);
}

schemas::Result<text::LineCounts> ImportLines::finish() {
  if (auto finished = reader_.finish(); !finished) return std::unexpected(finished.error());
  return reader_.counts();
}

}  // namespace steps
