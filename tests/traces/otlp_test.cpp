#include "steps/traces/otlp.hpp"

#include <set>

#include "tests/traces/recorded.hpp"

using namespace steps::traces;
using namespace tests::traces;
using schemas::ErrorCode;

namespace {

const std::string ids = R"("traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708")";

std::string export_of(const std::string& span) {
  return R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"app"}}]},)"
         R"("scopeSpans":[{"scope":{"name":"lib","version":"1"},"spans":[{)" +
         span + "}]}]}]}";
}

Span only(const std::string& body) {
  auto decoded = decode_traces_json(body);
  INFO((decoded ? std::string{} : decoded.error().message()));
  REQUIRE(decoded);
  REQUIRE(decoded->items.size() == 1);
  return decoded->items.front();
}

schemas::Error refused(const std::string& body) {
  const auto decoded = decode_traces_json(body);
  REQUIRE_FALSE(decoded);
  return decoded.error();
}

// Protobuf by hand: a length-delimited field.
std::string field(int number, const std::string& bytes) {
  std::string out(1, static_cast<char>(number << 3 | 2));
  for (std::size_t left = bytes.size();; left >>= 7U) {
    out += static_cast<char>((left & 127U) | (left > 127 ? 128U : 0U));
    if (left <= 127) return out + bytes;
  }
}

}  // namespace

TEST_CASE("JSON's forms of numbers, ids, kinds of values and unknown fields are all read", "[traces][otlp]") {
  const Span span = only(export_of(
      ids +
      R"(,"parentSpanId":"","name":"n","kind":"SPAN_KIND_CLIENT","startTimeUnixNano":"5","endTimeUnixNano":7,"new":{"x":[1]},
      "status":{"code":"STATUS_CODE_ERROR","message":"why"},"attributes":[
      {"key":"s","value":{"stringValue":"a\"b"}},{"key":"i","value":{"intValue":"-12"}},{"key":"j","value":{"intValue":9}},
      {"key":"d","value":{"doubleValue":0.5}},{"key":"nan","value":{"doubleValue":"NaN"}},{"key":"b","value":{"boolValue":true}},
      {"key":"bytes","value":{"bytesValue":"AQI="}},{"key":"none","value":{}},
      {"key":"list","value":{"arrayValue":{"values":[{"stringValue":"x"},{"intValue":"1"},{"arrayValue":{}}]}}},
      {"key":"map","value":{"kvlistValue":{"values":[{"key":"k","value":{"boolValue":false}}]}}}]
      ,"events":[{"name":"e","timeUnixNano":"6","attributes":[{"key":"x","value":{"stringValue":"y"}}]}])"));
  CHECK(span.parent_span_id.empty());
  CHECK(span.start_ns == 5);
  CHECK(span.end_ns == 7);
  CHECK(span.status == SpanStatus::error);
  CHECK(span.status_message == "why");
  const Attributes expected{{"s", {true, "a\"b"}},
                            {"i", {false, "-12"}},
                            {"j", {false, "9"}},
                            {"d", {false, "0.5"}},
                            {"nan", {true, "NaN"}},
                            {"b", {false, "true"}},
                            {"bytes", {true, "AQI="}},
                            {"none", {false, "null"}},
                            {"list", {false, R"(["x",1,[]])"}},
                            {"map", {false, R"({"k":false})"}}};
  CHECK(span.attributes == expected);
  REQUIRE(span.events.size() == 1);
  CHECK(span.events[0] == SpanEvent{6, "e", {{"x", {true, "y"}}}});
  CHECK(span.origin->scope_name == "lib");
  CHECK(span.origin->resource == Attributes{{"service.name", {true, "app"}}});
}

TEST_CASE("ids in capitals are the same ids", "[traces][otlp]") {
  CHECK(only(export_of(R"("traceId":"0102030405060708090A0B0C0D0E0F10","spanId":"0102030405060708")"))
            .trace_id == "0102030405060708090a0b0c0d0e0f10");
}

TEST_CASE("a span without usable ids is left out and counted, the others are taken", "[traces][otlp]") {
  for (const char* wrong : {R"("traceId":"00000000000000000000000000000000","spanId":"0102030405060708")",
                            R"("traceId":"0102","spanId":"0102030405060708")", R"("name":"no ids")",
                            R"("traceId":"AQIDBAUGBwgJCgsMDQ4PEA==","spanId":"0102030405060708")"}) {
    const auto decoded = decode_traces_json(export_of(std::string(wrong) + "},{" + ids));
    REQUIRE(decoded);
    CHECK(decoded->items.size() == 1);
    CHECK(decoded->rejected == 1);
    CHECK(decoded->rejection.find("expected a traceId") == 0);
  }
}

TEST_CASE("wrong types and broken JSON are refused with what was found and where", "[traces][otlp]") {
  for (const char* wrong : {R"("name":5)", R"("startTimeUnixNano":"soon")", R"("startTimeUnixNano":-1)",
                            R"("startTimeUnixNano":1.5)", R"("attributes":{})", R"("attributes":[5])",
                            R"("attributes":[{"key":5}])", R"("attributes":[{"key":"k","value":"bare"}])",
                            R"("attributes":[{"key":"k","value":{"stringValue":5}}])",
                            R"("attributes":[{"key":"k","value":{"intValue":"1x"}}])",
                            R"("attributes":[{"key":"k","value":{"intValue":true}}])",
                            R"("attributes":[{"key":"k","value":{"doubleValue":[]}}])",
                            R"("attributes":[{"key":"k","value":{"boolValue":1}}])",
                            R"("attributes":[{"key":"k","value":{"arrayValue":[]}}])", R"("status":7)",
                            R"("status":{"message":7})", R"("events":[[]])"}) {
    INFO(wrong);
    const schemas::Error error = refused(export_of(ids + "," + wrong));
    CHECK(error.code == ErrorCode::invalid_argument);
    CHECK_FALSE(error.wanted.empty());
    CHECK_FALSE(error.hint.empty());
  }
  CHECK(refused("[]").message().find("resourceSpans") != std::string::npos);
  CHECK(refused("").hint.find("x-protobuf") != std::string::npos);
  CHECK(refused("{\"resourceSpans\":").code == ErrorCode::invalid_argument);
  CHECK(decode_traces_json("{}")->items.empty());
}

TEST_CASE("values nested deeper than anybody needs are refused, not recursed into", "[traces][otlp]") {
  std::string value = R"({"stringValue":"x"})";
  for (int i = 0; i < 100; ++i) value = R"({"arrayValue":{"values":[)" + value + "]}}";
  CHECK(refused(export_of(ids + R"(,"attributes":[{"key":"k","value":)" + value + "}]")).code ==
        ErrorCode::too_large);
}

TEST_CASE("both formats say the same of the same spans", "[traces][otlp]") {
  // The protobuf bodies are other runs of the same programs, so kinds and names of attributes are compared.
  for (const char* library : {"openinference", "traceloop"}) {
    std::set<std::pair<std::string, bool>> in_json;
    std::set<std::pair<std::string, bool>> in_proto;
    for (const Span& span : recorded_spans(std::string(library) + ".traces.json")) {
      for (const Attribute& one : span.attributes) in_json.emplace(one.key, one.value.is_text);
    }
    for (const Span& span : recorded_spans(std::string(library) + ".traces.pb")) {
      CHECK(span.trace_id.size() == 32);
      CHECK(span.start_ns > 1'700'000'000'000'000'000U);
      CHECK_FALSE(span.origin->resource.empty());
      for (const Attribute& one : span.attributes) in_proto.emplace(one.key, one.value.is_text);
    }
    for (const auto& one : in_json) {
      if (one.first.find('.') != std::string::npos && in_proto.contains({one.first, !one.second}))
        FAIL(one.first);
    }
    CHECK(in_proto.contains(
        {library == std::string("traceloop") ? "gen_ai.request.model" : "llm.model_name", true}));
  }
}

TEST_CASE("protobuf cut anywhere is refused or read as what a shorter body says, and never crashes",
          "[traces][otlp]") {
  const std::string body = otlp_file("traceloop.traces.pb");
  std::size_t refusals = 0;
  for (std::size_t length = 1; length < body.size(); length += 37) {
    const auto decoded = decode_traces_proto(std::string_view(body).substr(0, length));
    if (decoded) continue;
    ++refusals;
    CHECK(decoded.error().code == ErrorCode::invalid_argument);
  }
  CHECK(refusals > 100);
  CHECK_FALSE(decode_traces_proto(otlp_file("traceloop.traces.json")));
  CHECK(decode_traces_proto("")->items.empty());
}

TEST_CASE("fields of protobuf that are younger than this are skipped, and a log's event name is read",
          "[traces][otlp]") {
  const std::string text = field(1, "hello");  // AnyValue.string_value
  const std::string record = field(5, text) + field(12, "gen_ai.choice") + field(9, std::string(16, '\1')) +
                             field(10, std::string(8, '\2')) + field(15, "unknown");
  const std::string scope = field(14, "unknown") + field(2, record);
  const auto decoded = decode_logs_proto(field(9, "unknown") + field(1, field(2, scope)));
  REQUIRE(decoded);
  REQUIRE(decoded->items.size() == 1);
  CHECK(decoded->items[0].event_name == "gen_ai.choice");
  CHECK(decoded->items[0].body == Value{true, "hello"});
  CHECK(decoded->items[0].span_id == "0202020202020202");
}

TEST_CASE("limits are named: bytes, items, values", "[traces][otlp]") {
  DecodeLimits limits;
  limits.items_max = 3;
  CHECK(decode_traces_json(otlp_file("otel.traces.json"), limits).error().code == ErrorCode::too_large);
  CHECK(decode_traces_proto(otlp_file("traceloop.traces.pb"), limits).error().code == ErrorCode::too_large);
  CHECK(decode_logs_json(otlp_file("otel.logs.json"), limits).error().code == ErrorCode::too_large);
  limits = {};
  limits.values_max = 20;
  CHECK(decode_traces_json(otlp_file("otel.traces.json"), limits).error().code == ErrorCode::too_large);
  CHECK(decode_traces_proto(otlp_file("traceloop.traces.pb"), limits).error().code == ErrorCode::too_large);
  limits = {};
  limits.bytes_max = 100;
  CHECK(decode_traces_json(otlp_file("otel.traces.json"), limits).error().message().find("100 bytes") !=
        std::string::npos);
}

TEST_CASE("a quarter of a million empty messages in two bytes each cost no more than the limit lets them",
          "[traces][otlp]") {
  std::string scopes;
  for (int i = 0; i < 250'000; ++i) scopes += std::string("\x12\x00", 2);
  const auto decoded = decode_traces_proto(field(1, field(2, scopes)));
  REQUIRE_FALSE(decoded);
  CHECK(decoded.error().code == ErrorCode::too_large);
}

TEST_CASE("an attribute of ten megabytes comes through whole", "[traces][otlp]") {
  const std::string big(10'000'000, 'x');
  const Span span =
      only(export_of(ids + R"(,"attributes":[{"key":"k","value":{"stringValue":")" + big + "\"}}]"));
  CHECK(span.attributes.at(0).value.text == big);
}
