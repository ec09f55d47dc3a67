// The embedders a step may ask for, by mode or by the name that stands beside their vectors. Built once, on
// the main thread; nothing is loaded before the first text. Any thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "steps/embed/embedder.hpp"

namespace steps {

namespace llm {
class Models;
}

class Embedders {
 public:
  // No assets: texts are compared by their words.
  Embedders() = default;
  // The built-in ones, each working on `threads` threads, and those of `models`, which outlives this.
  Embedders(const std::filesystem::path& assets, std::size_t threads, llm::Models* models = nullptr);
  explicit Embedders(llm::Models& models) : models_(&models) {}

  // `mode`: quality (or empty), fast, words, or provider/model; or a name of vectors. Null: words alone.
  // Errors: invalid_argument for another one; blocked or invalid_argument for a provider that is not
  // configured, with those that are.
  [[nodiscard]] schemas::Result<std::shared_ptr<const embed::Embedder>> get(std::string_view mode) const;

 private:
  std::shared_ptr<const embed::Embedder> quality_;
  std::shared_ptr<const embed::Embedder> fast_;
  llm::Models* models_ = nullptr;
};

}  // namespace steps
