#include "api/openapi.hpp"

// The assembler copies the file in: no compiler has to read it as an array of numbers.
__asm__(
    ".section .rodata\n"
    ".global rftd_openapi_begin\n"
    ".global rftd_openapi_end\n"
    "rftd_openapi_begin:\n"
    ".incbin \"" RFTD_OPENAPI_JSON
    "\"\n"
    "rftd_openapi_end:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" {
extern const char rftd_openapi_begin[];  // NOLINT(modernize-avoid-c-arrays)
extern const char rftd_openapi_end[];    // NOLINT(modernize-avoid-c-arrays)
}

namespace api {

std::string_view openapi_json() {
  return {rftd_openapi_begin, static_cast<std::size_t>(rftd_openapi_end - rftd_openapi_begin)};
}

}  // namespace api
