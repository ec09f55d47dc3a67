#include "steps/embedders.hpp"

#include "steps/embed/local.hpp"
#include "steps/llm/chat.hpp"
#include "steps/remote_embedder.hpp"

namespace steps {

using schemas::ErrorCode;

Embedders::Embedders(const std::filesystem::path& assets, std::size_t threads, llm::Models* models)
    : quality_(embed::local(assets, embed::Mode::quality, threads)),
      fast_(embed::local(assets, embed::Mode::fast, threads)),
      models_(models) {}

schemas::Result<std::shared_ptr<const embed::Embedder>> Embedders::get(std::string_view mode) const {
  if (mode == "words" || mode == "character n-grams") return nullptr;
  if (mode.empty() || mode == "quality" || (quality_ && mode == quality_->name())) return quality_;
  if (mode == "fast" || (fast_ && mode == fast_->name())) return fast_;
  if (mode.find('/') != std::string_view::npos && models_ != nullptr) {
    if (auto known = models_->check_model(std::string(mode)); !known) return std::unexpected(known.error());
    return std::make_shared<const RemoteEmbedder>(*models_, std::string(mode));
  }
  return schemas::fail(ErrorCode::invalid_argument, "the embedder quality, fast, words, or provider/model",
                       "'" + std::string(mode) + "'");
}

}  // namespace steps
