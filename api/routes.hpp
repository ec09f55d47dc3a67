// The one table of what this daemon answers to. Constant; any thread.
#pragma once

#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "api/stream.hpp"

namespace api {

struct ReadRoute {
  Read handler;
  On where = On::api;
};

struct Route {
  Verb verb;
  std::string_view pattern;     // "/api/v1/datasets/{dataset}"
  std::string_view parameters;  // of the query, space-separated; every dataset's read takes `at` as well
  Role role;
  std::variant<ReadRoute, Write, Previewed, StreamHandler> handler;
  bool open = false;  // needs no token: pages and probes
};

std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;
  std::vector<Verb> allowed;  // verbs that the path knows; empty when it knows none
};
// Fills `request.ids`. HEAD is answered by the route of GET.
Match find_route(Request& request);
// Patterns that come nearest to a path that has no route.
std::vector<std::string_view> near_matches(const Request& request);

}  // namespace api
