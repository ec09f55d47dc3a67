// A file in memory, read only: pages come when they are touched, and several processes share them.
// A value; reading from many threads is fine.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

#include "schemas/error.hpp"

namespace steps::embed {

class MappedFile {
 public:
  // Errors: not_found, io; both say how to get the file.
  [[nodiscard]] static schemas::Result<MappedFile> open(const std::filesystem::path& path);

  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  [[nodiscard]] std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

// Walks the sections of an asset file, each aligned to 64 bytes; says by `good` whether all of them were
// there.
class Sections {
 public:
  explicit Sections(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  std::span<const T> take(std::size_t count) {
    if (!good_ || count > (bytes_.size() - at_) / sizeof(T)) {
      good_ = false;
      return {};
    }
    const auto* first = reinterpret_cast<const T*>(bytes_.data() + at_);
    at_ += count * sizeof(T);
    return {first, count};
  }
  // To the next section.
  void align() { at_ = std::min((at_ + 63) / 64 * 64, bytes_.size()); }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool at_end() const { return good_ && at_ == bytes_.size(); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
};

}  // namespace steps::embed
