// Counts the tokens of text as the models of one encoding do.
// Runs on: any thread, many at once; nothing changes after load. Never reads a file after load.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/error.hpp"

namespace steps::text {

// o200k_base and cl100k_base: token for token what tiktoken's encode_ordinary gives, so "<|endoftext|>" in a
// text is ordinary text. chars/4: characters (code points) divided by four, rounded up; needs no files and
// has no ids. For every text: tokens <= bytes. Bytes that are not UTF-8 count as U+FFFD.
class Tokenizer {
 public:
  // `asset_dir` holds o200k_base.tiktoken and cl100k_base.tiktoken, put there by tools/assets/fetch.
  // invalid_argument for another name; not_found or corrupt for the file, with how to get it. 30-70 ms, 9 MB.
  [[nodiscard]] static schemas::Result<Tokenizer> load(std::string_view name,
                                                       const std::filesystem::path& asset_dir);

  [[nodiscard]] const std::string& name() const { return name_; }

  // Exact. 15-60 MB/s; nothing is allocated for text whose pieces (words, numbers, runs of signs) are short.
  [[nodiscard]] std::uint64_t count(std::string_view text) const;
  // Appends the token ids. Gives none for chars/4.
  void encode(std::string_view text, std::vector<std::uint32_t>& ids) const;
  // A number of tokens that `bytes` bytes of text have at least.
  [[nodiscard]] std::uint64_t at_least(std::uint64_t bytes) const;

 private:
  struct Encoding;
  std::uint64_t run(std::string_view text, std::vector<std::uint32_t>* ids) const;

  std::string name_;
  std::shared_ptr<const Encoding> encoding_;  // none for chars/4
};

}  // namespace steps::text
