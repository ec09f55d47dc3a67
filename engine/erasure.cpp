#include "engine/erasure.hpp"

#include <algorithm>

#include "engine/replay.hpp"

namespace engine {

namespace {
using Numbers = std::span<const std::uint64_t>;

void quote_import(Quote& quote, const schemas::RecordsImported& event, Numbers records) {
  const std::uint64_t first = event.first_record()->value();
  std::uint32_t offset = 0;
  for (std::uint32_t i = 0; i < event.lengths()->size(); ++i) {
    const std::uint32_t length = event.lengths()->Get(i);
    if (std::ranges::binary_search(records, first + i)) quote.bytes.emplace_back(offset, length);
    offset += length;
  }
}

void quote_vectors(Quote& quote, const schemas::VectorsComputed& event, Numbers records) {
  for (std::uint32_t row = 0; row < event.records()->size(); ++row) {
    if (std::ranges::binary_search(records, event.records()->Get(row))) quote.rows.push_back(row);
  }
}

template <class Event>
void name_work(Quote& quote, const Event& event) {
  quote.block = *event.block();
  quote.run = event.run()->value();
}

// False: the event names no payload that could quote one of them.
bool quotes(const Fact& fact, Numbers records, Quote& quote) {
  using schemas::EventType;
  const std::string_view body = fact.body;
  quote.position = fact.position;
  quote.type = fact.type;
  switch (fact.type) {
    case EventType::records_imported:
      name_work(quote, schemas::view<schemas::RecordsImported>(body));
      quote_import(quote, schemas::view<schemas::RecordsImported>(body), records);
      return !quote.bytes.empty();
    case EventType::record_edited: {
      const auto& event = schemas::view<schemas::RecordEdited>(body);
      quote.block = *event.block();
      quote.bytes.emplace_back(0U, event.length());
      return std::ranges::binary_search(records, event.record()->value());
    }
    case EventType::vectors_computed:
      name_work(quote, schemas::view<schemas::VectorsComputed>(body));
      quote_vectors(quote, schemas::view<schemas::VectorsComputed>(body), records);
      return !quote.rows.empty();
    case EventType::samples_answered:
      name_work(quote, schemas::view<schemas::SamplesAnswered>(body));
      return true;
    case EventType::samples_graded:
      name_work(quote, schemas::view<schemas::SamplesGraded>(body));
      return true;
    case EventType::calls_recorded:
      name_work(quote, schemas::view<schemas::CallsRecorded>(body));
      return true;
    default:  // all others name no payload with a record's text in it
      return false;
  }
}

void use_present_name(Quote& quote, const DatasetState& state) {
  for (const Erasure& erasure : state.erasures) {
    for (const ReplacedPayload& payload : erasure.replaced) {
      if (payload.position == quote.position && payload.from == quote.block) quote.block = payload.to;
    }
  }
}
}  // namespace

schemas::Result<std::vector<Quote>> quotes_of(const store::EventLog& log, const DatasetState& state,
                                              Numbers records) {
  std::vector<Quote> found;
  schemas::Result<void> outcome;
  std::string upcast_body;
  const auto scanned = log.scan(state.id, 1, state.position, [&](const store::EventView& event) {
    const auto fact = fact_of(event, upcast_body);
    if (!fact) {
      outcome = std::unexpected(fact.error());
      return false;
    }
    Quote quote;
    if (quotes(*fact, records, quote)) {
      use_present_name(quote, state);
      found.push_back(std::move(quote));
    }
    return true;
  });
  if (!scanned) return std::unexpected(scanned.error());
  if (!outcome) return std::unexpected(outcome.error());
  return found;
}

}  // namespace engine
