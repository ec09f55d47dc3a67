// An archive on its way in, piece by piece: payloads are checked and handed over as they come, events are
// folded. Memory is bounded by the events (facts, no payloads) and one payload. One worker at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/tar.hpp"
#include "engine/archive.hpp"
#include "steps/text/decoder.hpp"

namespace api {

class ArchiveReader {
 public:
  // `epoch`: of the store that takes the dataset in.
  ArchiveReader(steps::text::Encoding encoding, std::uint64_t epoch);
  ArchiveReader(const ArchiveReader&) = delete;  // its parts call it back
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  // invalid_argument or corrupt: what is wrong with the archive, and where. After an Error it is of no use.
  schemas::Result<void> feed(std::string_view bytes);
  // The end of the body: everything that the manifest promises has come.
  schemas::Result<void> finish();

  // Payloads since the last call, good ones.
  [[nodiscard]] std::vector<store::Blob> take_blobs() { return std::exchange(blobs_, {}); }
  [[nodiscard]] std::size_t blob_bytes() const { return blob_bytes_; }
  // Of the dataset, as the manifest has it.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] engine::ArchivedDataset take_dataset() { return fold_.take(); }

 private:
  schemas::Result<void> begin(std::string_view name, std::uint64_t size);
  schemas::Result<void> end();
  schemas::Result<void> read_manifest();
  schemas::Result<void> read_blob();
  schemas::Result<void> read_events();

  steps::text::Decoder decoder_;
  TarReader tar_;
  engine::ArchiveFold fold_;
  std::optional<std::uint64_t> events_promised_;
  std::string name_;
  std::string file_;  // name of the present one
  bool wanted_ = false;
  std::string content_;
  std::vector<store::Blob> blobs_;
  std::size_t blob_bytes_ = 0;
};

}  // namespace api
