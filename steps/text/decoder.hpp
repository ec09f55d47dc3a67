// Undoes the content encoding of an upload, piece by piece, in a fixed amount of memory.
// Runs on: any one thread at a time (a worker during an import). Never looks at lines or JSON.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "schemas/error.hpp"

namespace steps::text {

enum class Encoding : std::uint8_t { identity, gzip, zstd };

// Reads the value of a Content-Encoding header: "", "identity", "gzip", "x-gzip" or "zstd", any case, padded
// or not. Anything else (also a list of encodings) is unsupported_media_type.
[[nodiscard]] schemas::Result<Encoding> parse_encoding(std::string_view header_value);

// Takes what was decoded; an error it returns stops the decoder and is passed on.
using ByteSink = std::function<schemas::Result<void>(std::string_view)>;

// A stream declared `identity` that begins with the magic bytes of gzip or zstd is decoded as such: no JSON
// text can begin with them. Concatenated gzip members and zstd frames are one stream. Anything after them
// that is not a further member or frame, a stream that ends early, and corrupted data are invalid_argument
// with `at` = "byte N", the offset in the encoded stream. zstd windows over 128 MiB are refused: memory stays
// bounded.
class Decoder {
 public:
  explicit Decoder(Encoding declared);
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  ~Decoder();

  [[nodiscard]] schemas::Result<void> feed(std::string_view encoded, const ByteSink& sink);
  [[nodiscard]] schemas::Result<void> finish(const ByteSink& sink);

  // What is really being decoded; `declared` until the first four bytes are known.
  [[nodiscard]] Encoding encoding() const;
  [[nodiscard]] std::uint64_t bytes_in() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace steps::text
