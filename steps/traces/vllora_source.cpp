#include "steps/traces/vllora_source.hpp"

#include <fmt/format.h>

#include "steps/traces/pull_page.hpp"

namespace steps::traces {

using schemas::Result;

namespace {
constexpr std::string_view wanted_page = "a page of vLLora's spans: JSON with a list `data`";
}

Result<PullRequest> VlloraSource::request(const PullWindow& window, const std::string& cursor, unsigned limit,
                                          const std::string& key) const {
  PullRequest request;
  request.path = fmt::format("/spans?limit={}&offset={}&startTime={}", limit, count_in(cursor), window.from);
  if (window.to) request.path += fmt::format("&endTime={}", *window.to);
  if (!project_.empty()) request.headers.push_back("X-Project-Id: " + project_);
  if (!key.empty()) request.headers.push_back("Authorization: Bearer " + key);
  return request;
}

// `total` is not asked: vLLora says 0 there when counting failed.
Result<PullPage> VlloraSource::read(std::string_view body, const std::string& cursor, unsigned limit) const {
  auto page = read_data(body, wanted_page, hint(0));
  if (!page) return std::unexpected(page.error());
  if (page->page.items.size() >= limit)
    page->page.next = std::to_string(count_in(cursor) + page->page.items.size());
  return std::move(page->page);
}

std::string VlloraSource::hint(unsigned status) const {
  switch (status) {
    case 0:
    case 404:
      return "base_url must be vLLora's API, usually http://127.0.0.1:9090, not its page on 9091";
    case 400:
      return project_.empty() ? std::string{}
                              : "does the project exist? GET /projects of vLLora lists the ids";
    case 401:
    case 403:
      return "check the credential; a vLLora of one's own needs none";
    default:
      return {};
  }
}

}  // namespace steps::traces
