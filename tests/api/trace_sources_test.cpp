// The sources of traces over HTTP: how they are told of, and a pull that somebody asks for.
#include "tests/api/api_support.hpp"
#include "tests/traces/pull_peers.hpp"

namespace {
using tests::traces::LangfusePeer;

constexpr std::int64_t minute = 60'000'000;

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::function<void(api::Config&)> with_source(const std::string& base_url) {
  setenv("PULL_TEST_KEYS", "pk:sk", 1);
  return [base_url](api::Config& config) {
    config.traces.quiet = std::chrono::milliseconds(50);
    steps::traces::TraceSource source;
    source.name = "prod";
    source.kind = "langfuse";
    source.base_url = base_url;
    source.credential = "PULL_TEST_KEYS";
    source.every = std::chrono::milliseconds(0);
    config.trace_sources.push_back(source);
  };
}

Json settled(TestDaemon& t) {
  for (int i = 0; i < 1000; ++i) {
    Json item = t.json("/api/v1/traces/sources")["items"][0];
    if (item["state"] != "pulling") return item;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  FAIL("the pull does not end");
  return {};
}
}  // namespace

TEST_CASE("a source is told of, pulled when asked, and its calls are calls like others", "[api][traces]") {
  LangfusePeer peer;
  for (int i = 0; i < 3; ++i) {
    const std::string number = std::to_string(i);
    peer.add({"trace" + number, "span" + number, now() - (i + 1) * minute, "yes"});
  }
  TestDaemon t(with_source(peer.base_url()));
  const Json before = t.json("/api/v1/traces/sources");
  CHECK(before == Json::parse(R"({"items":[{"name":"prod","kind":"langfuse","base_url":")" + peer.base_url() +
                              R"(","every_seconds":0.0,"state":"off","watermark":null,"last_pull_at":null,)"
                              R"("last_taken":0,"taken_total":0,"last_error":null,"next_pull_at":null}]})"));
  const HttpAnswer asked = t.client->post("/api/v1/traces/sources/prod/pull", "");
  INFO(asked.body);
  REQUIRE(asked.status == 202);
  CHECK(Json::parse(asked.body)["state"] == "pulling");
  const Json after = settled(t);
  CHECK(after["state"] == "off");
  CHECK(after["taken_total"] == 3);
  CHECK(after["last_error"].is_null());
  CHECK(after["watermark"].is_string());
  CHECK(after["last_pull_at"].is_string());
  for (int i = 0; i < 600 && t.json("/api/v1/traces")["total"] != 3; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const Json calls = t.json("/api/v1/traces?label=billing&session=s");
  REQUIRE(calls["total"] == 3);
  CHECK(calls["items"][0]["dialect"] == "langfuse");
  CHECK(calls["items"][0]["preview"] == "ask span0");
  const std::string metrics = t.client->get("/metrics").body;
  CHECK(metrics.contains("rftd_trace_source_taken_total{source=\"prod\"} 3\n"));
  CHECK(metrics.contains("rftd_trace_source_up{source=\"prod\"} 1\n"));
}

TEST_CASE("a pull that fails says why, and no source of the name is 404", "[api][traces]") {
  LangfusePeer peer;
  peer.before = [](const auto&, unsigned) {
    return tests::response(401, R"({"message":"Invalid credentials"})");
  };
  TestDaemon t(with_source(peer.base_url()));
  REQUIRE(t.client->post("/api/v1/traces/sources/prod/pull", "").status == 202);
  const Json after = settled(t);
  CHECK(after["state"] == "failing");
  CHECK(after["last_error"].get<std::string>().contains("Invalid credentials"));
  CHECK(after["last_error"].get<std::string>().contains("check the credential"));
  CHECK(t.client->get("/metrics").body.contains("rftd_trace_source_up{source=\"prod\"} 0\n"));
  const HttpAnswer unknown = t.client->post("/api/v1/traces/sources/other/pull", "");
  CHECK(unknown.status == 404);
  CHECK(error_of(unknown)["hint"] == "there are: prod");
  CHECK(t.client->get("/readyz").status == 200);
}

TEST_CASE("a daemon without sources says so", "[api][traces]") {
  TestDaemon t;
  CHECK(t.json("/api/v1/traces/sources") == Json{{"items", Json::array()}});
  const HttpAnswer unknown = t.client->post("/api/v1/traces/sources/prod/pull", "");
  CHECK(unknown.status == 404);
  CHECK(error_of(unknown)["hint"].get<std::string>().contains("[[trace_sources]]"));
}
