// Any bytes as an export in JSON, and as one line of a call: nothing crashes, and calls come of it whatever
// it says.
#include <cstddef>
#include <cstdint>

#include "steps/traces/json_calls.hpp"
#include "tests/fuzz/otlp_checks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  tests::fuzz::check_exports(steps::traces::decode_traces_json(body), steps::traces::decode_logs_json(body));
  const auto line = steps::traces::read_call_line(body);
  if (line && std::holds_alternative<steps::traces::Call>(*line)) {
    tests::fuzz::check_call(std::get<steps::traces::Call>(*line));
  }
  return 0;
}
