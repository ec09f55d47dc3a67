// Vectors of a model that a provider of [[models]] serves at /embeddings.
// Runs on: worker threads; shared, const.
#pragma once

#include <atomic>
#include <string>

#include "steps/embed/embedder.hpp"

namespace steps {

namespace llm {
class Models;
}

// Named "provider/model". A long text is cut between sentences into windows of at most 1,500 bytes, 12 of
// them, whose vectors are averaged; a text without a word has the vector 0 and is not asked for; the same
// text twice is asked for once. Answers come in batches, as the provider's limits say.
class RemoteEmbedder final : public embed::Embedder {
 public:
  RemoteEmbedder(llm::Models& models, std::string model) : models_(models), model_(std::move(model)) {}

  [[nodiscard]] std::string name() const override { return model_; }
  [[nodiscard]] bool is_local() const override { return false; }
  [[nodiscard]] std::vector<embed::Part> parts() const override;
  [[nodiscard]] schemas::Result<std::vector<float>> embed(std::span<const std::string> texts,
                                                          std::stop_token stop) const override;

 private:
  llm::Models& models_;
  std::string model_;
  mutable std::atomic<std::size_t> dims_ = 0;  // 0: nothing was answered yet
};

}  // namespace steps
