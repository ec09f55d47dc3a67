// Events as people and programs read them over HTTP. Pure, any thread.
#pragma once

#include <string>

#include "store/event_log.hpp"

namespace api {

// Long columns (a verdict for each of 4,096 records) are told as counts unless they are asked for.
enum class EventDetail : std::uint8_t { summary, full };

// {position, global, time, type, actor, cause, hash, prev_hash, data} as JSON.
std::string event_json(const store::EventView& event, EventDetail detail);
// The same as one server-sent event: id, event, data.
std::string sse_frame(const store::EventView& event);

// True when the event speaks of this record.
bool mentions_record(const store::EventView& event, std::uint64_t record);

}  // namespace api
