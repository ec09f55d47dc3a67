#include "steps/llm/provider.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

namespace steps::llm {

using schemas::ErrorCode;
using schemas::fail;

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

template <class Value>
schemas::Result<void> in_range(const Provider& provider, const char* field, Value value, Value low,
                               Value high) {
  if (value >= low && value <= high) return {};
  return fail(ErrorCode::invalid_argument, fmt::format("{} of {} to {}", field, low, high),
              fmt::format("{}", value), {}, "provider " + provider.name);
}

schemas::Result<void> check_one(const Provider& provider) {
  const std::string at = "provider " + provider.name;
  if (!is_name(provider.name)) {
    return fail(ErrorCode::invalid_argument,
                "a provider name of lower case letters, digits, '-', '_' and '.'", "'" + provider.name + "'");
  }
  const auto url = parse_url(provider.base_url);
  if (!url) {
    auto error = url.error();
    error.at = at;
    return std::unexpected(error);
  }
  if (!url->tls && !provider.credential.empty() && !is_loopback(url->host)) {
    return fail(ErrorCode::invalid_argument, "https where a key is sent", provider.base_url,
                "a key must not travel unencrypted; use https, or leave the credential out", at);
  }
  for (const auto& range :
       {in_range<std::uint32_t>(provider, "requests_in_flight_max", provider.requests_in_flight_max, 1, 1024),
        in_range<std::uint32_t>(provider, "texts_per_request_max", provider.texts_per_request_max, 1, 2048),
        in_range<std::uint32_t>(provider, "attempts_max", provider.attempts_max, 1, 20),
        in_range<std::int64_t>(provider, "attempt_timeout (ms)", provider.attempt_timeout.count(), 1,
                               3'600'000),
        in_range<std::int64_t>(provider, "total_timeout (ms)", provider.total_timeout.count(), 1,
                               24 * std::int64_t{3'600'000}),
        in_range<std::int64_t>(provider, "retry_delay (ms)", provider.retry_delay.count(), 1, 30'000),
        in_range<std::uint64_t>(provider, "answer_bytes_max", provider.answer_bytes_max, 1024, 1U << 30U)}) {
    if (!range) return range;
  }
  return {};
}

// What a key may be made of in an HTTP header.
bool is_sendable(const std::string& key) {
  return std::ranges::all_of(key, [](char c) { return c > ' ' && c < 127; });
}

}  // namespace

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

schemas::Result<Url> parse_url(std::string_view text) {
  const auto bad = [&] {
    return fail(ErrorCode::invalid_argument, "a base URL like https://api.openai.com/v1",
                "'" + std::string(text) + "'",
                "scheme http or https, a host, and neither user, query nor fragment");
  };
  Url url;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    url.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return bad();
  }
  const bool plain = std::ranges::all_of(rest, [](char c) { return c > ' ' && c < 127; });
  if (!plain || rest.find_first_of("?#@\\") != std::string_view::npos) return bad();
  const auto slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  url.path = rest.substr(slash);
  while (url.path.ends_with('/')) url.path.pop_back();
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return bad();
    url.host = authority.substr(1, close - 1);
    authority.remove_prefix(close + 1);
  } else {
    const auto colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    authority.remove_prefix(colon);
  }
  url.port = url.tls ? "443" : "80";
  if (!authority.empty()) {
    url.port = authority.substr(1);
    const bool digits = std::ranges::all_of(url.port, [](char c) { return c >= '0' && c <= '9'; });
    if (authority.front() != ':' || url.port.empty() || url.port.size() > 5 || !digits) return bad();
    if (std::atoi(url.port.c_str()) < 1 || std::atoi(url.port.c_str()) > 65535) return bad();
  }
  if (url.host.empty()) return bad();
  return url;
}

schemas::Result<void> check_providers(const std::vector<Provider>& providers) {
  std::set<std::string> names;
  for (const Provider& provider : providers) {
    if (auto checked = check_one(provider); !checked) return checked;
    if (!names.insert(provider.name).second) {
      return fail(ErrorCode::invalid_argument, "every provider to have a name of its own",
                  "'" + provider.name + "' twice");
    }
  }
  return {};
}

schemas::Result<std::string> read_credential(const std::string& name) {
  if (name.empty()) return std::string{};
  std::string key;
  const bool is_file_name = name.find('/') == std::string::npos && name != "..";
  if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY"); folder != nullptr && is_file_name) {
    std::ifstream file(std::string(folder) + "/" + name, std::ios::binary);
    if (file) key.assign(std::istreambuf_iterator<char>(file), {});
  }
  if (key.empty()) {
    if (const char* variable = std::getenv(name.c_str()); variable != nullptr) key = variable;
  }
  while (!key.empty() && std::isspace(static_cast<unsigned char>(key.back())) != 0) key.pop_back();
  if (key.empty()) {
    return fail(ErrorCode::not_found, "a key named '" + name + "'",
                "neither such a file in $CREDENTIALS_DIRECTORY nor such an environment variable",
                "set the variable, or use systemd's LoadCredential");
  }
  if (!is_sendable(key)) {
    return fail(ErrorCode::invalid_argument, "the key '" + name + "' to be one line of printable ASCII",
                "other characters in it");
  }
  return key;
}

}  // namespace steps::llm
