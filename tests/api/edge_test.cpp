// The edge itself: framing, limits, who may come in, how errors are told.
#include <openssl/evp.h>

#include "api/web_assets.hpp"
#include "tests/api/api_support.hpp"

namespace {
std::array<unsigned char, 32> sha256_of(std::string_view text) {
  std::array<unsigned char, 32> hash{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha256(), nullptr);
  return hash;
}
}  // namespace

TEST_CASE("probes, metrics and the page answer without a token or a dataset", "[api][edge]") {
  TestDaemon t;
  REQUIRE(t.client->get("/healthz").body == R"({"status":"ok"})");
  REQUIRE(t.client->get("/readyz").status == 200);
  const HttpAnswer metrics = t.client->get("/metrics");
  REQUIRE(metrics.header("content-type").starts_with("text/plain"));
  REQUIRE(metrics.body.find("rftd_durability_info{mode=\"os\"} 1") != std::string::npos);
  REQUIRE(metrics.body.find("rftd_http_requests_total{status=\"200\"}") != std::string::npos);
  const HttpAnswer page = t.client->get("/");
  REQUIRE(page.body.find("<title>rftd</title>") != std::string::npos);
  REQUIRE(page.header("content-security-policy").starts_with("default-src 'none'; script-src 'self'"));
  REQUIRE(t.client->get("/finetune/d1").status == 200);
  REQUIRE(t.client->get("/api/v1").header("content-type").starts_with("text/html"));
}

TEST_CASE("a daemon that has started is healthy from its first answer on", "[api][edge]") {
  for (int i = 0; i < 5; ++i) {
    TestDaemon t;
    REQUIRE(t.client->get("/healthz").status == 200);
  }
}

TEST_CASE("every answer carries the security headers and the build", "[api][edge]") {
  TestDaemon t;
  for (const char* target : {"/healthz", "/api/v1/datasets", "/nothing/here", "/"}) {
    const HttpAnswer answer = t.client->get(target);
    INFO(target);
    REQUIRE(answer.header("x-content-type-options") == "nosniff");
    REQUIRE(answer.header("referrer-policy") == "no-referrer");
    REQUIRE(answer.header("cross-origin-opener-policy") == "same-origin");
    REQUIRE(answer.header("cross-origin-resource-policy") == "same-origin");
    REQUIRE(answer.header("content-security-policy").starts_with("default-src 'none'"));
    REQUIRE(!answer.header("x-rft-build").empty());
    REQUIRE(answer.header("access-control-allow-origin").empty());
  }
}

TEST_CASE("one connection serves many requests, pipelined ones in order", "[api][edge]") {
  TestDaemon t;
  REQUIRE(!t.client->get("/healthz").ended);
  const std::string one = t.client->head("GET", "/healthz", {}, "");
  const std::string two = t.client->head("GET", "/nothing", {}, "");
  t.client->send(one + two + one);
  REQUIRE(t.client->read_answer().status == 200);
  REQUIRE(t.client->read_answer().status == 404);
  REQUIRE(t.client->read_answer().status == 200);
  REQUIRE(t.client->get("/healthz", {{"Connection", "close"}}).ended);
}

TEST_CASE("HEAD has the headers of GET and no body", "[api][edge]") {
  TestDaemon t;
  const std::string dataset = t.create();
  const HttpAnswer got = t.client->get(dataset + "/canvas");
  const HttpAnswer head = t.client->ask("HEAD", dataset + "/canvas");
  REQUIRE(head.status == 200);
  REQUIRE(head.body.empty());
  REQUIRE(head.header("content-length") == std::to_string(got.body.size()));
  REQUIRE(head.header("etag") == got.header("etag"));
  REQUIRE(t.client->get("/healthz").status == 200);
}

TEST_CASE("an unknown path names the nearest ones", "[api][edge]") {
  TestDaemon t;
  const HttpAnswer answer = t.client->get("/api/v1/datasets/d1/canvass");
  REQUIRE(answer.status == 404);
  REQUIRE(error_of(answer)["hint"].get<std::string>().find("/api/v1/datasets/{dataset}/canvas") !=
          std::string::npos);
}

TEST_CASE("a verb that a path does not take is 405 and names those it takes", "[api][edge]") {
  TestDaemon t;
  const HttpAnswer answer = t.client->ask("PUT", "/api/v1/datasets");
  REQUIRE(answer.status == 405);
  REQUIRE(answer.header("allow") == "GET, HEAD, POST");
  REQUIRE(t.client->ask("BREW", "/healthz").status == 405);
}

TEST_CASE("a query parameter that a path does not know is refused by name", "[api][edge]") {
  TestDaemon t;
  const HttpAnswer answer = t.client->get("/api/v1/datasets?serch=x");
  REQUIRE(answer.status == 400);
  REQUIRE(error_of(answer)["at"] == "?serch");
  REQUIRE(t.client->get("/api/v1/datasets?limit=1&limit=2").status == 400);
  REQUIRE(t.client->get("/api/v1/datasets?search=%zz").status == 400);
}

TEST_CASE("a Host that is not ours is misdirected", "[api][edge]") {
  TestDaemon t([](api::Config& config) { config.allowed_hosts = {"rft.example"}; });
  REQUIRE(t.client->get("/healthz", {{"Host", "evil.example"}}).status == 421);
  REQUIRE(t.client->get("/healthz", {{"Host", "localhost:99"}}).status == 200);
  REQUIRE(t.client->get("/healthz", {{"Host", "[::1]:8420"}}).status == 200);
  REQUIRE(t.client->get("/healthz", {{"Host", "RFT.example"}}).status == 200);
  REQUIRE(t.client->get("/healthz", {{"Host", ""}}).status == 400);
}

TEST_CASE("a write from a browser must be same-origin and carry X-RFT", "[api][edge]") {
  TestDaemon t;
  const std::string body = R"({"name":"a","objective":"b"})";
  const std::string host = "127.0.0.1:" + std::to_string(t.daemon->port());
  const auto write = [&](const Headers& headers) {
    return t.client->post("/api/v1/datasets", body, headers);
  };
  REQUIRE(write({{"Origin", "http://evil.example"}, {"X-RFT", "1"}}).status == 403);
  REQUIRE(write({{"Sec-Fetch-Site", "cross-site"}, {"X-RFT", "1"}}).status == 403);
  REQUIRE(write({{"Origin", "null"}, {"X-RFT", "1"}}).status == 403);
  const HttpAnswer missing = write({{"Origin", "http://" + host}, {"Sec-Fetch-Site", "same-origin"}});
  REQUIRE(missing.status == 403);
  REQUIRE(error_of(missing)["at"] == "X-RFT");
  REQUIRE(write({{"Origin", "http://" + host}, {"Sec-Fetch-Site", "same-origin"}, {"X-RFT", "1"}}).status ==
          201);
  REQUIRE(t.client->get("/api/v1/datasets", {{"Sec-Fetch-Site", "cross-site"}}).status == 200);
}

TEST_CASE("a body that is not JSON is refused by line and column, one of another type by name",
          "[api][edge]") {
  TestDaemon t;
  const HttpAnswer broken = t.client->post("/api/v1/datasets", "{\n  \"name\": chess}");
  REQUIRE(broken.status == 400);
  REQUIRE(error_of(broken)["at"] == "body, line 2 column 11");
  const HttpAnswer type = t.client->post("/api/v1/datasets", "name=x", {{"Content-Type", "text/html"}});
  REQUIRE(type.status == 415);
  REQUIRE(error_of(type)["wanted"] == "application/json");
  const HttpAnswer unknown = t.client->post("/api/v1/datasets", R"({"name":"a","objectiv":"b"})");
  REQUIRE(unknown.status == 400);
  REQUIRE(error_of(unknown)["at"] == "/objectiv");
  REQUIRE(error_of(unknown)["wanted"] == "one of name, objective, source");
  const HttpAnswer kind = t.client->post("/api/v1/datasets", R"({"name":7,"objective":"b"})");
  REQUIRE(error_of(kind)["at"] == "/name");
  REQUIRE(error_of(kind)["found"] == "a number");
  REQUIRE(t.client->post("/api/v1/datasets", std::string(100, '[') + std::string(100, ']')).status == 400);
}

TEST_CASE("a body over the limit is 413, told or not how long it is", "[api][edge]") {
  TestDaemon t([](api::Config& config) { config.limits.body_bytes = 1000; });
  const std::string large = R"({"name":")" + std::string(2000, 'x') + "\"}";
  const HttpAnswer told = t.client->post("/api/v1/datasets", large);
  REQUIRE(told.status == 413);
  REQUIRE(error_of(told)["wanted"] == "a body of at most 1000 bytes");
  HttpClient chunked(t.daemon->port());
  chunked.send(chunked.head("POST", "/api/v1/datasets",
                            {{"Transfer-Encoding", "chunked"}, {"Content-Type", "application/json"}}, ""));
  chunked.send("7d0\r\n" + large.substr(0, 2000) + "\r\n0\r\n\r\n");
  REQUIRE(chunked.read_answer().status == 413);
  REQUIRE(t.client->get("/healthz").status == 200);
}

TEST_CASE("a header over the limit is 431, a malformed one 400", "[api][edge]") {
  TestDaemon t;
  REQUIRE(t.client->get("/healthz", {{"X-Long", std::string(20'000, 'x')}}).status == 431);
  HttpClient other(t.daemon->port());
  other.send("what is this\r\n\r\n");
  REQUIRE(other.read_answer().status == 400);
  HttpClient smuggler(t.daemon->port());
  smuggler.send(
      "POST /api/v1/datasets HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: "
      "4\r\n\r\nabcd");
  REQUIRE(smuggler.read_answer().status == 400);
}

TEST_CASE("a client that dawdles with its header is told so and let go", "[api][edge]") {
  TestDaemon t([](api::Config& config) { config.limits.header_time = std::chrono::milliseconds(50); });
  HttpClient slow(t.daemon->port());
  slow.send("GET /healthz HTTP/1.1\r\nHost: local");
  const HttpAnswer answer = slow.read_answer();
  REQUIRE(answer.status == 408);
  REQUIRE(answer.ended);
}

TEST_CASE("a client that dawdles with its body is told so", "[api][edge]") {
  TestDaemon t([](api::Config& config) { config.limits.body_time = std::chrono::milliseconds(50); });
  HttpClient slow(t.daemon->port());
  slow.send(slow.head("POST", "/api/v1/datasets", {}, "100") + "{");
  REQUIRE(slow.read_answer().status == 408);
}

TEST_CASE("connections over the limit are told to come back", "[api][edge]") {
  TestDaemon t([](api::Config& config) { config.limits.connections = 1; });
  REQUIRE(t.client->get("/healthz").status == 200);
  HttpClient second(t.daemon->port());
  const HttpAnswer answer = second.get("/healthz");
  REQUIRE(answer.status == 503);
  REQUIRE(answer.header("retry-after") == "5");
}

TEST_CASE("a client over its rate waits, and a probe never does", "[api][edge]") {
  TestDaemon t([](api::Config& config) {
    config.limits.requests_per_second = 0.001;
    config.limits.burst = 2;
  });
  REQUIRE(t.client->get("/api/v1/system").status == 200);
  REQUIRE(t.client->get("/api/v1/system").status == 200);
  const HttpAnswer over = t.client->get("/api/v1/system");
  REQUIRE(over.status == 429);
  REQUIRE(std::stoi(over.header("retry-after")) > 0);
  REQUIRE(t.client->get("/healthz").status == 200);
}

TEST_CASE("tokens let in by role, and name the actor of events", "[api][edge]") {
  TestDaemon t([&](api::Config& config) {
    for (const auto& [name, role, secret] :
         {std::tuple{"ann", api::Role::viewer, "see"}, std::tuple{"bob", api::Role::editor, "edit"}}) {
      config.tokens.push_back({name, role, sha256_of(secret)});
    }
  });
  const std::string body = R"({"name":"a","objective":"b"})";
  const HttpAnswer none = t.client->get("/api/v1/datasets");
  REQUIRE(none.status == 401);
  REQUIRE(none.header("www-authenticate").starts_with("Bearer"));
  REQUIRE(t.client->get("/api/v1/datasets", {{"Authorization", "Bearer nope"}}).status == 401);
  REQUIRE(t.client->get("/api/v1/datasets", {{"Authorization", "Basic c2Vl"}}).status == 401);
  REQUIRE(t.client->get("/api/v1/datasets", {{"Authorization", "Bearer see"}}).status == 200);
  REQUIRE(t.client->post("/api/v1/datasets", body, {{"Authorization", "Bearer see"}}).status == 403);
  REQUIRE(t.client->post("/api/v1/datasets", body, {{"Authorization", "Bearer edit"}}).status == 201);
  const HttpAnswer events = t.client->get("/api/v1/datasets/d1/events", {{"Authorization", "Bearer see"}});
  REQUIRE(Json::parse(events.body)["items"][0]["actor"] == "bob");
  REQUIRE(t.client->ask("DELETE", "/api/v1/datasets/d1?confirm=true", "", {{"Authorization", "Bearer edit"}})
              .status == 403);
  REQUIRE(t.client->get("/healthz").status == 200);
}

TEST_CASE("an address that others reach needs a token", "[api][edge]") {
  support::TempFolder folder;
  api::Config config = test_config(folder.path().string());
  config.address = "0.0.0.0";
  const auto refused = api::Daemon::start(config);
  REQUIRE(!refused);
  REQUIRE(refused.error().at == "listen");
}

TEST_CASE("the page that is built in comes compressed, with a tag, and its parts may be kept for ever",
          "[api][edge]") {
  TestDaemon t;
  const HttpAnswer plain = t.client->get("/finetune/d1");
  REQUIRE(plain.status == 200);
  REQUIRE(plain.header("content-type").starts_with("text/html"));
  REQUIRE(plain.header("content-security-policy").find("unsafe") == std::string::npos);
  if (api::web_assets().empty()) {
    REQUIRE(plain.body.find("no web page") != std::string::npos);
    return;
  }
  REQUIRE(plain.body.find("<div id=\"root\">") != std::string::npos);
  for (const std::string encoding : {"gzip", "br"}) {
    const HttpAnswer page = t.client->get("/", {{"Accept-Encoding", "deflate, " + encoding + ";q=0.5"}});
    REQUIRE(page.header("content-encoding") == encoding);
    REQUIRE(page.header("vary") == "Accept-Encoding");
    REQUIRE(page.body.size() < plain.body.size());
    REQUIRE(page.header("etag") != plain.header("etag"));
    const HttpAnswer again =
        t.client->get("/", {{"Accept-Encoding", encoding}, {"If-None-Match", page.header("etag")}});
    REQUIRE(again.status == 304);
  }
  REQUIRE(t.client->get("/", {{"Accept-Encoding", "gzip;q=0"}}).body == plain.body);
  const std::size_t at = plain.body.find("/assets/index-");
  const std::string script = plain.body.substr(at, plain.body.find('"', at) - at);
  const HttpAnswer part = t.client->get(script);
  REQUIRE(part.status == 200);
  REQUIRE(part.header("cache-control").find("immutable") != std::string::npos);
  // A worker obeys the policy that its file came with.
  REQUIRE(part.header("content-security-policy").find("connect-src 'self'") != std::string::npos);
  REQUIRE(t.client->get("/assets/index-00000000.js").status == 404);
}

TEST_CASE("the folder of --ui-dir is served with types and tags, and nothing beside it", "[api][edge]") {
  support::TempFolder ui;
  std::filesystem::create_directories(ui.path() / "assets");
  std::ofstream(ui.path() / "index.html") << "<title>canvas</title>";
  std::ofstream(ui.path() / "assets" / "app-1.js") << "let a";
  std::ofstream(ui.path() / "secret") << "no";
  TestDaemon t([&](api::Config& config) { config.ui_dir = ui.path().string(); });
  REQUIRE(t.client->get("/finetune/d1").body == "<title>canvas</title>");
  const HttpAnswer script = t.client->get("/assets/app-1.js");
  REQUIRE(script.header("content-type").starts_with("text/javascript"));
  REQUIRE(script.header("cache-control") == "no-store");
  REQUIRE(t.client->get("/assets/app-1.js", {{"If-None-Match", script.header("etag")}}).status == 304);
  REQUIRE(t.client->get("/assets/none.js").status == 404);
  REQUIRE(t.client->get("/assets/../secret").status == 404);
  REQUIRE(t.client->get("/assets/%2e%2e/secret").status == 404);
  REQUIRE(t.client->get("/assets/..%2fsecret").status == 404);
}
