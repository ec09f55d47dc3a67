// Any bytes as an export in protobuf: nothing crashes, what is read is whole, and calls come of it whatever
// it says.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/otlp_checks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  tests::fuzz::check_exports(steps::traces::decode_traces_proto(body),
                             steps::traces::decode_logs_proto(body));
  return 0;
}
