// Stored events of any bytes: as they are, and with a checksum that fits, so that the FlatBuffers verifier
// and the JSON writer see them too. Nothing may be read outside the input, and what is accepted must stay the
// same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "store/codec.hpp"

namespace {
void read_everything(const store::EventView& event) {
  const auto& envelope = event.envelope();
  std::size_t length = event.body().size();
  for (const auto* text : {envelope.actor(), envelope.command(), envelope.idempotency_key()}) {
    if (text != nullptr) length += text->string_view().find('\0');
  }
  const volatile std::size_t used = length + envelope.prev_hash()->bytes()->Get(31);
  (void)used;
  if (!schemas::verify_body(event.type(), event.body())) return;
  const std::string json = schemas::to_json(event.type(), event.body());
  if (json != schemas::to_json(event.type(), event.body())) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (const auto event = store::decode_event(bytes)) read_everything(*event);

  if (size <= store::checksum_bytes) return 0;
  std::string sealed = bytes;
  const std::string_view rest = std::string_view(sealed).substr(store::checksum_bytes);
  const auto prefix = store::checksum_prefix(rest);
  sealed.replace(0, prefix.size(), prefix.data(), prefix.size());
  if (const auto event = store::decode_event(sealed)) {
    read_everything(*event);
    if (event->bytes() != std::string_view(sealed).substr(store::checksum_bytes)) std::abort();
  }
  (void)store::decode_head(1, sealed);
  (void)store::decode_receipt(sealed);
  (void)store::decompress(rest.substr(0, 4096), "a fuzzed payload");
  return 0;
}
