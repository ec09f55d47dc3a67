// Vectors as they are kept in a blob: a byte a number and one scale a part, 620 bytes for 612 dimensions. The
// rounding moves a cosine by less than 0.0005. Pure, any thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "schemas/error.hpp"
#include "steps/embed/embedder.hpp"

namespace steps::embed {

// magic "RFTDVEC1", rows and parts (4 bytes each), per part its dimensions (4 bytes, the highest bit: words);
// then per row and part a float scale and a signed byte a dimension. Little-endian.
[[nodiscard]] std::string pack(std::span<const Part> parts, std::span<const float> rows);

class PackedVectors {
 public:
  // Errors: corrupt.
  [[nodiscard]] static schemas::Result<PackedVectors> open(std::shared_ptr<const std::string> bytes);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::span<const Part> parts() const { return parts_; }
  // `out` holds the dimensions of all parts.
  void unpack(std::size_t row, std::span<float> out) const;

 private:
  std::shared_ptr<const std::string> bytes_;
  std::vector<Part> parts_;
  std::size_t rows_ = 0;
  std::size_t first_ = 0;  // where the rows begin
  std::size_t stride_ = 0;
};

}  // namespace steps::embed
