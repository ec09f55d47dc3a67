// A build without Node has no page in it.
#include "api/web_assets.hpp"

namespace api {

std::span<const WebAsset> web_assets() {
  return {};
}

}  // namespace api
