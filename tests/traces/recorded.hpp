// The recorded bodies of tests/data/otlp, and what was really said in them.
#pragma once

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <string>

#include "steps/traces/assemble.hpp"
#include "steps/traces/otlp.hpp"

namespace tests::traces {

inline std::string otlp_file(const std::string& name) {
  std::ifstream in(std::string(RFTD_TEST_DATA) + "/otlp/" + name, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::vector<steps::traces::Span> recorded_spans(const std::string& name) {
  const std::string body = otlp_file(name);
  auto decoded = name.ends_with(".pb") ? steps::traces::decode_traces_proto(body)
                                       : steps::traces::decode_traces_json(body);
  INFO((decoded ? std::string{} : decoded.error().message()));
  REQUIRE(decoded);
  REQUIRE(decoded->rejected == 0);
  return std::move(decoded->items);
}

inline std::vector<steps::traces::LogRecord> recorded_logs() {
  auto decoded = steps::traces::decode_logs_json(otlp_file("otel.logs.json"));
  REQUIRE(decoded);
  return std::move(decoded->items);
}

}  // namespace tests::traces
