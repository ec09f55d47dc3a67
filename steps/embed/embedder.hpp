// What turns texts into vectors. A vector is made of parts: what a sentence means, which words it uses. Each
// part has length 1, or 0 where a text has nothing for it; whoever compares vectors weighs the parts.
// Runs on: worker threads; an embedder is shared and const.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"

namespace steps::embed {

struct Part {
  std::size_t dims = 0;
  bool words = false;  // an average of word vectors: lexical, and with a direction that all texts share
  bool operator==(const Part&) const = default;
};

class Embedder {
 public:
  virtual ~Embedder() = default;

  // Stands in the log beside every vector it made: "use-lite+glove", "glove",
  // "openai/text-embedding-3-small". Vectors of different names are never compared.
  [[nodiscard]] virtual std::string name() const = 0;

  // Of a model elsewhere they are known with its first answer; none before. Read those of kept vectors from
  // their block.
  [[nodiscard]] virtual std::vector<Part> parts() const = 0;

  // Made by this process, the same at any time; else somebody is asked, which costs and may fail, so that
  // every vector is kept, and whose languages we do not know.
  [[nodiscard]] virtual bool is_local() const { return true; }

  // Rows of all parts, one a text. Errors: cancelled; not_found, corrupt, io for missing files; of a model
  // elsewhere those of llm::Models.
  [[nodiscard]] virtual schemas::Result<std::vector<float>> embed(std::span<const std::string> texts,
                                                                  std::stop_token stop) const = 0;
};

[[nodiscard]] inline std::size_t dims_of(std::span<const Part> parts) {
  std::size_t dims = 0;
  for (const Part& part : parts) dims += part.dims;
  return dims;
}

}  // namespace steps::embed
