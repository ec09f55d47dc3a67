#include <algorithm>

#include "api/event_json.hpp"
#include "api/handlers.hpp"
#include "api/json.hpp"
#include "api/time_text.hpp"

namespace api {

namespace {
constexpr std::uint64_t page_bytes_max = 4U << 20U;

// Types that a comma-separated parameter names; none = all.
Result<std::vector<schemas::EventType>> types_in(const Request& request) {
  std::vector<schemas::EventType> types;
  std::string_view text = request.parameter("type").value_or("");
  while (!text.empty()) {
    const std::string_view name = text.substr(0, text.find(','));
    text.remove_prefix(std::min(name.size() + 1, text.size()));
    const auto type = schemas::event_type_from(name);
    if (type == schemas::EventType::none) {
      return fail(ErrorCode::invalid_argument, "types of events such as records_imported,topics_defined",
                  "'" + std::string(name) + "'", {}, "?type");
    }
    types.push_back(type);
  }
  return types;
}
}  // namespace

// Ascending from `from`; `next` is the position to go on from.
Result<Reply> list_events(const Call& call) {
  const std::uint64_t head = call.state->position;
  const auto from = number_parameter(call.request, "from", 1, 0, UINT64_MAX);
  const auto to = number_parameter(call.request, "to", head, 0, UINT64_MAX);
  const auto limit = number_parameter(call.request, "limit", 100, 1, 1000);
  const auto types = types_in(call.request);
  const std::string_view detail = call.request.parameter("detail").value_or("summary");
  if (!from) return std::unexpected(from.error());
  if (!to) return std::unexpected(to.error());
  if (!limit) return std::unexpected(limit.error());
  if (!types) return std::unexpected(types.error());
  if (detail != "summary" && detail != "full")
    return fail(ErrorCode::invalid_argument, "summary or full", "'" + std::string(detail) + "'", {},
                "?detail");
  const std::uint64_t last = std::min(*to, head);
  Reply reply;
  reply.body = "{\"items\":[";
  std::size_t count = 0;
  std::uint64_t next = 0;
  const auto scanned = call.services->engine.log().scan(
      call.dataset->value(), std::max<std::uint64_t>(*from, 1), last, [&](const store::EventView& event) {
        if (!types->empty() && std::ranges::find(*types, event.type()) == types->end()) return true;
        if (count == *limit || (count > 0 && reply.body.size() > page_bytes_max)) {
          next = event.position();
          return false;
        }
        if (count++ > 0) reply.body += ',';
        reply.body += event_json(event, detail == "full" ? EventDetail::full : EventDetail::summary);
        return true;
      });
  if (!scanned) return std::unexpected(scanned.error());
  reply.body += "],\"next\":" + (next == 0 ? std::string("null") : "\"" + std::to_string(next) + "\"") +
                ",\"total\":" + std::to_string(last) + ",\"head\":" + std::to_string(call.head) + "}";
  return reply;
}

// The events up to the shown position in `buckets` equal parts, counted by type.
Result<Reply> get_histogram(const Call& call) {
  const auto buckets = number_parameter(call.request, "buckets", 60, 1, 500);
  if (!buckets) return std::unexpected(buckets.error());
  const std::uint64_t last = call.state->position;
  const std::uint64_t parts = std::min(*buckets, std::max<std::uint64_t>(last, 1));
  struct Bucket {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::int64_t begins = 0;
    std::int64_t ends = 0;
    std::map<schemas::EventType, std::uint64_t> by_type;
  };
  std::vector<Bucket> counted(last == 0 ? 0 : parts);
  const auto scanned =
      call.services->engine.log().scan(call.dataset->value(), 1, last, [&](const store::EventView& event) {
        Bucket& bucket = counted[(event.position() - 1) * parts / last];
        if (bucket.first == 0) {
          bucket.first = event.position();
          bucket.begins = event.time();
        }
        bucket.last = event.position();
        bucket.ends = event.time();
        ++bucket.by_type[event.type()];
        return true;
      });
  if (!scanned) return std::unexpected(scanned.error());
  Json told;
  told["position"] = last;
  told["head"] = call.head;
  told["buckets"] = Json::array();
  for (const Bucket& bucket : counted) {
    Json by_type = Json::object();
    for (const auto& [type, count] : bucket.by_type) by_type[std::string(name_of(type))] = count;
    told["buckets"].push_back({{"from", bucket.first},
                               {"to", bucket.last},
                               {"from_time", rfc3339(bucket.begins)},
                               {"to_time", rfc3339(bucket.ends)},
                               {"events", bucket.last - bucket.first + 1},
                               {"by_type", by_type}});
  }
  Reply reply;
  reply.body = to_bytes(told);
  return reply;
}

}  // namespace api
