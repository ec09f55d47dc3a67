// What a receiver answers to an export, as the OTLP specification (1.x, "OTLP/HTTP Response") has it: in the
// encoding of the request. Pure, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace steps::traces {

enum class Wire : std::uint8_t { protobuf, json };
enum class Signal : std::uint8_t { traces, logs };

// ExportTraceServiceResponse or ExportLogsServiceResponse; partial_success is left out when nothing was
// rejected.
[[nodiscard]] std::string export_answer(Signal signal, Wire wire, std::uint64_t rejected,
                                        std::string_view why);
// google.rpc.Status. `code`: one of google.rpc.Code.
[[nodiscard]] std::string status_answer(Wire wire, int code, std::string_view message);

}  // namespace steps::traces
