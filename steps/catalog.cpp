#include "steps/catalog.hpp"

namespace steps {

schemas::Result<Tokenizers> Tokenizers::load(const std::filesystem::path& asset_dir) {
  Tokenizers tokenizers;
  for (const char* name : {"o200k_base", "cl100k_base", "chars/4"}) {
    auto loaded = text::Tokenizer::load(name, asset_dir);
    if (!loaded) return std::unexpected(loaded.error());
    tokenizers.by_name_.emplace(name, std::move(*loaded));
  }
  return tokenizers;
}

const text::Tokenizer& Tokenizers::get(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found != by_name_.end() ? found->second : by_name_.at("o200k_base");
}

engine::StepCatalog catalog(const std::shared_ptr<const Tokenizers>& tokenizers, const Outside& outside) {
  return {validate(tokenizers), find_topics(), categorize(), measure_coverage(), dry_run(outside)};
}

}  // namespace steps
