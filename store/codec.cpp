#include "store/codec.hpp"

#include <openssl/evp.h>
#include <xxhash.h>
#include <zstd.h>

#include <cassert>
#include <cstring>
#include <memory>

namespace store {

namespace {
constexpr std::uint64_t payload_bytes_max = std::uint64_t{4} << 30U;
constexpr std::size_t hash_bytes = 32;

template <class Integer>
void put(std::string& out, Integer value) {
  std::array<char, sizeof(Integer)> bytes{};
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    bytes.at(i) = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  }
  out.append(bytes.data(), bytes.size());
}

std::uint64_t get(std::string_view bytes, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(value); ++i) {
    value |= std::uint64_t{static_cast<std::uint8_t>(bytes[offset + i])} << (8 * i);
  }
  return value;
}

void put(std::string& out, const Hash& hash) {
  out.append(reinterpret_cast<const char*>(hash.bytes()->data()), hash_bytes);
}

Hash get_hash(std::string_view bytes, std::size_t offset) {
  std::array<std::uint8_t, hash_bytes> raw{};
  std::memcpy(raw.data(), bytes.data() + offset, hash_bytes);
  return Hash(flatbuffers::span<const std::uint8_t, hash_bytes>(raw));
}

std::string sealed(std::string rest) {
  const auto prefix = checksum_prefix(rest);
  return std::string(prefix.data(), prefix.size()).append(rest);
}

std::unexpected<Error> damaged(std::string_view what, std::string found) {
  return schemas::fail(ErrorCode::corrupt, std::string(what) + " as it was written", std::move(found),
                       "run `rftctl audit --verify`, and restore a backup if it names a position");
}

Result<std::string_view> unseal_exactly(std::string_view stored, std::size_t bytes, std::string_view what) {
  const auto rest = unseal(stored, what);
  if (rest && rest->size() != bytes) return damaged(what, std::to_string(rest->size()) + " bytes");
  return rest;
}

// Fetching the digest and making a context cost more than hashing a small event.
struct Sha256Context {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  Sha256Context() = default;
  Sha256Context(const Sha256Context&) = delete;
  Sha256Context& operator=(const Sha256Context&) = delete;
  ~Sha256Context() { EVP_MD_CTX_free(context); }
};

template <class Context, Context* (*create)(), std::size_t (*destroy)(Context*)>
struct ZstdContext {
  Context* context = create();
  ZstdContext() = default;
  ZstdContext(const ZstdContext&) = delete;
  ZstdContext& operator=(const ZstdContext&) = delete;
  ~ZstdContext() { destroy(context); }
};
}  // namespace

std::uint64_t checksum(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

Hash sha256(std::string_view bytes) {
  static EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static thread_local Sha256Context hasher;
  std::array<std::uint8_t, hash_bytes> out{};
  [[maybe_unused]] const bool ok = EVP_DigestInit_ex2(hasher.context, digest, nullptr) == 1 &&
                                   EVP_DigestUpdate(hasher.context, bytes.data(), bytes.size()) == 1 &&
                                   EVP_DigestFinal_ex(hasher.context, out.data(), nullptr) == 1;
  assert(ok);
  return Hash(flatbuffers::span<const std::uint8_t, hash_bytes>(out));
}

BlobId blob_id_of(std::string_view uncompressed) {
  const Hash hash = sha256(uncompressed);
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  for (flatbuffers::uoffset_t i = 0; i < 8; ++i) {
    high = high << 8U | hash.bytes()->Get(i);
    low = low << 8U | hash.bytes()->Get(i + 8);
  }
  return {high, low};
}

Hash hash_of(const EventView& event) {
  return sha256(event.bytes());
}

Blob make_blob(std::string_view bytes) {
  return {blob_id_of(bytes), compress(bytes, 1)};
}

std::array<char, checksum_bytes> checksum_prefix(std::string_view rest) {
  std::array<char, checksum_bytes> prefix{};
  const std::uint64_t value = checksum(rest);
  for (std::size_t i = 0; i < prefix.size(); ++i) prefix.at(i) = static_cast<char>(value >> (8 * i));
  return prefix;
}

Result<std::string_view> unseal(std::string_view sealed_bytes, std::string_view what) {
  if (sealed_bytes.size() < checksum_bytes) {
    return damaged(what, std::to_string(sealed_bytes.size()) + " bytes");
  }
  const std::string_view rest = sealed_bytes.substr(checksum_bytes);
  if (get(sealed_bytes, 0) != checksum(rest)) return damaged(what, "bytes that contradict their checksum");
  return rest;
}

std::string EnvelopeEncoder::encode(const EnvelopeFields& fields, const NewEvent& event) {
  builder_.Clear();
  const auto text = [this](std::string_view value) {
    return value.empty() ? flatbuffers::Offset<flatbuffers::String>{}
                         : builder_.CreateString(value.data(), value.size());
  };
  builder_.ForceVectorAlignment(event.body.size(), sizeof(std::uint8_t), 8);
  const auto body =
      builder_.CreateVector(reinterpret_cast<const std::uint8_t*>(event.body.data()), event.body.size());
  const auto actor = text(fields.actor);
  const auto command = text(fields.command);
  const auto key = text(fields.idempotency_key);
  builder_.Finish(schemas::CreateEnvelope(
      builder_, fields.stream, fields.position, fields.global_position, fields.time, event.type,
      event.version, actor, command, fields.cause, fields.run, key, fields.epoch, body, &fields.prev_hash));
  return {reinterpret_cast<const char*>(builder_.GetBufferPointer()), builder_.GetSize()};
}

Result<EventView> decode_event(std::string_view stored) {
  const auto bytes = unseal(stored, "an event");
  if (!bytes) return std::unexpected(bytes.error());
  flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size());
  if (!verifier.VerifyBuffer<schemas::Envelope>(nullptr)) return damaged("an event", "no envelope");
  const auto* envelope = flatbuffers::GetRoot<schemas::Envelope>(bytes->data());
  if (envelope->body() == nullptr || envelope->prev_hash() == nullptr) {
    return damaged("an event", "an envelope without body or hash");
  }
  return EventView(*envelope, *bytes);
}

std::string encode_head(const Head& head) {
  std::string rest;
  put(rest, head.position);
  put(rest, head.global_position);
  put(rest, head.time);
  put(rest, head.epoch);
  put(rest, head.hash);
  return sealed(std::move(rest));
}

Result<Head> decode_head(StreamId stream, std::string_view stored) {
  const auto rest = unseal_exactly(stored, 32 + hash_bytes, "the head of stream " + std::to_string(stream));
  if (!rest) return std::unexpected(rest.error());
  return Head{.stream = stream,
              .position = get(*rest, 0),
              .global_position = get(*rest, 8),
              .time = static_cast<std::int64_t>(get(*rest, 16)),
              .epoch = get(*rest, 24),
              .hash = get_hash(*rest, 32)};
}

std::string encode_receipt(const Receipt& receipt) {
  std::string rest;
  put(rest, receipt.stream);
  put(rest, receipt.position);
  put(rest, receipt.subject);
  put(rest, receipt.time);
  put(rest, receipt.request);
  return sealed(std::move(rest));
}

Result<Receipt> decode_receipt(std::string_view stored) {
  const auto rest = unseal_exactly(stored, 32 + hash_bytes, "a remembered answer");
  if (!rest) return std::unexpected(rest.error());
  return Receipt{.stream = get(*rest, 0),
                 .position = get(*rest, 8),
                 .subject = get(*rest, 16),
                 .request = get_hash(*rest, 32),
                 .time = static_cast<std::int64_t>(get(*rest, 24))};
}

std::string encode_number(std::uint64_t value) {
  std::string rest;
  put(rest, value);
  return sealed(std::move(rest));
}

Result<std::uint64_t> decode_number(std::string_view stored, std::string_view what) {
  const auto rest = unseal_exactly(stored, 8, what);
  if (!rest) return std::unexpected(rest.error());
  return get(*rest, 0);
}

std::string compress(std::string_view bytes, int level) {
  static thread_local ZstdContext<ZSTD_CCtx, ZSTD_createCCtx, ZSTD_freeCCtx> compressor;
  std::string frame(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size =
      ZSTD_compressCCtx(compressor.context, frame.data(), frame.size(), bytes.data(), bytes.size(), level);
  assert(ZSTD_isError(size) == 0U);
  frame.resize(size);
  frame.shrink_to_fit();
  return frame;
}

Result<std::string> decompress(std::string_view frame, std::string_view what) {
  static thread_local ZstdContext<ZSTD_DCtx, ZSTD_createDCtx, ZSTD_freeDCtx> decompressor;
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size > payload_bytes_max) return damaged(what, "no zstd frame that tells its size");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  const std::size_t got =
      ZSTD_decompressDCtx(decompressor.context, bytes.data(), bytes.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0U || got != size) return damaged(what, "a damaged zstd frame");
  return bytes;
}

}  // namespace store
