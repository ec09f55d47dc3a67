#include "steps/text/tokenizer.hpp"

#include <utility>

#include "steps/text/bpe.hpp"
#include "steps/text/split_pattern.hpp"
#include "steps/text/utf8.hpp"

namespace steps::text {
namespace {

using schemas::ErrorCode;
using schemas::Result;

constexpr std::uint64_t characters_a_token = 4;
constexpr std::uint64_t utf8_bytes_max = 4;

}  // namespace

struct Tokenizer::Encoding {
  SplitPattern split;
  BpeRanks ranks;
};

Result<Tokenizer> Tokenizer::load(std::string_view name, const std::filesystem::path& asset_dir) {
  Tokenizer tokenizer;
  tokenizer.name_ = name;
  if (name == "chars/4") return tokenizer;
  if (name != "o200k_base" && name != "cl100k_base") {
    return schemas::fail(ErrorCode::invalid_argument, "o200k_base, cl100k_base or chars/4",
                         "'" + tokenizer.name_ + "'", "choose one of these encodings", "encoding");
  }
  auto split = SplitPattern::compile(name == "o200k_base" ? SplitRule::o200k : SplitRule::cl100k);
  if (!split) return std::unexpected(std::move(split.error()));
  auto ranks = BpeRanks::load(asset_dir / (tokenizer.name_ + ".tiktoken"));
  if (!ranks) return std::unexpected(std::move(ranks.error()));
  tokenizer.encoding_ = std::make_shared<const Encoding>(std::move(*split), std::move(*ranks));
  return tokenizer;
}

std::uint64_t Tokenizer::run(std::string_view text, std::vector<std::uint32_t>* ids) const {
  std::uint64_t tokens = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = encoding_->split.piece_end(text, begin);
    tokens += encoding_->ranks.merge(text.substr(begin, end - begin), ids);
    begin = end;
  }
  return tokens;
}

std::uint64_t Tokenizer::count(std::string_view text) const {
  if (!encoding_) return (utf8_length(text) + characters_a_token - 1) / characters_a_token;
  return is_utf8(text) ? run(text, nullptr) : run(to_utf8(text), nullptr);
}

void Tokenizer::encode(std::string_view text, std::vector<std::uint32_t>& ids) const {
  if (!encoding_) return;
  if (is_utf8(text)) {
    run(text, &ids);
  } else {
    run(to_utf8(text), &ids);
  }
}

std::uint64_t Tokenizer::at_least(std::uint64_t bytes) const {
  return encoding_ ? bytes / encoding_->ranks.token_bytes_max()
                   : bytes / (utf8_bytes_max * characters_a_token);
}

}  // namespace steps::text
