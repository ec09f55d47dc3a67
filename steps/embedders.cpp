#include "steps/embedders.hpp"

#include "steps/embed/local.hpp"

namespace steps {

using schemas::ErrorCode;

Embedders::Embedders(const std::filesystem::path& assets, std::size_t threads)
    : quality_(embed::local(assets, embed::Mode::quality, threads)),
      fast_(embed::local(assets, embed::Mode::fast, threads)) {}

schemas::Result<std::shared_ptr<const embed::Embedder>> Embedders::get(std::string_view mode) const {
  if (mode == "words" || mode == "character n-grams") return nullptr;
  if (mode.empty() || mode == "quality" || (quality_ && mode == quality_->name())) return quality_;
  if (mode == "fast" || (fast_ && mode == fast_->name())) return fast_;
  return schemas::fail(ErrorCode::invalid_argument, "the embedder quality, fast or words",
                       "'" + std::string(mode) + "'");
}

}  // namespace steps
