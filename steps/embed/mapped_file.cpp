#include "steps/embed/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace steps::embed {

using schemas::ErrorCode;

schemas::Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const auto missing = [&](ErrorCode code) {
    return schemas::fail(code, "the embedder's file " + path.string(), std::strerror(errno),
                         "run tools/assets/fetch, or choose the mode 'words'");
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return missing(errno == ENOENT ? ErrorCode::not_found : ErrorCode::io);
  struct stat facts{};
  MappedFile mapped;
  const bool known = ::fstat(file, &facts) == 0 && facts.st_size > 0;
  if (known) {
    mapped.size_ = static_cast<std::size_t>(facts.st_size);
    mapped.data_ = ::mmap(nullptr, mapped.size_, PROT_READ, MAP_PRIVATE, file, 0);
  }
  ::close(file);
  if (known && mapped.data_ == MAP_FAILED) mapped.data_ = nullptr;
  if (mapped.data_ == nullptr) return missing(ErrorCode::io);
  return mapped;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace steps::embed
