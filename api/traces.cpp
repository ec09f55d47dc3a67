// The trace store over HTTP: lists, facets, one call, previews of datasets, deletion.
#include "api/cursor.hpp"
#include "api/grading_json.hpp"
#include "api/handlers.hpp"
#include "api/post_only.hpp"
#include "api/time_text.hpp"
#include "api/trace_filter.hpp"
#include "api/trace_json.hpp"

namespace api {

namespace traces = steps::traces;

namespace {
constexpr std::size_t sample_max = 20;

Result<std::optional<traces::CallIndex::Place>> place_in(const Call& call) {
  const auto cursor = call.request.parameter("cursor");
  if (!cursor) return std::optional<traces::CallIndex::Place>();
  const auto fields = cursor_fields(*cursor, "traces", 2);
  if (!fields) return std::unexpected(fields.error());
  return std::optional(
      traces::CallIndex::Place{static_cast<std::int64_t>(whole_number((*fields)[0]).value_or(0)),
                               whole_number((*fields)[1]).value_or(0)});
}

Result<std::uint64_t> number_in_path(const Call& call) {
  const std::string_view id = call.request.id("call");
  const auto number = id.starts_with('c') ? whole_number(id.substr(1)) : std::nullopt;
  if (!number) {
    return fail(ErrorCode::not_found, "an id of a call such as c12", "'" + std::string(id) + "'",
                "see GET /api/v1/traces", "trace");
  }
  return *number;
}
}  // namespace

Result<Reply> list_traces(const Call& call) {
  const auto filter = trace_filter_from(call.request);
  if (!filter) return std::unexpected(filter.error());
  const auto limit = number_parameter(call.request, "limit", 50, 1, 1000);
  if (!limit) return std::unexpected(limit.error());
  const auto after = place_in(call);
  if (!after) return std::unexpected(after.error());
  const auto page = call.services->traces.list(*filter, *after, *limit);
  if (!page) return std::unexpected(page.error());
  Json items = Json::array();
  for (const traces::CallSummary& summary : page->calls) items.push_back(call_summary_view(summary));
  const Json next = page->next ? Json(cursor_text("traces", {std::to_string(page->next->time),
                                                             std::to_string(page->next->number)}))
                               : Json();
  return reply_with({{"items", std::move(items)},
                     {"next", next},
                     {"total", page->total},
                     {"total_is_exact", page->total_is_exact},
                     {"kept", page->kept}});
}

Result<Reply> get_trace_facets(const Call& call) {
  const auto filter = trace_filter_from(call.request);
  if (!filter) return std::unexpected(filter.error());
  const traces::Facets facets = call.services->traces.facets(*filter);
  const traces::CollectorCounts counts = call.services->traces.counts();
  Json hours = Json::array();
  for (const auto& [time, count] : facets.times) hours.push_back({{"from", rfc3339(time)}, {"count", count}});
  const auto time_or_null = [](const std::optional<std::int64_t>& time) {
    return time ? Json(rfc3339(*time)) : Json();
  };
  return reply_with({{"total", facets.total},
                     {"kept", call.services->traces.count({})},
                     {"models", facet_view(facets.models)},
                     {"providers", facet_view(facets.providers)},
                     {"dialects", facet_view(facets.dialects)},
                     {"labels", facet_view(facets.labels)},
                     {"statuses", facet_view({{"ok", facets.succeeded}, {"error", facets.failed}})},
                     {"hours", std::move(hours)},
                     {"bucket_seconds", facets.bucket / 1'000'000},
                     {"waiting", {{"traces", counts.traces_waiting}}},
                     {"problems", counts_view(counts.problems)},
                     {"bytes", counts.bytes},
                     {"oldest", time_or_null(facets.oldest)},
                     {"newest", time_or_null(facets.newest)}});
}

Result<Reply> get_trace(const Call& call) {
  const auto number = number_in_path(call);
  if (!number) return std::unexpected(number.error());
  const auto found = call.services->traces.find(*number);
  if (!found) return std::unexpected(found.error());
  if (!*found) {
    return fail(ErrorCode::not_found, "a call in the trace store", "'" + call_id(*number) + "'",
                "it may have been removed by age, size or a person; see GET /api/v1/traces", "trace");
  }
  const auto spans = call.services->traces.spans((*found)->summary.trace);
  if (!spans) return std::unexpected(spans.error());
  return reply_with(call_view(**found, *spans));
}

namespace {
Result<Reply> preview(const Call& call) {
  const auto body = body_of(call);
  if (!body) return std::unexpected(body.error());
  Fields fields(*body, "", {"filter", "ids", "folding", "with_failed"});
  auto selection = trace_selection_from(*body, fields);
  if (!selection) return std::unexpected(selection.error());
  if (!selection->calls.filter && selection->calls.numbers.empty()) selection->calls.filter.emplace();
  const traces::Collector& collector = call.services->traces;
  const auto selected = select_calls(collector, selection->calls);
  if (!selected) return std::unexpected(selected.error());
  Json sample = Json::array();
  const std::span<const std::uint64_t> numbers = selected->numbers;
  const auto shown = numbers.last(std::min(numbers.size(), sample_max));
  const auto looked = collector.each(shown, [&](const traces::FoundCall& found) {
    sample.push_back(call_summary_view(found.summary));
    return Result<void>{};
  });
  if (!looked) return std::unexpected(looked.error());
  return reply_with({{"matching", selected->matching},
                     {"offered", selected->numbers.size()},
                     {"skipped", counts_view(selected->skipped)},
                     {"pattern", pattern_view(selected->pattern)},
                     {"sample", std::move(sample)}});
}

Result<Reply> remove(const Call& call) {
  const auto filter = trace_filter_from(call.request);
  if (!filter) return std::unexpected(filter.error());
  const auto confirm = flag_parameter(call.request, "confirm");
  if (!confirm) return std::unexpected(confirm.error());
  const auto numbers = call.services->traces.numbers(*filter);
  if (!numbers) return std::unexpected(numbers.error());
  if (!confirm->value_or(false)) {
    return fail(ErrorCode::needs_confirmation, "confirm=true to remove them for good",
                std::to_string(numbers->size()) + " calls match",
                "other calls of the same traces go with them; datasets keep what they have taken");
  }
  const auto removed = call.services->traces.remove(*numbers);
  if (!removed) return std::unexpected(removed.error());
  return reply_with({{"deleted", *removed}});
}
}  // namespace

boost::asio::awaitable<void> post_traces_preview(Stream& stream, Call call) {
  co_await post_only(stream, std::move(call), preview);
}

boost::asio::awaitable<void> delete_traces(Stream& stream, Call call) {
  co_await post_only(stream, std::move(call), remove);
}

}  // namespace api
