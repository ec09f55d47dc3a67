// Universal Sentence Encoder Lite (Cer et al. 2018): sentences of English to 512 numbers whose cosine says
// how alike their meanings are. The published weights, our own forward pass on OpenBLAS; equal to the
// JavaScript reference within 1e-5 (tests/embed). Const after load: any thread, many at once.
//
// Cost: 9.3 MFLOP a word piece, about 14 pieces a short request. Memory: 28 MB mapped, of which a search
// touches what it reads, and 4 MB a thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"

namespace steps::embed {

class UseLite {
 public:
  static constexpr std::size_t dims = 512;
  static constexpr std::size_t pieces_max = 128;  // of one text; what follows is not read

  // Errors: not_found, io, corrupt; all say how to get the file.
  [[nodiscard]] static schemas::Result<UseLite> load(const std::filesystem::path& file);

  [[nodiscard]] std::vector<std::uint32_t> pieces(std::string_view text) const;

  // One row of `dims` a text, of length 1; zeros for a text without pieces. `out` holds texts x dims. Texts
  // are worked on together while they have at most 512 pieces in all; the result does not depend on that
  // beyond rounding.
  void embed(std::span<const std::vector<std::uint32_t>> texts, std::span<float> out) const;

  UseLite(UseLite&&) noexcept;
  UseLite& operator=(UseLite&&) noexcept;
  ~UseLite();

 private:
  struct Model;
  explicit UseLite(std::unique_ptr<const Model> model);
  std::unique_ptr<const Model> model_;
};

}  // namespace steps::embed
