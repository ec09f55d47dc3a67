#include "steps/traces/langfuse_source.hpp"

#include <fmt/format.h>

#include "steps/llm/fetch.hpp"
#include "steps/traces/otlp_parts.hpp"
#include "steps/traces/pull_page.hpp"

namespace steps::traces {

using schemas::ErrorCode;
using schemas::fail;
using schemas::Result;

namespace {

constexpr std::string_view wanted_page = "a page of Langfuse's observations: JSON with a list `data`";

// Langfuse reads times to the millisecond; a window's beginning is cut down, so that nothing falls out.
std::string moment(std::int64_t microseconds) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{floor<milliseconds>(std::chrono::microseconds(microseconds))};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

}  // namespace

Result<PullRequest> LangfuseSource::request(const PullWindow& window, const std::string& cursor,
                                            unsigned limit, const std::string& key) const {
  const auto colon = key.find(':');
  if (colon == 0 || colon == std::string::npos || colon + 1 == key.size()) {
    return fail(ErrorCode::invalid_argument, "a credential PUBLIC_KEY:SECRET_KEY of Langfuse",
                "one without both parts",
                "the project's settings in Langfuse show the keys: pk-lf-…:sk-lf-…");
  }
  PullRequest request;
  request.path = fmt::format("/api/public/{}observations?type=GENERATION&limit={}&fromStartTime={}",
                             is_v2_ ? "v2/" : "", limit, llm::query_escaped(moment(window.from)));
  if (is_v2_) request.path += "&fields=core,basic,time,io,model,usage,trace_context";
  if (window.to) request.path += "&toStartTime=" + llm::query_escaped(moment(*window.to));
  if (is_v2_ && !cursor.empty()) request.path += "&cursor=" + llm::query_escaped(cursor);
  if (!is_v2_) request.path += fmt::format("&page={}", count_in(cursor) / limit + 1);
  request.headers.push_back("Authorization: Basic " + base64(key));
  return request;
}

Result<PullPage> LangfuseSource::read(std::string_view body, const std::string& cursor,
                                      unsigned limit) const {
  auto page = read_data(body, wanted_page, hint(0));
  if (!page) return std::unexpected(page.error());
  if (is_v2_) {
    page->page.next = page->meta_text("cursor");
  } else if (page->page.items.size() == limit) {
    page->page.next = std::to_string(count_in(cursor) + limit);
  }
  return std::move(page->page);
}

bool LangfuseSource::asks_otherwise(unsigned status) {
  if (status != 404) return false;
  // A server without v2 may get it: when the older way is gone too, the newer one is tried again next time.
  is_v2_ = !is_v2_;
  return !is_v2_;
}

std::string LangfuseSource::hint(unsigned status) const {
  switch (status) {
    case 0:
      return "base_url must be where Langfuse itself answers, such as https://cloud.langfuse.com";
    case 401:
    case 403:
      return "check the credential: PUBLIC_KEY:SECRET_KEY of a project of this very server";
    case 404:
      return "it has neither /api/public/v2/observations nor /api/public/observations; check base_url";
    default:
      return {};
  }
}

}  // namespace steps::traces
