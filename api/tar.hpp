// The little of tar that archives of datasets need: plain files, names of at most 99 bytes, any size. Written
// as ustar, read as any tar writes such files. Pure but for the reader's own state; one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "schemas/error.hpp"

namespace api {

// A ustar header; `time` in µs UTC.
std::string tar_header(const std::string& name, std::uint64_t size, std::int64_t time);
// What fills the last block of a file of that size.
std::string tar_padding(std::uint64_t size);
std::string tar_file(const std::string& name, const std::string& bytes, std::int64_t time);
std::string tar_end();

// Calls back with each file's name and size, its bytes in pieces, and its end. Errors of the callbacks come
// back.
class TarReader {
 public:
  struct Callbacks {
    std::function<schemas::Result<void>(std::string_view name, std::uint64_t size)> begin;
    std::function<schemas::Result<void>(std::string_view piece)> bytes;
    std::function<schemas::Result<void>()> end;
  };
  explicit TarReader(Callbacks callbacks) : callbacks_(std::move(callbacks)) {}

  // invalid_argument: these bytes are no tar.
  schemas::Result<void> feed(std::string_view piece);
  // invalid_argument: it was cut short.
  [[nodiscard]] schemas::Result<void> finish() const;

 private:
  schemas::Result<void> read_header();

  Callbacks callbacks_;
  std::string header_;         // of the next file, as far as it has come
  std::uint64_t left_ = 0;     // bytes of the present file
  std::uint64_t padding_ = 0;  // after it
  bool in_file_ = false;
  bool ended_ = false;
};

}  // namespace api
