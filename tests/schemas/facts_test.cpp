#include "schemas/facts.hpp"

#include <array>
#include <catch2/catch.hpp>

#include "schemas/upcast.hpp"

using namespace schemas;

TEST_CASE("every event type has a name that leads back to it", "[schemas]") {
  for (const EventType type : EnumValuesEventType()) {
    if (type == EventType::none) continue;
    CHECK(name_of(type) != "unknown");
    CHECK(event_type_from(name_of(type)) == type);
  }
}

TEST_CASE("a fact read back from its bytes is the same fact", "[schemas]") {
  RecordsValidatedT fact;
  fact.run = RunId(3);
  fact.first_record = RecordId(17);
  fact.codes = {0, 4, 0};
  const NewEvent event = encode(fact);
  REQUIRE(event.type == EventType::records_validated);
  REQUIRE(verify_body(event.type, event.body));
  RecordsValidatedT read;
  view<RecordsValidated>(event.body).UnPackTo(&read);
  CHECK(read == fact);
  CHECK_THAT(to_json(event.type, event.body), Catch::Contains("\"codes\""));
}

TEST_CASE("a body cut short is reported with its type", "[schemas]") {
  DatasetCreatedT fact;
  fact.name = "chess";
  const NewEvent event = encode(fact);
  const auto verdict = verify_body(event.type, std::string_view(event.body).substr(0, event.body.size() / 2));
  REQUIRE_FALSE(verdict);
  CHECK_THAT(verdict.error().message(), Catch::Contains("dataset_created"));
}

TEST_CASE("an old event is read in the words of today", "[schemas]") {
  // Version 1 of this imagined event kept a percentage; version 2 keeps a fraction.
  const std::array table{Upcaster{EventType::coverage_measured, 1, [](std::string_view old) {
                                    CoverageMeasuredT fact;
                                    view<CoverageMeasured>(old).UnPackTo(&fact);
                                    fact.balance /= 100;
                                    return encode(fact).body;
                                  }}};
  CoverageMeasuredT old;
  old.balance = 35;
  const auto now = upcast(EventType::coverage_measured, 1, encode(old).body, 2, table);
  REQUIRE(now);
  CHECK(now->version == 2);
  CHECK(view<CoverageMeasured>(now->body).balance() == 0.35);
  CHECK_FALSE(upcast(EventType::coverage_measured, 3, encode(old).body, 2, table));
  CHECK_FALSE(upcast(EventType::run_failed, 1, encode(old).body, 2, table));
}
