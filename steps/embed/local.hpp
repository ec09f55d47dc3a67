// The embedders that are built in: no network, no key, nothing to configure. Files are mapped when the first
// text comes, so a daemon that finds no topics holds none of them.
#pragma once

#include <filesystem>
#include <memory>

#include "steps/embed/embedder.hpp"

namespace steps::embed {

enum class Mode : std::uint8_t {
  quality,  // USE-lite (512) and GloVe (100): 500 to 700 short texts a second and core
  fast,     // GloVe alone: some 600,000
};

// `assets` holds use_lite.bin and glove.bin (tools/assets/fetch). Works on `threads` threads at once; the
// result does not depend on their number. A text longer than one window of 128 word pieces is cut between
// sentences into windows; at most 8 of them, evenly spread, are read and averaged.
[[nodiscard]] std::shared_ptr<const Embedder> local(std::filesystem::path assets, Mode mode,
                                                    std::size_t threads);

}  // namespace steps::embed
