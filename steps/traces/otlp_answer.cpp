#include "steps/traces/otlp_answer.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "steps/text/json_string.hpp"

namespace steps::traces {
namespace {

// Field 1 a number, field 2 a text: google.rpc.Status has that form, and so has the partial_success of both
// answers. The packaged definitions of the collector's answers are older than partial_success.
std::string number_and_text(std::uint64_t number, std::string_view text) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.WriteTag(1U << 3U | 0U);
  out.WriteVarint64(number);
  out.WriteTag(2U << 3U | 2U);
  out.WriteVarint32(static_cast<std::uint32_t>(text.size()));
  out.WriteString(std::string(text));
  out.Trim();
  return bytes;
}

std::string in_json(std::string_view counter, std::uint64_t rejected, std::string_view why) {
  if (rejected == 0) return "{}";
  // 64-bit numbers are texts in protobuf's JSON.
  std::string body = R"({"partialSuccess":{")";
  body.append(counter).append("\":\"").append(std::to_string(rejected)).append(R"(","errorMessage":)");
  text::append_quoted(why, body);
  return body + "}}";
}

}  // namespace

std::string export_answer(Signal signal, Wire wire, std::uint64_t rejected, std::string_view why) {
  if (wire == Wire::json)
    return in_json(signal == Signal::traces ? "rejectedSpans" : "rejectedLogRecords", rejected, why);
  if (rejected == 0) return {};
  const std::string partial = number_and_text(rejected, why);
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.WriteTag(1U << 3U | 2U);
  out.WriteVarint32(static_cast<std::uint32_t>(partial.size()));
  out.WriteString(partial);
  out.Trim();
  return bytes;
}

std::string status_answer(Wire wire, int code, std::string_view message) {
  if (wire == Wire::protobuf) return number_and_text(static_cast<std::uint64_t>(code), message);
  std::string body = "{\"code\":" + std::to_string(code) + ",\"message\":";
  text::append_quoted(message, body);
  return body + "}";
}

}  // namespace steps::traces
