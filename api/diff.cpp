#include <map>

#include "api/handlers.hpp"
#include "api/json.hpp"
#include "api/json_views.hpp"
#include "api/past_states.hpp"
#include "api/time_text.hpp"
#include "engine/projections/coverage.hpp"

namespace api {

namespace {
using engine::DatasetState;

Json before_after(const Json& before, const Json& after) {
  return {{"before", before}, {"after", after}};
}

Result<std::uint64_t> position_in(const Call& call, const char* name, std::uint64_t fallback) {
  const auto text = call.request.parameter(name);
  if (!text) return fallback;
  if (const auto position = whole_number(*text); position && *position <= call.head) return *position;
  if (const auto time = from_rfc3339(*text)) return call.services->engine.position_at(*call.dataset, *time);
  return fail(ErrorCode::invalid_argument,
              "a position up to " + std::to_string(call.head) + " or an RFC 3339 time",
              "'" + std::string(*text) + "'", {}, "?" + std::string(name));
}

Json steps_between(const DatasetState& before, const DatasetState& after) {
  const engine::Canvas a = engine::canvas_of(before);
  const engine::Canvas b = engine::canvas_of(after);
  Json steps = Json::array();
  for (std::size_t i = 0; i < a.steps.size() && i < b.steps.size(); ++i) {
    const engine::Card& was = a.steps[i];
    const engine::Card& is = b.steps[i];
    steps.push_back({{"step", is.step},
                     {"changed", was.state != is.state || was.badge != is.badge || was.line != is.line},
                     {"state", before_after(was.state, is.state)},
                     {"badge", before_after(was.badge, is.badge)},
                     {"line", before_after(was.line, is.line)}});
  }
  return steps;
}

Json counts_between(const DatasetState& before, const DatasetState& after) {
  const engine::Counters& a = before.counters;
  const engine::Counters& b = after.counters;
  return {{"records", before_after(a.records, b.records)},
          {"valid", before_after(a.valid, b.valid)},
          {"invalid", before_after(a.invalid, b.invalid)},
          {"duplicates", before_after(a.duplicates, b.duplicates)},
          {"categorized", before_after(a.categorized, b.categorized)},
          {"low_confidence", before_after(a.low_confidence, b.low_confidence)}};
}

Json topic_named(const engine::Topic& topic) {
  return {{"id", to_text(schemas::TopicId(topic.id))}, {"name", topic.name}};
}

Json topics_between(const DatasetState& before, const DatasetState& after) {
  Json added = Json::array();
  Json removed = Json::array();
  Json renamed = Json::array();
  Json moved = Json::array();
  for (const engine::Topic& topic : after.topics->topics) {
    const engine::Topic* was = before.topics->find(topic.id);
    if (was == nullptr) {
      added.push_back(topic_named(topic));
      continue;
    }
    if (was->name != topic.name) {
      Json one = topic_named(topic);
      one["before"] = was->name;
      renamed.push_back(std::move(one));
    }
    if (was->parent != topic.parent) moved.push_back(topic_named(topic));
  }
  for (const engine::Topic& topic : before.topics->topics) {
    if (after.topics->find(topic.id) == nullptr) removed.push_back(topic_named(topic));
  }
  return {{"version", before_after(before.topics->version, after.topics->version)},
          {"added", added},
          {"removed", removed},
          {"renamed", renamed},
          {"moved", moved}};
}

double balance_of_leaves(const DatasetState& state) {
  std::vector<std::uint64_t> counts;
  for (const auto& [topic, count] : state.topic_counts) counts.push_back(count.records);
  return engine::balance_of(counts);
}

Json end_of(const DatasetState& state) {
  return {{"position", state.position}, {"time", time_view(state.time)}};
}
}  // namespace

// What is different after `to` from what was after `from`; either may be the earlier one.
Result<Reply> get_diff(const Call& call) {
  const auto from = position_in(call, "from", 0);
  const auto to = position_in(call, "to", call.state->position);
  if (!from) return std::unexpected(from.error());
  if (!to) return std::unexpected(to.error());
  const auto before = call.services->past.at(*call.dataset, *from, call.state);
  if (!before) return std::unexpected(before.error());
  const auto after = call.services->past.at(*call.dataset, *to, call.state);
  if (!after) return std::unexpected(after.error());
  std::map<std::string, std::uint64_t> by_type;
  std::uint64_t events = 0;
  const auto scanned =
      call.services->engine.log().scan(call.dataset->value(), std::min(*from, *to) + 1, std::max(*from, *to),
                                       [&](const store::EventView& event) {
                                         ++by_type[std::string(name_of(event.type()))];
                                         ++events;
                                         return true;
                                       });
  if (!scanned) return std::unexpected(scanned.error());
  Json told;
  told["from"] = end_of(**before);
  told["to"] = end_of(**after);
  told["head"] = call.head;
  told["steps"] = steps_between(**before, **after);
  told["counts"] = counts_between(**before, **after);
  told["topics"] = topics_between(**before, **after);
  told["balance"] = before_after(balance_of_leaves(**before), balance_of_leaves(**after));
  Json types = Json::object();
  for (const auto& [type, count] : by_type) types[type] = count;
  told["events"] = {{"count", events}, {"by_type", types}};
  Reply reply;
  reply.body = to_bytes(told);
  return reply;
}

}  // namespace api
