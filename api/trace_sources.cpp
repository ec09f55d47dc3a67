// Where the daemon itself gets traces from: how that goes, and a pull that does not wait for its time.
#include "steps/traces/source_puller.hpp"

#include "api/grading_json.hpp"
#include "api/handlers.hpp"
#include "api/post_only.hpp"
#include "api/time_text.hpp"

namespace api {

namespace traces = steps::traces;

namespace {
Json time_or_null(const std::optional<std::int64_t>& time) {
  return time ? Json(rfc3339(*time)) : Json();
}

Json source_view(const traces::SourceStatus& status) {
  return {{"name", status.source.name},
          {"kind", status.source.kind},
          {"base_url", status.source.base_url},
          {"every_seconds", std::chrono::duration<double>(status.source.every).count()},
          {"state", traces::pull_state_name(status.state)},
          {"watermark", time_or_null(status.watermark)},
          {"last_pull_at", time_or_null(status.last_pull_at)},
          {"last_taken", status.last_taken},
          {"taken_total", status.taken_total},
          {"last_error", status.last_error.empty() ? Json() : Json(status.last_error)},
          {"next_pull_at", time_or_null(status.next_pull_at)}};
}

Result<Reply> pull_now(const Call& call) {
  const auto status = call.services->trace_sources.pull(call.request.id("source"));
  if (!status) return std::unexpected(status.error());
  return reply_with(source_view(*status), 202);
}
}  // namespace

Result<Reply> list_trace_sources(const Call& call) {
  Json items = Json::array();
  for (const traces::SourceStatus& status : call.services->trace_sources.statuses())
    items.push_back(source_view(status));
  return reply_with({{"items", std::move(items)}});
}

boost::asio::awaitable<void> post_trace_source_pull(Stream& stream, Call call) {
  co_await post_only(stream, std::move(call), pull_now);
}

}  // namespace api
