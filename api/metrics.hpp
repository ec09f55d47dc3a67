// Counters of the edge, told at /metrics. Lives on the api thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>

namespace api {

struct Metrics {
  static constexpr std::array<double, 10> bounds{0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                 0.025,  0.1,   0.5,    1,     10};  // seconds

  std::map<unsigned, std::uint64_t> answers;  // by status
  std::array<std::uint64_t, 11> durations{};  // by bound, the last one is over all of them
  double seconds = 0;
  std::uint64_t requests = 0;
  std::uint64_t bytes_uploaded = 0;
  std::uint64_t connections_refused = 0;
  std::size_t connections = 0;
  std::chrono::system_clock::time_point started = std::chrono::system_clock::now();

  void answered(unsigned status, std::chrono::steady_clock::duration took) {
    const double s = std::chrono::duration<double>(took).count();
    std::size_t i = 0;
    while (i < bounds.size() && s > bounds.at(i)) ++i;
    ++durations.at(i);
    seconds += s;
    ++requests;
    ++answers[status];
  }
};

}  // namespace api
