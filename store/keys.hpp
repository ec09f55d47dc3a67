// Every kind of key, in the only file that knows it. Numbers are big-endian so that keys sort by them.
// Pure functions, any thread. The bytes of values are described in store/codec.hpp.
//
//   family        key                                    ->  value
//   default       "epoch" | "format"                     ->  number    epoch: of the newest writer; format: 1
//   events        stream(8) position(8)                  ->  event     written once, never overwritten
//   heads         stream(8)                              ->  head      of the newest event; same batch as it
//   blobs         blob(16: high, low)                    ->  payload   while at least one stream holds it
//   blob_holders  'b' blob(16) stream(8)                 ->  number    compressed bytes; who holds a blob
//                 's' stream(8) blob(16)                 ->  number    the same, in the order of streams
//   answers       the remembered key, as it came         ->  receipt
//
// Snapshots are files beside the database (store/rocks/snapshots.cpp). There is no index by global position:
// the next one follows the greatest of all heads.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "store/event_log.hpp"

namespace store::keys {

inline constexpr std::string_view epoch = "epoch";
inline constexpr std::string_view format = "format";

template <std::size_t size>
struct Key {
  std::array<char, size> bytes{};
  [[nodiscard]] std::string_view view() const { return {bytes.data(), size}; }
};

inline void put_number(char* out, std::uint64_t value) {
  for (int i = 0; i < 8; ++i) out[i] = static_cast<char>(value >> (56 - 8 * i));
}

inline std::uint64_t number_at(std::string_view key, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8U | static_cast<std::uint8_t>(key[offset + i]);
  return value;
}

inline Key<8> of_stream(StreamId stream) {
  Key<8> key;
  put_number(key.bytes.data(), stream);
  return key;
}

inline Key<16> of_position(StreamId stream, Position position) {
  Key<16> key;
  put_number(key.bytes.data(), stream);
  put_number(key.bytes.data() + 8, position);
  return key;
}

inline Key<16> of_blob(const BlobId& blob) {
  Key<16> key;
  put_number(key.bytes.data(), blob.high());
  put_number(key.bytes.data() + 8, blob.low());
  return key;
}

inline Key<25> of_holder(const BlobId& blob, StreamId stream) {
  Key<25> key;
  key.bytes[0] = 'b';
  put_number(key.bytes.data() + 1, blob.high());
  put_number(key.bytes.data() + 9, blob.low());
  put_number(key.bytes.data() + 17, stream);
  return key;
}

inline Key<25> of_held(StreamId stream, const BlobId& blob) {
  Key<25> key;
  key.bytes[0] = 's';
  put_number(key.bytes.data() + 1, stream);
  put_number(key.bytes.data() + 9, blob.high());
  put_number(key.bytes.data() + 17, blob.low());
  return key;
}

}  // namespace store::keys
