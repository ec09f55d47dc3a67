#include "engine/step.hpp"

namespace engine {

using schemas::ErrorCode;
using schemas::Result;

namespace {
Result<std::string_view> slice(const RecordRow& row, const std::string& block) {
  if (std::size_t{row.offset} + row.length > block.size()) {
    return schemas::fail(ErrorCode::corrupt, std::to_string(row.offset + row.length) + " bytes in a block",
                         std::to_string(block.size()), "run `rftctl audit --verify --blobs`");
  }
  return std::string_view(block).substr(row.offset, row.length);
}
}  // namespace

Result<std::string> read_record(const DatasetState& state, RecordId record, const BlobReader& blobs) {
  std::string bytes;
  const std::uint64_t number = record.value();
  const auto read = read_records(state, std::span(&number, 1), blobs,
                                 [&](std::uint64_t, std::string_view line) { bytes = line; });
  if (!read) return std::unexpected(read.error());
  return bytes;
}

Result<void> read_records(const DatasetState& state, std::span<const std::uint64_t> numbers,
                          const BlobReader& blobs,
                          const std::function<void(std::uint64_t, std::string_view)>& visit) {
  std::shared_ptr<const std::string> block;
  std::uint32_t block_index = 0;
  for (const std::uint64_t number : numbers) {
    const RecordRow* row = state.record(RecordId(number));
    if (row == nullptr)
      return schemas::fail(ErrorCode::not_found, "a record of this dataset",
                           "'" + to_text(RecordId(number)) + "'");
    if (!block || row->block != block_index) {
      auto read = blobs.read(state.blocks[row->block].id);
      if (!read) return std::unexpected(read.error());
      block = std::move(*read);
      block_index = row->block;
    }
    const auto bytes = slice(*row, *block);
    if (!bytes) return std::unexpected(bytes.error());
    visit(number, *bytes);
  }
  return {};
}

}  // namespace engine
