// The web page as it was built into the program: files under the paths that they are asked for. Empty when
// the build had no Node. Constant data, any thread.
#pragma once

#include <span>
#include <string_view>

namespace api {

struct WebAsset {
  std::string_view path;  // "/index.html", "/assets/index-1a2b3c4d.js"
  std::string_view content_type;
  std::string_view hash;      // of the bytes as they were built, hex; the beginning of every ETag
  bool immutable = false;     // its name changes with its bytes
  std::string_view identity;  // as built; empty when the compressed forms are there
  std::string_view gzip;
  std::string_view brotli;
};

// Sorted by path.
std::span<const WebAsset> web_assets();

}  // namespace api
