// How a snapshot turns plain values into bytes and back: one description of each struct serves both
// directions. Only engine/snapshot*.cpp and the headers beside them include it.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "schemas/ids.hpp"

namespace engine::snapshot_parts {

using schemas::BlobId;

// `a.bytes(x)` writes x, or reads it.
struct Writer {
  static constexpr bool reading = false;
  std::string out;

  void bytes(const void* data, std::size_t size) { out.append(static_cast<const char*>(data), size); }
};

struct Reader {
  static constexpr bool reading = true;
  std::string_view in;
  bool good = true;

  void bytes(void* data, std::size_t size) {
    if (size == 0) return;  // what is empty may have no address
    if (size > in.size()) {
      good = false;
      in = {};
      std::memset(data, 0, size);
      return;
    }
    std::memcpy(data, in.data(), size);
    in.remove_prefix(size);
  }
};

template <class A, class T>
void describe(A& a, T& value)
  requires(std::is_arithmetic_v<std::remove_const_t<T>> || std::is_enum_v<std::remove_const_t<T>>)
{
  a.bytes(&value, sizeof value);
}

template <class A>
void describe(A& a, std::array<std::uint8_t, 16>& value) {
  a.bytes(value.data(), value.size());
}

template <class A>
void describe(A& a, const std::array<std::uint8_t, 16>& value) {
  a.bytes(value.data(), value.size());
}

template <class A>
std::uint64_t count(A& a, std::uint64_t size) {
  a.bytes(&size, sizeof size);
  // A count can never be more than what is left, at a byte each: damaged bytes must not ask for gigabytes.
  if constexpr (A::reading) {
    if (size > a.in.size()) a.good = false;
    return a.good ? size : 0;
  }
  return size;
}

template <class A, class T>
void text(A& a, T& value) {
  const std::uint64_t size = count(a, value.size());
  if constexpr (A::reading) value.resize(size);
  a.bytes(value.data(), size);
}

template <class A, class T>
void list(A& a, T& values, auto each) {
  const std::uint64_t size = count(a, values.size());
  if constexpr (A::reading) values.resize(size);
  for (auto& value : values) each(value);
}

template <class A, class T>
void optional(A& a, T& value, auto each) {
  std::uint8_t present = value ? 1 : 0;
  describe(a, present);
  if constexpr (A::reading) {
    if (present != 0) value.emplace();
  }
  if (value) each(*value);
}

template <class A, class T>
void map(A& a, T& values, auto each) {
  std::uint64_t size = count(a, values.size());
  if constexpr (A::reading) {
    for (; size > 0; --size) {
      typename T::key_type key{};
      describe(a, key);
      each(values[key]);
    }
  } else {
    for (auto& [key, value] : values) {
      describe(a, key);
      each(value);
    }
  }
}

// A CowVector of values that are described one by one.
template <class A, class T>
void rows(A& a, T& values, auto each) {
  const std::uint64_t size = count(a, values.size());
  for (std::uint64_t i = 0; i < size; ++i) {
    if constexpr (A::reading) {
      std::remove_cvref_t<decltype(values[0])> value{};
      each(value);
      values.push_back(std::move(value));
      if (!a.good) return;
    } else {
      each(values[i]);
    }
  }
}

template <class A>
void blob_id(A& a, auto& id) {
  std::uint64_t high = id.high();
  std::uint64_t low = id.low();
  describe(a, high);
  describe(a, low);
  if constexpr (A::reading) id = BlobId(high, low);
}

template <class A>
void all(A& a, auto&... values) {
  (describe(a, values), ...);
}

}  // namespace engine::snapshot_parts
