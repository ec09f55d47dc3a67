// Any bytes as one line: nothing crashes, verdicts are sane, shapes are JSON that means the same, and what is
// JSON is what another parser says it is.
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "steps/text/json_index.hpp"
#include "steps/text/normalize.hpp"
#include "steps/text/record.hpp"
#include "steps/text/utf8.hpp"

namespace {

using namespace steps::text;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_against_simdjson(std::string_view line, bool is_json) {
  static simdjson::dom::parser parser;
  simdjson::dom::element root;
  const simdjson::error_code error = parser.parse(line.data(), line.size()).get(root);
  // Differences by design: it refuses numbers outside of 64 bits and doubles, and lets a lone low surrogate
  // pass; its depth limit counts otherwise.
  if (error == simdjson::NUMBER_ERROR || error == simdjson::DEPTH_ERROR) return;
  if (line.find("\\u") != std::string_view::npos || line.starts_with("\xef\xbb\xbf")) return;
  require(is_json == (error == simdjson::SUCCESS));
}

void check_shapes(std::string_view line, const Verdict& verdict, const Tokenizer& tokenizer,
                  Scratch& scratch) {
  const ValidationRules rules{.max_tokens = 0};
  for (const Shape shape : {Shape::chat, Shape::rft, Shape::sft}) {
    const auto written = to_shape(line, shape, scratch);
    if (!written || !*written) continue;
    JsonIndex index;
    require(!index.parse(**written));
    if (shape != Shape::rft) continue;
    const Verdict again = validate(**written, rules, tokenizer, scratch);
    if (verdict.code == Code::valid)
      require(again.code == Code::valid && again.content_hash == verdict.content_hash);
    const auto twice = to_shape(**written, Shape::rft, scratch);
    require(twice && *twice == *written);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Tokenizer tokenizer = Tokenizer::load("chars/4", "").value();
  static Scratch scratch;
  const std::string line(reinterpret_cast<const char*>(data), size);
  JsonIndex index;
  const JsonFault fault = index.parse(line);
  require(fault.offset <= line.size());
  check_against_simdjson(line, !fault);

  const Verdict verdict = validate(line, {.max_tokens = 20, .min_user_characters = 2}, tokenizer, scratch);
  require(static_cast<std::size_t>(verdict.code) < code_count);
  require(verdict.detail.empty() == (verdict.code == Code::valid));
  require(is_utf8(verdict.detail));
  require((verdict.code == Code::invalid_json) == static_cast<bool>(fault));
  const Verdict unlimited = validate(line, {.max_tokens = 0}, tokenizer, scratch);
  if (verdict.code == Code::valid) require(unlimited.content_hash == verdict.content_hash);
  if (verdict.tokens_exact) require(count_record_tokens(line, tokenizer, scratch) == verdict.tokens);

  check_shapes(line, unlimited, tokenizer, scratch);
  const std::string shown = preview(line, 40, scratch);
  require(is_utf8(shown) && utf8_length(shown) <= 40);
  require(is_utf8(record_text(line, scratch).answer));
  return 0;
}
