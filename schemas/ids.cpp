#include "schemas/ids.hpp"

#include <charconv>

namespace schemas {

namespace {
template <class Id>
Result<Id> id_after(std::string_view prefix, std::string_view text, std::string_view what) {
  std::uint64_t value = 0;
  const bool has_prefix = text.starts_with(prefix);
  const std::string_view digits = has_prefix ? text.substr(prefix.size()) : std::string_view{};
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (!has_prefix || digits.empty() || problem != std::errc{} || end != digits.data() + digits.size() ||
      value == 0) {
    return fail(ErrorCode::not_found, std::string(what) + " id such as '" + std::string(prefix) + "1'",
                "'" + std::string(text) + "'");
  }
  return Id(static_cast<decltype(Id().value())>(value));
}

void append_hex(std::string& out, std::uint64_t value, int bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  for (int shift = bytes * 8 - 4; shift >= 0; shift -= 4) out += digits[(value >> shift) & 15U];
}
}  // namespace

Result<DatasetId> dataset_id_from(std::string_view text) {
  return id_after<DatasetId>("d", text, "a dataset");
}
Result<RecordId> record_id_from(std::string_view text) {
  return id_after<RecordId>("r", text, "a record");
}
Result<RunId> run_id_from(std::string_view text) {
  return id_after<RunId>("run", text, "a run");
}
Result<TopicId> topic_id_from(std::string_view text) {
  return id_after<TopicId>("t", text, "a topic");
}

std::string to_text(const BlobId& id) {
  std::string text;
  append_hex(text, id.high(), 8);
  append_hex(text, id.low(), 8);
  return text;
}

std::string to_text(const Hash& hash) {
  std::string text;
  for (flatbuffers::uoffset_t i = 0; i < 32; ++i) append_hex(text, hash.bytes()->Get(i), 1);
  return text;
}

}  // namespace schemas
