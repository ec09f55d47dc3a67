// Any bytes as a connection might send them: the parser, the target, the route, the filters of lists.
// The first byte says in what pieces the rest arrives.
#include <algorithm>

#include "api/cursor.hpp"
#include "api/http_parser.hpp"
#include "api/record_query.hpp"
#include "api/routes.hpp"
#include "api/time_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t step = 1 + data[0] % 64U;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  api::HttpParser parser(16U << 10U);
  std::string held;
  std::string body;
  bool limited = false;
  for (std::size_t at = 0; at < input.size() && !parser.done(); at += step) {
    held += input.substr(at, step);
    while (!held.empty() && !parser.done()) {
      if (parser.header_done() && !limited) {
        parser.body_limit(1U << 16U);
        limited = true;
      }
      const auto used = parser.header_done() ? parser.feed_body(held, body) : parser.feed_header(held);
      if (!used) return 0;
      if (*used > held.size() || body.size() > (1U << 16U)) __builtin_trap();
      if (*used == 0) break;
      held.erase(0, *used);
    }
  }
  if (!parser.header_done()) return 0;
  api::Request request = parser.request();
  if (!api::split_target(request)) return 0;
  const api::Match match = api::find_route(request);
  if (match.route == nullptr) {
    if (api::near_matches(request).size() > 5) __builtin_trap();
  }
  if (const auto cursor = request.parameter("cursor")) {
    if (const auto bytes = api::from_base64url(*cursor); bytes && bytes->size() > cursor->size())
      __builtin_trap();
  }
  if (const auto at = request.parameter("at")) {
    constexpr std::int64_t year_1 = -62'135'596'800'000'000;
    constexpr std::int64_t year_9999 = 253'370'764'800'000'000;
    const auto time = api::from_rfc3339(*at);
    if (time && *time > year_1 && *time < year_9999 && api::from_rfc3339(api::rfc3339(*time)) != time)
      __builtin_trap();
  }
  const auto query = api::record_query_from(request);
  if (query && query->order.empty() && request.parameter("sort") != "") __builtin_trap();
  return 0;
}
