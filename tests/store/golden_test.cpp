#include "tests/store/golden.hpp"

#include <catch2/catch.hpp>

#include "store/codec.hpp"

using namespace store_test;

TEST_CASE("every event type has a golden file, and it still says what it said", "[store][golden]") {
  for (const auto type : schemas::EnumValuesEventType()) {
    if (type == schemas::EventType::none) continue;
    for (std::uint16_t version = 1; version <= schemas::current_version(type); ++version) {
      INFO("golden file of " << schemas::name_of(type) << ", version " << version
                             << "; if it is missing, run write_golden");
      const std::string stored = read_file(golden_file(type, version, ".event"));
      const auto event = store::decode_event(stored);
      REQUIRE(event);
      REQUIRE(event->type() == type);
      REQUIRE(event->version() == version);
      REQUIRE(event->stream() == 7);
      REQUIRE(event->position() == static_cast<std::uint64_t>(type) + 1);
      REQUIRE(event->envelope().actor()->str() == "local");
      REQUIRE(schemas::verify_body(type, event->body()));
      REQUIRE(schemas::to_json(type, event->body()) + "\n" == read_file(golden_file(type, version, ".json")));
    }
  }
}

TEST_CASE("an event is written today in the bytes in which it was written then", "[store][golden]") {
  for (const auto type : schemas::EnumValuesEventType()) {
    if (type == schemas::EventType::none) continue;
    INFO("golden file of " << schemas::name_of(type));
    const std::string stored = read_file(golden_file(type, 1, ".event"));
    const auto event = store::decode_event(stored);
    REQUIRE(event);
    const auto& envelope = event->envelope();
    store::EnvelopeEncoder encoder;
    const std::string again = encoder.encode({.stream = envelope.stream(),
                                              .position = envelope.position(),
                                              .global_position = envelope.global_position(),
                                              .time = envelope.time(),
                                              .actor = envelope.actor()->string_view(),
                                              .command = envelope.command()->string_view(),
                                              .cause = envelope.cause(),
                                              .run = envelope.run(),
                                              .idempotency_key = envelope.idempotency_key()->string_view(),
                                              .epoch = envelope.epoch(),
                                              .prev_hash = *envelope.prev_hash()},
                                             {type, event->version(), std::string(event->body())});
    REQUIRE(again == event->bytes());
  }
}
