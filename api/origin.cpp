#include "api/gate.hpp"

namespace api {

namespace {
// "[::1]:8420" -> "[::1]", "localhost:8420" -> "localhost", in lower case.
std::string host_name(std::string_view host) {
  const std::size_t bracket = host.find(']');
  const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return lower_case(host.substr(0, colon));
}

bool is_ours(const Config& config, const std::string& name) {
  if (name == "localhost" || name == "127.0.0.1" || name == "[::1]") return true;
  if (name == config.address || name == "[" + config.address + "]") return true;
  for (const std::string& allowed : config.allowed_hosts) {
    if (name == allowed) return true;
  }
  return false;
}

std::string_view host_of_origin(std::string_view origin) {
  const std::size_t slashes = origin.find("://");
  return slashes == std::string_view::npos ? std::string_view{} : origin.substr(slashes + 3);
}
}  // namespace

Result<void> check_host(const Config& config, const Request& request) {
  const auto host = request.header("host");
  if (!host || host->empty()) {
    return fail(ErrorCode::invalid_argument, "a Host header", "none", {}, "Host");
  }
  if (is_ours(config, host_name(*host))) return {};
  return fail(ErrorCode::forbidden, "a Host that this daemon answers to", "'" + std::string(*host) + "'",
              "use the loopback name, or add the host to allowed_hosts in the configuration", "Host");
}

Result<void> check_origin(const Request& request) {
  const auto origin = request.header("origin");
  const auto site = request.header("sec-fetch-site");
  if (!request.is_write() || (!origin && !site)) return {};
  if (site && *site != "same-origin") {
    return fail(ErrorCode::forbidden, "a write from this daemon's own page",
                "Sec-Fetch-Site: " + std::string(*site), "open the page of the daemon itself",
                "Sec-Fetch-Site");
  }
  if (origin && !equal_ignoring_case(host_of_origin(*origin), request.header("host").value_or(""))) {
    return fail(ErrorCode::forbidden, "a write from this daemon's own page",
                "Origin: " + std::string(*origin), "open the page of the daemon itself", "Origin");
  }
  if (request.header("x-rft") != "1") {
    return fail(ErrorCode::forbidden, "the header 'X-RFT: 1' on a write from a browser",
                request.header("x-rft") ? "another value" : "none", "a form of another site cannot set it",
                "X-RFT");
  }
  return {};
}

}  // namespace api
