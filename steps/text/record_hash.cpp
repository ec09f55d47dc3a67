#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "steps/text/json_string.hpp"
#include "steps/text/scratch.hpp"

namespace steps::text {
namespace {

// The canonical form: a tag for each kind; strings and numbers with their length before them (4 bytes), so
// that no two different values share a form; objects with their keys sorted bytewise, the last of equal keys.
class Canonical {
 public:
  explicit Canonical(Scratch::State& state) : json_(state.json), state_(state), out_(state.canonical) {
    out_.clear();
    state.fields.clear();
    state.keys.clear();
  }

  void add(JsonRef value);
  void add_object(JsonRef object, bool without_nulls);

 private:
  void add_sized(std::string_view bytes) {
    const auto length = static_cast<std::uint32_t>(bytes.size());
    out_.append(reinterpret_cast<const char*>(&length), sizeof(length));
    out_.append(bytes);
  }
  void add_string(JsonRef value);
  void collect_fields(JsonRef object);

  const JsonIndex& json_;
  Scratch::State& state_;
  std::string& out_;
};

void Canonical::add_string(JsonRef value) {
  out_ += '"';
  if (!json_.has_escapes(value)) {
    add_sized(json_.raw_string(value));
    return;
  }
  const std::size_t at = out_.size();
  out_.append(sizeof(std::uint32_t), '\0');
  append_unescaped(json_.raw_string(value), out_);
  const auto length = static_cast<std::uint32_t>(out_.size() - at - sizeof(std::uint32_t));
  std::memcpy(out_.data() + at, &length, sizeof(length));
}

void Canonical::add(JsonRef value) {
  switch (json_.kind(value)) {
    case JsonKind::string:
      add_string(value);
      return;
    case JsonKind::null:
      out_ += 'n';
      return;
    case JsonKind::boolean:
      out_ += json_.raw(value).front();
      return;
    case JsonKind::number:
      out_ += '#';
      add_sized(json_.raw(value));
      return;
    case JsonKind::array:
      out_ += '[';
      for (JsonRef child = json_.first(value); child != json_.end(value); child = json_.next(child))
        add(child);
      out_ += ']';
      return;
    case JsonKind::object:
      add_object(value, false);
      return;
  }
}

void Canonical::collect_fields(JsonRef object) {
  for (JsonRef key = json_.first(object); key != json_.end(object); key = json_.next(json_.value_of(key))) {
    const JsonRef value = json_.value_of(key);
    std::string_view name = json_.raw_string(key);
    if (json_.has_escapes(key)) {
      append_unescaped(name, state_.keys.emplace_back());
      name = state_.keys.back();
    }
    state_.fields.push_back({name, value});
  }
}

void Canonical::add_object(JsonRef object, bool without_nulls) {
  const std::size_t begin = state_.fields.size();
  collect_fields(object);
  std::sort(state_.fields.begin() + static_cast<std::ptrdiff_t>(begin), state_.fields.end(),
            [](const CanonicalField& a, const CanonicalField& b) {
              return a.key != b.key ? a.key < b.key : a.value < b.value;
            });
  const std::size_t end = state_.fields.size();
  out_ += '{';
  for (std::size_t i = begin; i < end; ++i) {
    const CanonicalField field = state_.fields[i];  // a copy: deeper objects move the vector
    if (i + 1 < end && state_.fields[i + 1].key == field.key) continue;
    if (without_nulls && json_.is(field.value, JsonKind::null)) continue;
    add_sized(field.key);
    add(field.value);
  }
  out_ += '}';
  state_.fields.resize(begin);
}

Hash128 hash_of(std::string_view bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  Hash128 hash;
  std::copy(std::begin(canonical.digest), std::end(canonical.digest), hash.begin());
  return hash;
}

}  // namespace

Hash128 content_hash(Scratch::State& state) {
  const JsonIndex& json = state.json;
  const RecordParts& parts = state.parts;
  Canonical canonical(state);
  for (std::size_t i = 0; i < parts.prompt_size; ++i) canonical.add_object(parts.message[i].value, true);
  if (json.is(parts.tools, JsonKind::array) && json.has_children(parts.tools)) canonical.add(parts.tools);
  return hash_of(state.canonical);
}

Hash128 span_hash(Scratch::State& state) {
  const JsonIndex& json = state.json;
  for (const JsonRef object : {state.parts.metadata, json.root()}) {
    const JsonRef span = json.field(object, "span_id");
    if (!json.is(span, JsonKind::string) || json.raw_string(span).empty()) continue;
    const JsonRef trace = json.field(object, "trace_id");
    std::string& ids = state.canonical;
    ids.clear();
    if (json.is(trace, JsonKind::string)) ids.append(json.string(trace, state.buffer));
    ids += '\0';
    ids.append(json.string(span, state.buffer));
    return hash_of(ids);
  }
  return {};
}

}  // namespace steps::text
