// Traces over HTTP: what exporters send, what is answered, what a dataset takes.
#include <fstream>
#include <iterator>

#include "tests/api/api_support.hpp"
#include "tests/api/gzip.hpp"

namespace {
std::string otlp_file(const std::string& name) {
  std::ifstream in(std::string(RFTD_TEST_DATA) + "/otlp/" + name, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}
// Calls are there a moment after they came.
void quick(api::Config& config) {
  config.traces.quiet = std::chrono::milliseconds(50);
}
const Headers json_type{{"Content-Type", "application/json"}};
const Headers proto_type{{"Content-Type", "application/x-protobuf"}};

// One call as LiteLLM tells of it.
std::string litellm(const std::string& id, const std::string& text,
                    const std::string& model = "gpt-4o-mini") {
  return Json{
      {"id", id},
      {"trace_id", "t-" + id},
      {"call_type", "completion"},
      {"status", "success"},
      {"model", model},
      {"custom_llm_provider", "openai"},
      {"startTime", 1767225600.0},
      {"endTime", 1767225601.5},
      {"prompt_tokens", 10},
      {"completion_tokens", 5},
      {"total_tokens", 15},
      {"messages", Json::array({Json{{"role", "user"}, {"content", text}}})},
      {"response",
       Json{{"choices", Json::array({Json{{"message", Json{{"role", "assistant"}, {"content", "Yes."}}},
                                          {"finish_reason", "stop"}}})}}}}
      .dump();
}

void await_calls(TestDaemon& t, std::size_t calls) {
  for (int i = 0; i < 600; ++i) {
    const Json facets = t.json("/api/v1/traces/facets");
    if (facets["waiting"]["traces"] == 0 && facets["kept"] >= calls) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  FAIL("the calls did not come");
}

void import_calls(TestDaemon& t, std::size_t count, const std::string& prefix = "call") {
  std::string lines;
  for (std::size_t i = 0; i < count; ++i)
    lines += litellm(prefix + std::to_string(i), "Is move " + prefix + std::to_string(i) + " sound?") + "\n";
  const HttpAnswer answer =
      t.client->ask("POST", "/api/v1/traces/import", lines, {{"Content-Type", "application/x-ndjson"}});
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  REQUIRE(Json::parse(answer.body)["calls"] == count);
}
}  // namespace

TEST_CASE("exports in both encodings are taken, and what is wrong is told in them", "[api][traces]") {
  TestDaemon t(quick);
  const HttpAnswer in_json = t.client->ask("POST", "/v1/traces", otlp_file("otel.traces.json"), json_type);
  INFO(in_json.body);
  REQUIRE(in_json.status == 200);
  CHECK(in_json.body == "{}");
  const HttpAnswer in_proto =
      t.client->ask("POST", "/v1/traces", otlp_file("traceloop.traces.pb"), proto_type);
  REQUIRE(in_proto.status == 200);
  CHECK(in_proto.header("content-type") == "application/x-protobuf");
  CHECK(in_proto.body.empty());
  CHECK(t.client->ask("POST", "/v1/logs", otlp_file("otel.logs.json"), json_type).status == 200);
  const HttpAnswer cut =
      t.client->ask("POST", "/v1/traces", otlp_file("otel.traces.json").substr(0, 900), json_type);
  CHECK(cut.status == 400);
  CHECK(Json::parse(cut.body)["code"] == 3);
  CHECK(t.client->ask("POST", "/v1/traces", otlp_file("traceloop.traces.pb").substr(0, 900), proto_type)
            .status == 400);
  CHECK(t.client->ask("POST", "/v1/traces", "a=b", {{"Content-Type", "text/plain"}}).status == 415);
  await_calls(t, 10);
  const Json page = t.json("/api/v1/traces?limit=5");
  CHECK(page["items"].size() == 5);
  CHECK(page["total"] == page["kept"]);
  CHECK(page["next"].is_string());
}

TEST_CASE("an export over the limit is refused, compressed or not", "[api][traces]") {
  TestDaemon t([](api::Config& config) { config.traces.body_bytes = 20'000; });
  CHECK(t.client->ask("POST", "/v1/traces", std::string(30'000, ' '), json_type).status == 413);
  const HttpAnswer answer =
      t.client->ask("POST", "/v1/traces", gzipped(std::string(5'000'000, ' ')),
                    {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}});
  CHECK(answer.status == 413);
}

TEST_CASE("exports beyond the memory for them are told to wait", "[api][traces]") {
  TestDaemon t([](api::Config& config) { config.traces.in_flight_bytes = 1000; });
  const HttpAnswer answer = t.client->ask("POST", "/v1/traces", otlp_file("otel.traces.json"), json_type);
  CHECK(answer.status == 503);
  CHECK(!answer.header("retry-after").empty());
  CHECK(t.client->ask("POST", "/v1/traces", R"({"resourceSpans":[]})", json_type).status == 200);
}

TEST_CASE("lines that are no calls are refused by number, the others are taken", "[api][traces]") {
  TestDaemon t(quick);
  const std::string body = litellm("a", "One?") + "\nnot JSON\n\n{\"x\":1}\n" + litellm("b", "Two?") + "\n";
  const Json told = Json::parse(
      t.client->ask("POST", "/api/v1/traces/import", body, {{"Content-Type", "application/x-ndjson"}}).body);
  CHECK(told["calls"] == 2);
  CHECK(told["refused_total"] == 2);
  CHECK(told["refused"][0]["line"] == 2);
  CHECK(told["refused"][1]["line"] == 4);
  const HttpAnswer array =
      t.client->ask("POST", "/api/v1/traces/litellm",
                    "[\n" + litellm("c", "Three?") + ",\n" + litellm("a", "One?") + "]", json_type);
  CHECK(Json::parse(array.body)["calls"] == 2);
  await_calls(t, 3);
  CHECK(t.json("/api/v1/traces")["total"] == 3);
}

TEST_CASE("calls are filtered, counted and shown whole", "[api][traces]") {
  TestDaemon t(quick);
  import_calls(t, 12);
  t.client->ask("POST", "/api/v1/traces/import", litellm("other", "Anything else?", "o3"), json_type);
  await_calls(t, 13);
  CHECK(t.json("/api/v1/traces?model=o3")["total"] == 1);
  CHECK(t.json("/api/v1/traces?model=o3&model=gpt-4o-mini")["total"] == 13);
  CHECK(t.json("/api/v1/traces?q=anything")["total"] == 1);
  CHECK(t.json("/api/v1/traces?status=error")["total"] == 0);
  CHECK(t.json("/api/v1/traces?tokens_gte=16")["total"] == 0);
  CHECK(t.client->get("/api/v1/traces?status=bad").status == 400);
  CHECK(t.client->get("/api/v1/traces?from=yesterday").status == 400);
  CHECK(t.client->get("/api/v1/traces?colour=red").status == 400);
  const Json facets = t.json("/api/v1/traces/facets?model=o3");
  CHECK(facets["total"] == 1);
  CHECK(facets["models"].size() == 2);
  const std::string id = t.json("/api/v1/traces?model=o3")["items"][0]["id"];
  const Json call = t.json("/api/v1/traces/" + id);
  CHECK(call["messages"][0]["content"] == "Anything else?");
  CHECK(call["output"]["content"] == "Yes.");
  CHECK(call["record"]["metadata"]["model"] == "o3");
  CHECK(call["skip"].is_null());
  CHECK(t.client->get("/api/v1/traces/c999").status == 404);
  CHECK(t.client->get("/api/v1/traces/x").status == 404);
  const HttpAnswer unsure = t.client->ask("DELETE", "/api/v1/traces?model=o3");
  CHECK(unsure.status == 409);
  CHECK(Json::parse(t.client->ask("DELETE", "/api/v1/traces?model=o3&confirm=true").body)["deleted"] == 1);
  CHECK(t.json("/api/v1/traces")["total"] == 12);
}

TEST_CASE("a pull takes each call once, and the next one what has come since", "[api][traces]") {
  TestDaemon t(quick);
  import_calls(t, 8);
  await_calls(t, 8);
  const std::string dataset = t.create();
  const HttpAnswer bare = t.client->post(dataset + "/pull", "{}");
  CHECK(bare.status == 400);
  CHECK(error_of(bare)["at"] == "/filter");
  const std::string all = R"({"filter":{"model":["gpt-4o-mini"]}})";
  CHECK(Json::parse(t.client->post(dataset + "/pull?preview=true", all).body)["offered"] == 8);
  const HttpAnswer first = t.client->ask("POST", dataset + "/pull", all,
                                         {{"Content-Type", "application/json"}, {"Idempotency-Key", "p1"}});
  INFO(first.body);
  REQUIRE(first.status == 202);
  CHECK(Json::parse(first.body)["pulled"] == 8);
  CHECK(Json::parse(first.body)["valid"] == 8);
  const HttpAnswer repeated = t.client->ask(
      "POST", dataset + "/pull", all, {{"Content-Type", "application/json"}, {"Idempotency-Key", "p1"}});
  CHECK(repeated.body == first.body);
  const Json none = Json::parse(t.client->post(dataset + "/pull", "{}").body);
  CHECK(none["pulled"] == 0);
  CHECK(none["matching"] == 0);
  const Json again = Json::parse(t.client->post(dataset + "/pull", all).body);
  CHECK(again["pulled"] == 0);
  CHECK(again["skipped"]["already_here"] == 8);
  import_calls(t, 3, "late");
  await_calls(t, 11);
  CHECK(Json::parse(t.client->post(dataset + "/pull", "{}").body)["pulled"] == 3);
  t.settled(dataset);
  CHECK(t.json(dataset + "/records?source=trace")["total"] == 11);
  const Json record = t.json(dataset + "/records/r1");
  CHECK(record["data"]["metadata"]["trace_id"].get<std::string>().starts_with("t-"));
  CHECK(t.json(dataset)["pull"]["filter"]["model"][0] == "gpt-4o-mini");
  CHECK(t.json(dataset + "/canvas")["steps"][0]["line"] == "Source: Gateway Traces");
  const Json run = t.json(dataset + "/runs?step=import");
  CHECK(run["items"].back()["result"]["pull"]["matching"].is_number());
}

TEST_CASE("calls chosen one by one become records, a deleted one does not come back", "[api][traces]") {
  TestDaemon t(quick);
  import_calls(t, 4);
  await_calls(t, 4);
  const Json items = t.json("/api/v1/traces")["items"];
  const std::string dataset = t.create();
  const std::string chosen = Json{{"ids", Json::array({items[0]["id"], items[2]["id"]})}}.dump();
  CHECK(Json::parse(t.client->post(dataset + "/pull", chosen).body)["pulled"] == 2);
  t.settled(dataset);
  REQUIRE(t.client->ask("DELETE", dataset + "/records/r1").status == 200);
  t.settled(dataset);
  const Json told = Json::parse(t.client->post(dataset + "/pull", R"({"filter":{}})").body);
  CHECK(told["pulled"] == 2);
  CHECK(told["skipped"]["already_here"] == 2);
  CHECK(t.client->post(dataset + "/pull", R"({"ids":["r1"]})").status == 400);
  CHECK(t.client->post(dataset + "/pull", R"({"ids":["c1"],"filter":{}})").status == 400);
  CHECK(t.client->post(dataset + "/pull", R"({"filter":{"model":3.5}})").status == 400);
}

TEST_CASE("a dataset is created from traces, and previews say what it would be", "[api][traces]") {
  TestDaemon t(quick);
  import_calls(t, 5);
  await_calls(t, 5);
  const HttpAnswer preview = t.client->post("/api/v1/traces/preview", R"({"filter":{}})");
  INFO(preview.body);
  REQUIRE(preview.status == 200);
  CHECK(Json::parse(preview.body)["offered"] == 5);
  CHECK(Json::parse(preview.body)["sample"].size() == 5);
  const HttpAnswer made = t.client->post(
      "/api/v1/datasets",
      R"({"name":"from calls","objective":"better answers","source":{"type":"traces","filter":{"provider":["openai"]}}})");
  INFO(made.body);
  REQUIRE(made.status == 201);
  const std::string dataset = made.header("location");
  for (int i = 0; i < 500 && t.json(dataset)["records"] != 5; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(t.json(dataset)["records"] == 5);
  CHECK(t.json(dataset)["pull"]["filter"]["provider"][0] == "openai");
  CHECK(t.client
            ->post("/api/v1/datasets",
                   R"({"name":"x","objective":"y","source":{"type":"traces","filter":{"colour":1}}})")
            .status == 400);
}
