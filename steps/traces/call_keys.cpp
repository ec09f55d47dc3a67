#include "steps/traces/call_keys.hpp"

#include <xxhash.h>

#include <algorithm>
#include <string>

namespace steps::traces {

text::Hash128 span_key(std::string_view trace_id, std::string_view span_id) {
  std::string ids(trace_id);
  ids += '\0';
  ids += span_id;
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(ids.data(), ids.size()));
  text::Hash128 key;
  std::copy(std::begin(canonical.digest), std::end(canonical.digest), key.begin());
  return key;
}

std::vector<text::Hash128> span_keys(const Call& call) {
  std::vector<text::Hash128> keys;
  for (const std::string& span_id : call.span_ids) keys.push_back(span_key(call.trace_id, span_id));
  return keys;
}

text::Hash128 content_key(std::string_view record_line, text::Scratch& scratch) {
  // Nothing is counted: the limit is off.
  static const text::Tokenizer tokenizer = text::Tokenizer::load("chars/4", "").value();
  return text::validate(record_line, {.max_tokens = 0}, tokenizer, scratch).content_hash;
}

}  // namespace steps::traces
