// Bytes at rest: the only file that turns events and the small records beside them into bytes and back.
// Pure functions, any thread (hash and compression contexts are kept per thread). Integers are little-endian.
//
//   sealed    = checksum(8: XXH3-64 over all that follows) rest
//   event     = sealed envelope                     envelope: FlatBuffers root `Envelope`
//   (schemas/envelope.fbs) head      = sealed position(8) global_position(8) time(8) epoch(8) hash(32:
//   SHA-256 of the newest envelope) receipt   = sealed stream(8) position(8) subject(8) time(8) request(32:
//   SHA-256) number    = sealed value(8)                     epoch, format, size of a held blob payload   =
//   sealed frame                        frame: one zstd frame that carries its content size
//
// The checksum says whether the bytes are ours; only then the FlatBuffers verifier looks at their structure.
// prev_hash of an event = SHA-256 over the envelope (without the checksum) of the event before it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "store/event_log.hpp"

namespace store {

std::uint64_t checksum(std::string_view bytes);
Hash sha256(std::string_view bytes);
BlobId blob_id_of(std::string_view uncompressed);

inline constexpr std::size_t checksum_bytes = 8;
std::array<char, checksum_bytes> checksum_prefix(std::string_view rest);

// What stands after the checksum; corrupt when they do not belong together. `what` names it in the Error.
Result<std::string_view> unseal(std::string_view sealed, std::string_view what);

struct EnvelopeFields {
  StreamId stream = 0;
  Position position = 0;
  GlobalPosition global_position = 0;
  std::int64_t time = 0;
  std::string_view actor;
  std::string_view command;
  Position cause = 0;
  std::uint64_t run = 0;
  std::string_view idempotency_key;
  std::uint64_t epoch = 0;
  Hash prev_hash{};
};

// Builds envelopes; keeps its buffer between calls, so it lives on one thread.
class EnvelopeEncoder {
 public:
  [[nodiscard]] std::string encode(const EnvelopeFields& fields, const NewEvent& event);

 private:
  flatbuffers::FlatBufferBuilder builder_{4096};
};

// The event in a stored value: checksum first, then the structure of the envelope (not of its body).
Result<EventView> decode_event(std::string_view stored);

std::string encode_head(const Head& head);
Result<Head> decode_head(StreamId stream, std::string_view stored);
std::string encode_receipt(const Receipt& receipt);
Result<Receipt> decode_receipt(std::string_view stored);
std::string encode_number(std::uint64_t value);
Result<std::uint64_t> decode_number(std::string_view stored, std::string_view what);

// One zstd frame with its content size. `level` 1..19.
std::string compress(std::string_view bytes, int level);
// The frame's content, at most 4 GiB; corrupt when it is none.
Result<std::string> decompress(std::string_view frame, std::string_view what);

}  // namespace store
