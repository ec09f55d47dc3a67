// The faults that these tests make on purpose would fill the output with the store's warnings;
// RFTD_TEST_LOG=1 shows them.
#include <spdlog/spdlog.h>

#include <cstdlib>

namespace {
[[maybe_unused]] const bool quiet = [] {
  if (std::getenv("RFTD_TEST_LOG") == nullptr) spdlog::set_level(spdlog::level::off);
  return true;
}();
}  // namespace
