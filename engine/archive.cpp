#include "engine/archive.hpp"

#include "engine/check_fact.hpp"
#include "engine/replay.hpp"
#include "store/codec.hpp"

namespace engine {

namespace {
using schemas::ErrorCode;

std::unexpected<schemas::Error> refuse(Position position, std::string wanted, std::string found) {
  return schemas::fail(ErrorCode::corrupt, std::move(wanted), std::move(found), "export the dataset again",
                       "event " + std::to_string(position) + " of the archive");
}

std::string told(const flatbuffers::String* text) {
  return text == nullptr ? std::string{} : text->str();
}
}  // namespace

schemas::Result<void> ArchiveFold::add(std::string_view sealed_event) {
  DatasetState& state = dataset_.folded.state;
  const Position expected = state.position + 1;
  const std::string aligned(sealed_event);  // FlatBuffers reads numbers where they stand
  const auto event = store::decode_event(aligned);
  if (!event) return refuse(expected, event.error().wanted, event.error().found);
  if (event->position() != expected) {
    return refuse(expected, "position " + std::to_string(expected),
                  "position " + std::to_string(event->position()));
  }
  if (expected == 1) dataset_.source = event->stream();
  if (event->stream() != dataset_.source || dataset_.source == schemas::system_stream)
    return refuse(expected, "an event of one dataset", "one of stream " + std::to_string(event->stream()));
  if (!store::same_hash(*event->envelope().prev_hash(), dataset_.hash)) {
    return refuse(expected, "the SHA-256 of the event before as its prev_hash",
                  "another: one of the two was changed");
  }
  std::string upcast_body;
  auto fact = fact_of(*event, upcast_body);
  if (!fact) return std::unexpected(fact.error());
  fact->epoch = epoch_;  // which is what the copied event will be stored with
  if (auto good = check_fact(state, *fact); !good) return good;
  try {
    apply(dataset_.folded, *fact);
  } catch (const std::exception& broken) {
    return refuse(expected, "an event that fits those before it", broken.what());
  }
  const auto& envelope = event->envelope();
  dataset_.events.push_back({event->type(), event->version(), std::string(event->body())});
  dataset_.origins.push_back(
      {event->time(), told(envelope.actor()), told(envelope.command()), envelope.cause(), envelope.run()});
  dataset_.hash = store::hash_of(*event);
  return {};
}

}  // namespace engine
