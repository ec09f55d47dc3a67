// What every request of ours has in common: whom we trust, and how a host is named. Internal to steps/llm.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <optional>
#include <string>

#include "steps/llm/provider.hpp"

namespace steps::llm {

struct Trust {
  std::optional<boost::asio::ssl::context> context;  // none for http
  std::string problem;                               // empty: none
};

// TLS 1.2 and later, the system's certificates and those in `ca_file`.
[[nodiscard]] Trust trust_for(const Url& url, const std::string& ca_file);

// The value of the Host header: brackets around IPv6, the port where it is not the usual one.
[[nodiscard]] std::string host_header(const Url& url);

}  // namespace steps::llm
