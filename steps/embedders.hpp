// The embedders a step may ask for, by mode or by the name that stands beside their vectors. Built once, on
// the main thread; nothing is loaded before the first text. Any thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "steps/embed/embedder.hpp"

namespace steps {

class Embedders {
 public:
  // No assets: texts are compared by their words.
  Embedders() = default;
  // The built-in ones, each working on `threads` threads.
  Embedders(const std::filesystem::path& assets, std::size_t threads);

  // `mode`: quality (or empty), fast, words; or a name of vectors. Null: words alone. Error: invalid_argument
  // for another one.
  [[nodiscard]] schemas::Result<std::shared_ptr<const embed::Embedder>> get(std::string_view mode) const;

 private:
  std::shared_ptr<const embed::Embedder> quality_;
  std::shared_ptr<const embed::Embedder> fast_;
};

}  // namespace steps
