#include "steps/embed/packed.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace steps::embed {
namespace {

constexpr std::string_view magic = "RFTDVEC1";
constexpr std::uint32_t words_bit = 0x8000'0000U;
constexpr std::uint32_t parts_max = 16;

void put(std::string& out, const auto& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
T get(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace

std::string pack(std::span<const Part> parts, std::span<const float> rows) {
  const std::size_t dims = dims_of(parts);
  const std::size_t count = dims == 0 ? 0 : rows.size() / dims;
  std::string out(magic);
  put(out, static_cast<std::uint32_t>(count));
  put(out, static_cast<std::uint32_t>(parts.size()));
  for (const Part& part : parts)
    put(out, static_cast<std::uint32_t>(part.dims) | (part.words ? words_bit : 0U));
  out.reserve(out.size() + count * (dims + parts.size() * sizeof(float)));
  const float* from = rows.data();
  for (std::size_t row = 0; row < count; ++row) {
    for (const Part& part : parts) {
      float largest = 0;
      for (std::size_t at = 0; at < part.dims; ++at) largest = std::max(largest, std::abs(from[at]));
      put(out, largest / 127);
      const float scale = largest > 0 ? 127 / largest : 0;
      for (std::size_t at = 0; at < part.dims; ++at)
        out += static_cast<char>(static_cast<std::int8_t>(std::lround(from[at] * scale)));
      from += part.dims;
    }
  }
  return out;
}

schemas::Result<PackedVectors> PackedVectors::open(std::shared_ptr<const std::string> bytes) {
  const auto corrupt = [&] {
    return schemas::fail(schemas::ErrorCode::corrupt, "a block of vectors",
                         std::to_string(bytes->size()) + " other bytes",
                         "run `rftctl audit --verify --blobs`");
  };
  const std::size_t head = magic.size() + 8;
  if (bytes->size() < head || !bytes->starts_with(magic)) return corrupt();
  PackedVectors vectors;
  vectors.rows_ = get<std::uint32_t>(bytes->data() + magic.size());
  const auto count = get<std::uint32_t>(bytes->data() + magic.size() + 4);
  vectors.first_ = head + 4 * std::size_t{count};
  if (count > parts_max || bytes->size() < vectors.first_) return corrupt();
  for (std::uint32_t part = 0; part < count; ++part) {
    const auto told = get<std::uint32_t>(bytes->data() + head + 4 * std::size_t{part});
    vectors.parts_.push_back({told & ~words_bit, (told & words_bit) != 0});
    vectors.stride_ += sizeof(float) + vectors.parts_.back().dims;
  }
  const std::size_t rest = bytes->size() - vectors.first_;
  if (vectors.stride_ == 0 ? rest != 0
                           : rest / vectors.stride_ != vectors.rows_ || rest % vectors.stride_ != 0)
    return corrupt();
  vectors.bytes_ = std::move(bytes);
  return vectors;
}

void PackedVectors::unpack(std::size_t row, std::span<float> out) const {
  const char* from = bytes_->data() + first_ + row * stride_;
  float* to = out.data();
  for (const Part& part : parts_) {
    const auto scale = get<float>(from);
    from += sizeof scale;
    for (std::size_t at = 0; at < part.dims; ++at)
      to[at] = scale * static_cast<float>(static_cast<std::int8_t>(from[at]));
    from += part.dims;
    to += part.dims;
  }
}

}  // namespace steps::embed
