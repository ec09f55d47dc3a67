// An upload on its way to commands: bytes in, ImportBlock parts out, ready to be submitted in order.
// Runs on: any one thread at a time. Memory stays flat whatever the size of the upload.
#pragma once

#include <functional>
#include <string_view>

#include "engine/commands.hpp"
#include "steps/text/line_reader.hpp"

namespace steps {

// A block of lines as the engine wants it; `run` is for the caller to fill in.
engine::ImportBlock import_block_of(const text::LineBlock& lines, std::uint64_t bytes_read);

class ImportLines {
 public:
  // `sink` gets the blocks in order; an Error from it stops the import and comes back from feed() or
  // finish().
  using Sink = std::function<schemas::Result<void>(engine::ImportBlock)>;
  ImportLines(text::Encoding declared, Sink sink, text::LineReaderOptions options = {});

  [[nodiscard]] schemas::Result<void> feed(std::string_view chunk);
  // The end of the body: lines, blank lines and bytes, for ReceiveImport.
  [[nodiscard]] schemas::Result<text::LineCounts> finish();

 private:
  Sink sink_;
  text::LineReader reader_;
};

}  // namespace steps
