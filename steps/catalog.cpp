#include "steps/catalog.hpp"

#include <map>
#include <mutex>

namespace steps {

struct Tokenizers::OnFirstUse {
  std::mutex mutex;  // held while one is loaded: its other users need it as well
  std::filesystem::path asset_dir;
  std::map<std::string, text::Tokenizer> loaded;
};

schemas::Result<Tokenizers> Tokenizers::load(const std::filesystem::path& asset_dir) {
  Tokenizers tokenizers;
  tokenizers.by_name_ = std::make_shared<OnFirstUse>();
  tokenizers.by_name_->asset_dir = asset_dir;
  if (const auto usual = tokenizers.get("o200k_base"); !usual) return std::unexpected(usual.error());
  if (std::filesystem::exists(asset_dir / "cl100k_base.tiktoken")) return tokenizers;
  const auto missing = tokenizers.get("cl100k_base");
  return std::unexpected(missing.error());
}

schemas::Result<const text::Tokenizer*> Tokenizers::get(const std::string& name) const {
  const bool known = name == "o200k_base" || name == "cl100k_base" || name == "chars/4";
  const std::string wanted = known ? name : "o200k_base";
  const std::lock_guard lock(by_name_->mutex);
  if (const auto found = by_name_->loaded.find(wanted); found != by_name_->loaded.end())
    return &found->second;
  auto loaded = text::Tokenizer::load(wanted, by_name_->asset_dir);
  if (!loaded) return std::unexpected(loaded.error());
  return &by_name_->loaded.emplace(wanted, std::move(*loaded)).first->second;
}

engine::StepCatalog catalog(const std::shared_ptr<const Tokenizers>& tokenizers,
                            const std::shared_ptr<const Embedders>& embedders, const Outside& outside) {
  return {validate(tokenizers),
          find_topics(embedders, outside),
          categorize(embedders, outside),
          measure_coverage(),
          dry_run(outside),
          generate_records(outside)};
}

}  // namespace steps
