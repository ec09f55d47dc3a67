#include "api/event_json.hpp"

#include <algorithm>

#include "api/json.hpp"
#include "api/time_text.hpp"

namespace api {

using schemas::EventType;

namespace {
std::string id_text(std::string_view key, std::uint64_t value) {
  std::string_view prefix = "r";
  if (key == "run") prefix = "run";
  if (key == "dataset" || key == "source") prefix = "d";
  if (key == "topic" || key == "id") prefix = "t";
  return std::string(prefix) + std::to_string(value);
}

// The schema's structs as the texts that the rest of the API uses: {"value": 7} -> "d7".
void tell_ids(Json& value, std::string_view key) {
  if (value.is_array()) {
    for (Json& item : value) tell_ids(item, key);
  }
  // Names that are words of C++ carry an underscore in the schema only.
  const bool is_name = key == "step" || key == "method" || key == "labels_by";
  if (is_name && value.is_string() && value.get_ref<const std::string&>().ends_with('_'))
    value.get_ref<std::string&>().pop_back();
  if (!value.is_object()) return;
  if (value.size() == 1 && value.contains("value") && value["value"].is_number()) {
    value = id_text(key, value["value"].get<std::uint64_t>());
  } else if (value.size() == 2 && value.contains("high") && value.contains("low")) {
    value = to_text(schemas::BlobId(value["high"].get<std::uint64_t>(), value["low"].get<std::uint64_t>()));
  } else {
    for (auto& [name, member] : value.items()) tell_ids(member, name);
    // C++ keeps the word `import` for itself, so the schema compiler adds a dash to it.
    if (value.contains("import_")) {
      value["import"] = std::move(value["import_"]);
      value.erase("import_");
    }
  }
}

Json whole_body(EventType type, std::string_view body) {
  Json told = Json::parse(schemas::to_json(type, body), nullptr, false);
  if (told.is_discarded()) return Json::object();
  tell_ids(told, "");
  return told;
}

template <class Vector>
std::uint64_t size_of(const Vector* vector) {
  return vector == nullptr ? 0 : vector->size();
}

template <class Vector>
std::uint64_t nonzero_of(const Vector* vector) {
  return vector == nullptr
             ? 0
             : static_cast<std::uint64_t>(std::ranges::count_if(*vector, [](auto v) { return v != 0; }));
}

Json summary_of(EventType type, std::string_view body) {
  using namespace schemas;
  switch (type) {
    case EventType::records_imported: {
      const auto& event = view<RecordsImported>(body);
      return {{"run", to_text(*event.run())},
              {"first_record", to_text(*event.first_record())},
              {"records", size_of(event.lengths())},
              {"first_line", event.first_line()},
              {"bytes_read", event.bytes_read()},
              {"source", EnumNameSource(event.source())},
              {"truncated", size_of(event.truncated())},
              {"block", to_text(*event.block())}};
    }
    case EventType::records_validated: {
      const auto& event = view<RecordsValidated>(body);
      const std::uint64_t invalid = nonzero_of(event.codes());
      return {{"run", to_text(*event.run())},
              {"first_record", to_text(*event.first_record())},
              {"records", size_of(event.codes())},
              {"valid", size_of(event.codes()) - invalid},
              {"invalid", invalid}};
    }
    case EventType::records_deleted: {
      Json told = Json::object();
      told["records"] = size_of(view<RecordsDeleted>(body).records());
      return told;
    }
    case EventType::records_erased: {
      const auto& event = view<RecordsErased>(body);
      return {{"records", size_of(event.records())},
              {"payloads", size_of(event.replaced())},
              {"reason", event.reason() == nullptr ? "" : event.reason()->str()}};
    }
    case EventType::records_invalidated: {
      const auto& event = view<RecordsInvalidated>(body);
      return {{"records", size_of(event.records())},
              {"all", event.all()},
              {"reason", event.reason() == nullptr ? "" : event.reason()->str()}};
    }
    case EventType::topics_assigned: {
      const auto& event = view<TopicsAssigned>(body);
      return {{"run", to_text(*event.run())},
              {"first_record", to_text(*event.first_record())},
              {"records", size_of(event.topics())},
              {"assigned", nonzero_of(event.topics())}};
    }
    case EventType::topic_assigned_manually: {
      const auto& event = view<TopicAssignedManually>(body);
      Json told = Json::object();
      told["records"] = size_of(event.records());
      told["topic"] = event.topic() == 0 ? Json() : Json(to_text(TopicId(event.topic())));
      return told;
    }
    case EventType::samples_graded: {
      const auto& event = view<SamplesGraded>(body);
      return {{"run", to_text(*event.run())},
              {"first", event.first()},
              {"samples", size_of(event.scores())},
              {"unscored", std::ranges::count_if(*event.scores(), [](double score) { return score < 0; })},
              {"block", to_text(*event.block())}};
    }
    case EventType::generation_planned: {
      const auto& event = view<GenerationPlanned>(body);
      return {{"run", to_text(*event.run())},
              {"calls", size_of(event.calls())},
              {"planned", event.planned()},
              {"balance_before", event.balance_before()},
              {"balance_after", event.balance_after()}};
    }
    case EventType::generation_reviewed: {
      const auto& event = view<GenerationReviewed>(body);
      return {{"run", to_text(*event.run())},
              {"import_run", event.import_run() == 0 ? Json() : Json(to_text(RunId(event.import_run())))},
              {"first_record", to_text(RecordId(event.first_record()))},
              {"accepted", size_of(event.accepted())},
              {"rejected", event.rejected()}};
    }
    default:
      return whole_body(type, body);
  }
}

std::string text_of(const flatbuffers::String* text) {
  return text == nullptr ? std::string{} : text->str();
}

template <class Records>
bool within(const Records* column, std::uint64_t first, std::uint64_t record) {
  return column != nullptr && record >= first && record - first < column->size();
}

template <class Vector>
bool holds(const Vector* vector, std::uint64_t value) {
  return vector != nullptr && std::ranges::find(*vector, value) != vector->end();
}
}  // namespace

std::string event_json(const store::EventView& event, EventDetail detail) {
  const auto& envelope = event.envelope();
  Json told;
  told["position"] = event.position();
  told["global"] = event.global_position();
  told["time"] = rfc3339(event.time());
  told["type"] = name_of(event.type());
  told["actor"] = text_of(envelope.actor());
  told["cause"] = {{"command", text_of(envelope.command())},
                   {"position", envelope.cause() == 0 ? Json() : Json(envelope.cause())},
                   {"run", envelope.run() == 0 ? Json() : Json(to_text(schemas::RunId(envelope.run())))}};
  told["hash"] = to_text(store::hash_of(event));
  told["prev_hash"] = envelope.prev_hash() == nullptr ? std::string{} : to_text(*envelope.prev_hash());
  const bool readable = schemas::verify_body(event.type(), event.body()).has_value();
  if (!readable) {
    told["data"] = Json::object();
  } else {
    told["data"] = detail == EventDetail::full ? whole_body(event.type(), event.body())
                                               : summary_of(event.type(), event.body());
  }
  return to_bytes(told);
}

std::string sse_frame(const store::EventView& event) {
  std::string frame = "id: " + std::to_string(event.position()) + "\nevent: ";
  frame += name_of(event.type());
  frame += "\ndata: " + event_json(event, EventDetail::summary) + "\n\n";
  return frame;
}

bool mentions_record(const store::EventView& event, std::uint64_t record) {
  using namespace schemas;
  const std::string_view body = event.body();
  switch (event.type()) {
    case EventType::records_imported:
      return within(view<RecordsImported>(body).lengths(),
                    view<RecordsImported>(body).first_record()->value(), record);
    case EventType::records_validated:
      return within(view<RecordsValidated>(body).codes(),
                    view<RecordsValidated>(body).first_record()->value(), record);
    case EventType::topics_assigned: {
      const auto& assigned = view<TopicsAssigned>(body);
      const std::uint64_t first = assigned.first_record()->value();
      return within(assigned.topics(), first, record) &&
             assigned.topics()->Get(static_cast<flatbuffers::uoffset_t>(record - first)) != 0;
    }
    case EventType::record_edited:
      return view<RecordEdited>(body).record()->value() == record;
    case EventType::records_deleted:
      return holds(view<RecordsDeleted>(body).records(), record);
    case EventType::records_erased:
      return holds(view<RecordsErased>(body).records(), record);
    case EventType::topic_assigned_manually:
      return holds(view<TopicAssignedManually>(body).records(), record);
    case EventType::samples_graded:
      return holds(view<SamplesGraded>(body).records(), record);
    case EventType::records_invalidated:
      return view<RecordsInvalidated>(body).all() || holds(view<RecordsInvalidated>(body).records(), record);
    default:
      return false;
  }
}

}  // namespace api
